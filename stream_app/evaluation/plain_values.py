"""The plain numbers of a history, one at a time: what somebody without driftline would give to a detector.

They are the values that driftline's own signals are made of, before it does anything to them: numbers and
booleans of features, outputs and serving values, lengths, norms and projections of lists, whether a value is
missing or a result null, errors and agreement as labels come in, each behaviour as 0/1 per prediction,
predictions per second. Texts are left out, for which river's detectors have no number.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from driftline.schemas import Event, Feedback, Prediction, Serving
from driftline.schemas.status import ALL_VERSIONS
from driftline.stream_app.config import Limits, ModelPlan
from driftline.stream_app.monitoring.clocks.clock import EventClock
from driftline.stream_app.monitoring.feedback.joins import Joins, Outcome
from driftline.stream_app.monitoring.identity import id_hash
from driftline.stream_app.monitoring.notices import Notices
from driftline.stream_app.monitoring.rows.lists import numbers_of
from driftline.stream_app.monitoring.rows.runs import DecodedRun
from driftline.stream_app.monitoring.signals.naming import LIST_PARTS
from driftline.stream_app.monitoring.streams.segments import Split
from driftline.stream_app.monitoring.traffic.volume import VOLUME, Volume

MINUTE_MS = 60_000


class PlainValue(NamedTuple):
    """One number of a signal, and the event time at which it became known."""

    version: str
    signal: str
    time_ms: int
    value: float


class PlainValues:
    """The plain numbers of one model; feedback finds its prediction as it does in the engine."""

    def __init__(self, plan: ModelPlan, limits: Limits) -> None:
        self.clock = EventClock()
        self.joins = Joins("", plan, limits, Notices())
        self.volume = Volume()
        self.sections = (
            ("feature", "missing:", plan.features),
            ("output", "null:", plan.outputs),
            ("serving", "", plan.serving),
        )
        self.ignored = {
            prefix: {n for n, p in plans.items() if p.ignore} for prefix, _, plans in self.sections
        }
        self.known: dict[tuple[str, str], list[str]] = {}

    def take(self, event: Event) -> Iterator[PlainValue]:
        """One event; the numbers that it makes known."""
        if isinstance(event, Prediction):
            yield from self._ticked(event.time_ms)
            yield from self._prediction(event)
        elif isinstance(event, Feedback):
            yield from self._feedback(event)
        elif isinstance(event, Serving):
            yield from self._ticked(event.time_ms)
            for name, value in event.values.items():
                if isinstance(value, float) and name not in self.ignored["serving"]:
                    yield PlainValue(event.version, f"host:{name}", event.time_ms, value)

    def _ticked(self, time_ms: int) -> Iterator[PlainValue]:
        if not self.clock.advance(time_ms):
            return
        now_ms = self.clock.tick_ms
        yield from self._outcomes(self.joins.expire(now_ms), now_ms)
        for second, count in self.volume.complete(now_ms // MINUTE_MS * MINUTE_MS):
            yield PlainValue(ALL_VERSIONS, VOLUME, second * 1000, float(count))

    def _prediction(self, event: Prediction) -> Iterator[PlainValue]:
        key = id_hash(event.id)
        if not self.joins.recent_ids.add(key):
            return
        self.volume.add({event.time_ms // 1000: 1})
        run = DecodedRun([event], [0])
        self.joins.expect([key], run, Split.none(run), self.clock.tick_ms)
        dictionaries: tuple[Mapping[str, Any], ...] = (event.features, event.outputs, event.serving)
        for (prefix, gap, _), values in zip(self.sections, dictionaries, strict=True):
            yield from self._section(event, prefix, gap, values)
        if key in self.joins.early:
            yield from self._outcomes(self.joins.catch_up(key, self.clock.tick_ms), event.time_ms)

    def _section(
        self, event: Prediction, prefix: str, gap: str, values: Mapping[str, Any]
    ) -> Iterator[PlainValue]:
        known = self.known.setdefault((event.version, prefix), [])
        if len(values) != len(known) or not all(name in values for name in known):
            ignored = self.ignored[prefix]
            known += [name for name in values if name not in known and name not in ignored]
        for name in known:
            value = values.get(name)
            if gap:
                absent = value is None or value == ""
                yield PlainValue(event.version, f"{gap}{name}", event.time_ms, float(absent))
            if type(value) is list:
                mark = "_output" if prefix == "output" else ""
                numbers = numbers_of(name, np.array([value], np.float64))[0].tolist()
                for part, number in zip(LIST_PARTS, numbers, strict=True):
                    yield PlainValue(event.version, f"{part}{mark}:{name}", event.time_ms, number)
            elif isinstance(value, float | bool):
                yield PlainValue(event.version, f"{prefix}:{name}", event.time_ms, float(value))

    def _feedback(self, event: Feedback) -> Iterator[PlainValue]:
        if event.behavior is not None and event.behavior not in self.joins.names:
            self.joins.names.append(event.behavior)
        if event.prediction_id is not None:
            yield from self._outcomes(self.joins.attribute(event, self.clock.tick_ms), event.time_ms)

    def _outcomes(self, outcomes: Iterable[Outcome], time_ms: int) -> Iterator[PlainValue]:
        for outcome in outcomes:
            for signal, value in outcome.values.items():
                yield PlainValue(outcome.origin.version, signal, time_ms, value)
