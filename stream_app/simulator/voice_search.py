"""Predictions of a voice-search model, drawn whole batches at a time.

A prediction is wrong with a probability that falls with its confidence. So the error rate can rise while
confidence and features keep their distributions: concept drift in the strict sense, P(truth | input) alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from driftline.stream_app.simulator.conditions import FloatArray

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

# Intents with their share of the traffic and what people say; a wrong answer is any of the others.
INTENTS: Final = ("search", "navigate", "call", "play_music", "weather", "message", "set_timer", "smart_home")
_INTENT_SHARES: Final = (0.30, 0.20, 0.15, 0.13, 0.09, 0.07, 0.04, 0.02)
_PHRASES: Final = (
    ("how tall is mount everest", "pasta recipes for four people", "who won the game last night"),
    ("take me home", "directions to the airport", "find a charging station near me"),
    ("call mum", "ring the office", "call back the last number"),
    ("play some jazz", "next song", "put on my running playlist"),
    ("will it rain tomorrow", "how cold is it outside", "weather for the weekend"),
    ("text anna i am late", "read my messages", "reply yes"),
    ("set a timer for ten minutes", "wake me at seven", "cancel the alarm"),
    ("turn off the lights", "is the front door locked", "make it warmer in here"),
)
_LOCALES: Final = (
    ("en", "US"), ("en", "GB"), ("en", "CA"), ("es", "MX"),
    ("es", "ES"), ("fr", "FR"), ("de", "DE"), ("de", "AT"),
)  # fmt: skip
_LOCALE_SHARES: Final = (0.42, 0.16, 0.08, 0.10, 0.07, 0.08, 0.07, 0.02)
_DEVICES: Final = ("phone", "speaker", "car", "watch", "headset")
_DEVICE_SHARES: Final = (0.58, 0.22, 0.12, 0.05, 0.03)
_GERMAN: Final = _LOCALES.index(("de", "DE"))
_HEADSET: Final = _DEVICES.index("headset")

_CONFIDENCE_SHAPE: Final = (12.0, 1.5)  # Beta(a, b); its mean distance from 1 is b / (a + b)
_MEAN_DOUBT: Final = _CONFIDENCE_SHAPE[1] / sum(_CONFIDENCE_SHAPE)
_EMPTY_TRANSCRIPT_RATE: Final = 0.02
_ASSISTED_SHARE: Final = 0.3
_SESSION_SPREAD: Final = 30  # a session is shared with predictions at most this many places away


class Run(NamedTuple):
    """What every event of a run carries: the model, its usual and its candidate version, and the run's id."""

    model: str
    versions: tuple[str, str]
    id: str


@dataclass(frozen=True)
class Draws:
    """One batch of drawn predictions, an entry each; ``first`` is the first one's index in the run."""

    first: int
    times_ms: IntArray
    candidate: BoolArray
    intent: IntArray
    wrong: BoolArray
    assisted: BoolArray
    features: dict[str, list[Any]]
    outputs: dict[str, list[Any]]
    latency_ms: list[float]
    country: list[str]
    session: list[str]


def draw_predictions(
    rng: np.random.Generator,
    first: int,
    times_ms: IntArray,
    candidate: BoolArray,
    conditions: dict[str, FloatArray],
) -> Draws:
    """Draw one prediction per time, answered by the candidate or not, under the conditions of that time.

    All arrays have the same length; ``first`` is the index in the run of the first prediction.
    """
    count = len(times_ms)
    confidence = rng.beta(*_CONFIDENCE_SHAPE, count)
    wrong = rng.random(count) < conditions["error_rate"] * (1 - confidence) / _MEAN_DOUBT
    intent = rng.choice(len(INTENTS), count, p=_INTENT_SHARES)
    locale = rng.choice(len(_LOCALES), count, p=_LOCALE_SHARES)
    locale[rng.random(count) < conditions["german_share"]] = _GERMAN
    latency_ms = _log_normal(rng, 43.0 * conditions["latency_factor"], 0.35)
    outputs = {
        "intent": [INTENTS[code] for code in intent.tolist()],
        "confidence": np.round(confidence, 3).tolist(),
        "transcript": _transcripts(rng, intent),
    }
    features = _sounds(rng, conditions) | {
        "language": [_LOCALES[code][0] for code in locale.tolist()],
        "device": _devices(rng, conditions),
    }
    return Draws(
        first=first,
        times_ms=times_ms,
        candidate=candidate,
        intent=intent,
        wrong=wrong,
        assisted=rng.random(count) < _ASSISTED_SHARE,
        features=features,
        outputs=outputs,
        latency_ms=np.round(latency_ms, 1).tolist(),
        country=[_LOCALES[code][1] for code in locale.tolist()],
        session=_sessions(rng, first, count),
    )


