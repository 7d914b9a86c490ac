"""What a backtest has to know of a history beside its alerts: when each model predicted, and what."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from driftline.schemas import OLDEST_MS, Heartbeat, ModelEvent, Prediction, Rejection, Serving, decode
from driftline.stream_app.pipeline import Records

DAY_MS: Final = 86_400_000
SECTIONS: Final = ("features", "outputs", "serving")


@dataclass
class ModelHistory:
    """One model: event times of its predictions (epoch ms), and what its events name, by section."""

    times_ms: "array[int]" = field(default_factory=lambda: array("q"))
    names: dict[str, dict[str, type]] = field(default_factory=lambda: {section: {} for section in SECTIONS})
    """Names with the type of their first value that is not null."""
    spans_ms: dict[str, list[int]] = field(default_factory=dict)
    """By version: its first and its last prediction."""

    def learn(self, section: str, values: Mapping[str, Any]) -> None:
        """Remember the names of an event."""
        known = self.names[section]
        for name in values.keys() - known.keys():
            if values[name] is not None:
                known[name] = type(values[name])


class History:
    """All predictions of a history, taken in as the engine reads them."""

    def __init__(self) -> None:
        self.models: dict[str, ModelHistory] = {}
        self._in_order = True

    def take(self, event: ModelEvent) -> None:
        """One event; feedback is joined elsewhere."""
        if isinstance(event, Prediction):
            model = self.models.setdefault(event.model, ModelHistory())
            time_ms, times_ms = event.time_ms, model.times_ms
            self._in_order &= not times_ms or time_ms >= times_ms[-1]
            times_ms.append(time_ms)
            for section in SECTIONS:
                model.learn(section, getattr(event, section))
            span = model.spans_ms.setdefault(event.version, [time_ms, time_ms])
            span[0], span[1] = min(span[0], time_ms), max(span[1], time_ms)
        elif isinstance(event, Serving):
            model = self.models.setdefault(event.model, ModelHistory())
            model.learn("serving", event.values)

    def times_ms(self, model: str) -> "array[int]":
        """Event times of a model's predictions, ascending; empty for an unknown model."""
        found = self.models.get(model)
        if found is None:
            return array("q")
        if not self._in_order:
            found.times_ms = array("q", sorted(found.times_ms))
        return found.times_ms

    def predictions_before(self, model: str, time_ms: int) -> int:
        """How many predictions a model made before this time."""
        return bisect_left(self.times_ms(model), time_ms)

    @property
    def began_ms(self) -> int:
        """The first prediction of all; 0 without any."""
        return min((span[0] for span in self._spans_ms()), default=0)

    @property
    def ended_ms(self) -> int:
        """The last prediction of all; 0 without any."""
        return max((span[1] for span in self._spans_ms()), default=0)

    @property
    def days(self) -> float:
        """From the first prediction to the last."""
        return (self.ended_ms - self.began_ms) / DAY_MS

    @property
    def predictions(self) -> int:
        return sum(len(model.times_ms) for model in self.models.values())

    def _spans_ms(self) -> Iterator[list[int]]:
        for model in self.models.values():
            yield from model.spans_ms.values()


def observed(batches: Iterable[Records], *observers: Callable[[ModelEvent], None]) -> Iterator[Records]:
    """The same records; while they pass, every event among them is shown to the observers."""
    for batch in batches:
        for record in batch:
            event = decode(record.value, record.timestamp, OLDEST_MS)
            if not isinstance(event, Rejection | Heartbeat):
                for observe in observers:
                    observe(event)
        yield batch
