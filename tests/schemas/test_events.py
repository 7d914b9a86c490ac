"""Events: what decoding makes of what producers really write."""

import gc
from typing import Any

import pytest

from driftline.schemas import Control, Feedback, Prediction, Serving, decode, encode
from tests.schemas.examples import (
    ACCEPT,
    BEHAVIOR,
    EXAMPLES,
    LABEL,
    PREDICTION,
    SERVING,
    TIME_MS,
    VERDICT,
    written,
)


def test_a_prediction_arrives_whole() -> None:
    """A field that gets lost or renamed on the way would never be watched."""
    assert decode(written(PREDICTION), TIME_MS) == Prediction(
        id="p-81",
        model="voice-search",
        version="2026-11-01",
        time_ms=TIME_MS,
        features={
            "clip_seconds": 2.4,
            "volume_dbfs": -23.1,
            "silence_before_ms": 180.0,
            "snr_db": None,
            "language": "en",
            "device": "phone",
        },
        outputs={"intent": "navigate", "confidence": 0.93, "transcript": ""},
        serving={"latency_ms": 43.0},
        role="live",
        automation="full",
        segments={"country": "US"},
        session="9f2c",
    )


def test_feedback_and_serving_arrive_whole() -> None:
    """Labels, behaviours and host figures are half of what is watched."""
    assert decode(written(LABEL), TIME_MS) == Feedback(
        kind="label",
        model="voice-search",
        time_ms=TIME_MS,
        id="f-12",
        prediction_id="p-81",
        labels={"intent": "call"},
        annotator="a17",
    )
    assert decode(written(SERVING), TIME_MS) == Serving(
        model="voice-search",
        time_ms=TIME_MS,
        id="s-3",
        version="2026-11-01",
        host="srv-3",
        values={"memory_mb": 5120.0, "cpu": 0.71, "queue_depth": 4.0, "load": 2.3},
    )


def test_what_operators_say_arrives_whole() -> None:
    """A verdict without its author or its alert would teach nothing, or the wrong thing."""
    assert decode(written(VERDICT), TIME_MS) == Control(
        action="verdict",
        model="voice-search",
        time_ms=TIME_MS,
        id="c-1",
        alert_id="5e0ac4b1f3a86c1f-1-1",
        verdict="noise",
        by="anna",
        comment="a test call centre",
    )
    assert decode(written(ACCEPT), TIME_MS) == Control(
        action="accept",
        model="voice-search",
        time_ms=TIME_MS,
        id="c-2",
        signals=["feature:volume_dbfs", "missing:snr_db"],
        version="2026-11-01",
        role="live",
        by="anna",
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_published_examples_decode(name: str) -> None:
    """The examples in the documentation are what people copy first."""
    event = decode(written(EXAMPLES[name]), TIME_MS)
    assert isinstance(event, Prediction | Feedback | Serving | Control)


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_encoded_decodes_to_the_same(name: str) -> None:
    """The client, the simulator and the join store write events that the worker has to read back."""
    event = decode(written(EXAMPLES[name]), TIME_MS)
    assert isinstance(event, Prediction | Feedback | Serving | Control)
    assert decode(encode(event), TIME_MS) == event


def test_a_serving_report_without_a_version_can_be_written_and_read() -> None:
    """The default version is empty, which no producer may write: encoding has to leave it out."""
    event = Serving(model="m", time_ms=TIME_MS, values={"cpu": 1.0})
    assert decode(encode(event), None) == event


@pytest.mark.parametrize(
    ("time", "time_ms"),
    [
        (TIME_MS, TIME_MS),
        ("2026-11-22T10:00:00Z", TIME_MS - 120),
        ("2026-11-22t10:00:00z", TIME_MS - 120),
        ("2026-11-22T12:00:00.120+02:00", TIME_MS),
        ("2026-11-22T04:30:00.120-05:30", TIME_MS),
        ("2026-11-22T10:00:00.120999Z", TIME_MS),
        ("2026-11-22T10:00:00.120123456Z", TIME_MS),
    ],
)
def test_times_come_out_as_epoch_milliseconds(time: Any, time_ms: int) -> None:
    """Every language writes times in its own way; a misread one joins labels to the wrong window."""
    event = decode(written(PREDICTION, time=time), None)
    assert isinstance(event, Prediction)
    assert event.time_ms == time_ms
    assert type(event.time_ms) is int


@pytest.mark.parametrize(
    ("value", "decoded"),
    [
        (3, 3.0),
        (-0.5, -0.5),
        (2**60, float(2**60)),
        (10**30, 1e30),
        (True, True),
        ("phone", "phone"),
        ("", ""),
        (None, None),
        ([1, 2.5], [1.0, 2.5]),
        ([], []),
    ],
)
def test_values_keep_their_sort(value: Any, decoded: Any) -> None:
    """A boolean read as a number, or an integer left an integer, would change a signal's type."""
    event = decode(written(PREDICTION, features={"x": value}), None)
    assert isinstance(event, Prediction)
    assert event.features == {"x": decoded}
    assert type(event.features["x"]) is type(decoded)


def test_null_counts_as_not_given() -> None:
    """Serializers of data classes write null for everything that is not set."""
    optional = dict.fromkeys(
        ["features", "outputs", "serving", "role", "automation", "segments", "session"], None
    )
    needed = {name: PREDICTION[name] for name in ("type", "id", "model", "version", "time")}
    assert decode(written(needed | optional), None) == decode(written(needed), None)
    assert decode(written(SERVING, values=None, version=None, role=None, host=None), None) == Serving(
        model="voice-search", time_ms=TIME_MS, id="s-3"
    )
    nothing = dict.fromkeys(["id", "prediction_id", "version", "labels", "decision", "annotator"], None)
    assert decode(written(BEHAVIOR | nothing), None) == Feedback(
        kind="behavior", model="voice-search", time_ms=TIME_MS, behavior="redo_search"
    )


def test_fields_nobody_knows_are_ignored() -> None:
    """Producers send what they have; a new field must not stop the old ones from being read."""
    assert decode(written(PREDICTION, trace={"span": [1, {"x": None}]}), None) == decode(
        written(PREDICTION), None
    )


def test_defaults_are_not_shared() -> None:
    """Events that share a default map would write into each other."""
    first, second = (Prediction(id="a", model="m", version="v", time_ms=1) for _ in range(2))
    first.features["x"] = 1.0
    assert second.features == {}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_garbage_collector_does_not_walk_events(name: str) -> None:
    """Hundreds of thousands of live events would make every collection slow."""
    assert not gc.is_tracked(decode(written(EXAMPLES[name]), None))