def encode_predictions(draws: Draws, run: Run) -> Iterator[bytes]:
    """The predictions as JSON, in order."""
    feature_names, output_names = tuple(draws.features), tuple(draws.outputs)
    rows = zip(
        rfc3339_all(draws.times_ms),
        draws.candidate.tolist(),
        zip(*draws.features.values(), strict=True),
        zip(*draws.outputs.values(), strict=True),
        draws.latency_ms,
        draws.assisted.tolist(),
        draws.country,
        draws.session,
        strict=True,
    )
    for index, row in enumerate(rows, draws.first):
        time, candidate, features, outputs, latency_ms, assisted, country, session = row
        yield orjson.dumps(
            {
                "type": "prediction",
                "id": prediction_id(run, index),
                "model": run.model,
                "version": run.versions[candidate],
                "time": time,
                "features": dict(zip(feature_names, features, strict=True)),
                "outputs": dict(zip(output_names, outputs, strict=True)),
                "serving": {"latency_ms": latency_ms},
                "role": "live",
                "automation": "assisted" if assisted else "full",
                "segments": {"country": country},
                "session": session,
            }
        )


def prediction_id(run: Run, index: int) -> str:
    """The id of the run's prediction number ``index`` (from 0)."""
    return f"p-{run.id}-{index:06d}"


def rfc3339_all(times_ms: IntArray) -> list[str]:
    """Epoch milliseconds as RFC 3339 in UTC, all at once."""
    instants = times_ms.astype("datetime64[ms]")
    return list(np.datetime_as_string(instants, unit="ms", timezone="UTC").tolist())


def _sounds(rng: np.random.Generator, conditions: dict[str, FloatArray]) -> dict[str, list[Any]]:
    """What was heard. A clip is as long as its words take, times a log-normal pace of speech."""
    words: IntArray = 1 + rng.poisson(conditions["words_mean"] - 1)
    silence = conditions["silence_factor"]
    snr = np.round(rng.normal(18.0 + conditions["snr_shift_db"], 5.0), 1).tolist()
    snr_missing = (rng.random(len(words)) < conditions["snr_missing_rate"]).tolist()
    return {
        "clip_seconds": np.round(_log_normal(rng, 0.5 + 0.38 * words.astype(np.float64), 0.22), 2).tolist(),
        "volume_dbfs": np.round(rng.normal(-24.0 + conditions["volume_shift_db"], 6.0), 1).tolist(),
        "silence_before_ms": np.rint(rng.gamma(4.0, 45.0 * silence)).astype(np.int64).tolist(),
        "silence_after_ms": np.rint(rng.gamma(5.0, 64.0 * silence)).astype(np.int64).tolist(),
        "snr_db": [None if missing else value for value, missing in zip(snr, snr_missing, strict=True)],
        "words": words.tolist(),
    }


def _devices(rng: np.random.Generator, conditions: dict[str, FloatArray]) -> list[str]:
    headset_share = conditions["headset_share"]
    device = rng.choice(len(_DEVICES), len(headset_share), p=_DEVICE_SHARES)
    device[rng.random(len(device)) < headset_share] = _HEADSET
    return [_DEVICES[code] for code in device.tolist()]


def _transcripts(rng: np.random.Generator, intent: IntArray) -> list[str]:
    """What the model wrote down; now and then nothing at all (a null result)."""
    phrase = rng.integers(0, len(_PHRASES[0]), len(intent)).tolist()
    empty = (rng.random(len(intent)) < _EMPTY_TRANSCRIPT_RATE).tolist()
    rows = zip(intent.tolist(), phrase, empty, strict=True)
    return ["" if nothing else _PHRASES[code][choice] for code, choice, nothing in rows]


def _sessions(rng: np.random.Generator, first: int, count: int) -> list[str]:
    """Session ids: a few predictions that came close together share one. Multiplying scatters the numbers."""
    session = first + np.arange(count) - rng.integers(0, _SESSION_SPREAD, count) + _SESSION_SPREAD
    return [f"{number * 2_654_435_761 % 2**32:08x}" for number in session.tolist()]


def _log_normal(rng: np.random.Generator, median: FloatArray, sigma: float) -> FloatArray:
    """Log-normal draws with the given medians; sigma is the standard deviation of the logarithm."""
    return median * np.exp(sigma * rng.standard_normal(len(median)))
