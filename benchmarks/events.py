"""The prediction events that all contestants read: about 700 bytes, the same in every run."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import orjson

SEED = 20_261_101
# Distinct sets of values, with 20 features; they are used in turn. A prime: a thousand models in turn would
# see each the same twenty of 20,000 over and over, which is no healthy traffic.
BODIES = 20_011
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ja", "ko", "hi", "ar")
DEVICES = ("phone", "tablet", "car", "speaker", "watch")
INTENTS = ("navigate", "call", "play", "message", "weather", "alarm", "search", "none")
COUNTRIES = ("US", "DE", "FR", "ES", "IN", "JP")
SHIFT_SD = 3.0


class Message(NamedTuple):
    """One record to be: key, value, timestamp in epoch milliseconds."""

    key: bytes
    value: bytes
    time_ms: int


@dataclass(frozen=True)
class Traffic:
    """How many events of what kind.

    `spacing_ms` lies between two events of one model, in event time. A millisecond is a busy model's thousand
    predictions a second. The worker reads them faster than that, as after a downtime, so what happens every
    ten seconds of event time (summaries of all signals, recoveries) comes some fifty times as often as live.
    """

    events: int
    features: int = 20
    models: int = 1
    spacing_ms: float = 1.0

    @property
    def duration_ms(self) -> int:
        """Event time from the first event to the last."""
        return int(self.events * self.spacing_ms / self.models)


class EventMaker:
    """Makes events from bodies prepared in advance; only ids and times differ from turn to turn."""

    def __init__(self, features: int = 20) -> None:
        self._bodies = [body(values) for values in rows(features)]
        self._shifted = [body(values) for values in rows(features, SHIFT_SD)]

    def event(self, number: int, model: str, time_ms: int, shifted: bool = False) -> bytes:
        """The event with this number; `shifted` moves its first feature by three standard deviations."""
        bodies = self._shifted if shifted else self._bodies
        head = f'{{"type":"prediction","id":"p-{number:012d}","model":"{model}","time":{time_ms},'
        return head.encode() + bodies[number % len(bodies)]

    def messages(self, traffic: Traffic, first_ms: int) -> Iterator[Message]:
        """Events of all models in turn, each model's own `spacing_ms` apart."""
        models = [model_name(place) for place in range(traffic.models)]
        keys = [model.encode() for model in models]
        for number in range(traffic.events):
            turn, place = divmod(number, traffic.models)
            time_ms = first_ms + int(turn * traffic.spacing_ms)
            yield Message(keys[place], self.event(number, models[place], time_ms), time_ms)


def model_name(place: int) -> str:
    """The name of a model by its number."""
    return f"model-{place:03d}"


def body(values: dict[str, Any]) -> bytes:
    """What follows id, model and time in an event: an object without its opening brace."""
    return orjson.dumps(values)[1:]


def rows(features: int, shift_sd: float = 0.0) -> Iterator[dict[str, Any]]:
    """Everything of an event but type, id, model and time.

    A third of the features is normal, a third skewed, a third counts; categories are frequent and rare.
    Wide events come in fewer distinct rows, so that preparing them takes no longer.
    """
    random = np.random.default_rng([SEED, features])
    count = max(211, BODIES * 20 // features)
    shapes = (
        random.normal(20.0, 4.0, (count, features)),
        random.lognormal(0.5, 0.6, (count, features)),
        random.poisson(9.0, (count, features)).astype(np.float64),
    )
    values = np.stack([shapes[place % 3][:, place] for place in range(features)], axis=1)
    values[:, 0] += shift_sd * 4.0
    names = [f"feature_{place:03d}" for place in range(features)]
    confidence, latency_ms = random.beta(8, 2, count), random.lognormal(3.6, 0.3, count)
    for place, row in enumerate(values.round(4).tolist()):
        yield {
            "version": "2026-11-01",
            "features": {
                **dict(zip(names, row, strict=True)),
                "language": rare(LANGUAGES, random),
                "device": rare(DEVICES, random),
            },
            "outputs": {"intent": rare(INTENTS, random), "confidence": round(float(confidence[place]), 4)},
            "serving": {"latency_ms": round(float(latency_ms[place]), 2)},
            "role": "live",
            "automation": "full",
            "segments": {"country": rare(COUNTRIES, random)},
        }


def rare(names: tuple[str, ...], random: np.random.Generator) -> str:
    """One of the names, each half as frequent as the one before."""
    return names[min(int(random.geometric(0.5)), len(names)) - 1]
