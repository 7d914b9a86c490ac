"""What the client writes is what the worker reads."""

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from types import MappingProxyType
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.schemas import Control, Feedback, Prediction, Serving, decode
from driftline.stream_app.client import DriftClient
from driftline.stream_app.client.encoding import encode_event
from tests.client.delivery import FakeProducer, client_of

NOW_MS = 1_795_341_600_120


class NAType:
    """Stands for pandas' NA, which answers every question with itself."""

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")


class NaTType(datetime):
    """Stands for pandas' NaT: a datetime that is none."""

    def isoformat(self, *_: Any, **__: Any) -> str:
        return "NaT"


class Colour(Enum):
    RED = "red"


@pytest.fixture
def producer() -> FakeProducer:
    return FakeProducer()


@pytest.fixture
def client(producer: FakeProducer) -> Iterator[DriftClient]:
    with client_of(lambda: producer) as client:
        yield client


def received(client: DriftClient, producer: FakeProducer) -> Any:
    """The one event that was logged, as the worker decodes it."""
    assert client.flush(5)
    assert (client.sent, client.failed, client.dropped) == (1, 0, 0)
    [record] = producer.records
    assert record.key == b"voice-search"
    event = decode(record.value, record.time_ms)
    assert not isinstance(event, tuple), event
    assert record.time_ms == event.time_ms
    return event


def test_a_whole_prediction(client: DriftClient, producer: FakeProducer) -> None:
    """A field that is lost on the way is a signal that is never watched."""
    returned = client.log_prediction(
        "7",
        features={"clip_seconds": 2.5, "language": "en", "snr_db": None, "embedding": [1.0, 2.0]},
        outputs={"intent": "call", "confidence": 0.9},
        serving={"latency_ms": 43.0},
        id="p-1",
        time=NOW_MS,
        role="shadow",
        automation="full",
        segments={"country": "US"},
        session="9f",
    )
    assert returned == "p-1"
    assert received(client, producer) == Prediction(
        id="p-1",
        model="voice-search",
        version="7",
        time_ms=NOW_MS,
        features={"clip_seconds": 2.5, "language": "en", "snr_db": None, "embedding": [1.0, 2.0]},
        outputs={"intent": "call", "confidence": 0.9},
        serving={"latency_ms": 43.0},
        role="shadow",
        automation="full",
        segments={"country": "US"},
        session="9f",
    )
    assert producer.records[0].topic == "driftline.predictions"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("label", {"prediction_id": "p-1", "labels": {"intent": "call"}, "annotator": "a17"}),
        ("behavior", {"prediction_id": "p-1", "behavior": "redo_search"}),
        ("behavior", {"behavior": "redo_search", "version": "7"}),
        ("decision", {"prediction_id": "p-1", "decision": {"intent": "call"}, "actor": "human"}),
    ],
)
def test_each_kind_of_feedback(
    client: DriftClient, producer: FakeProducer, kind: Any, fields: dict[str, Any]
) -> None:
    """Feedback that the worker refuses is feedback nobody ever sees."""
    returned = client.log_feedback(kind, **fields, time=NOW_MS)
    expected = Feedback(kind=kind, model="voice-search", time_ms=NOW_MS, id=returned, **fields)
    assert received(client, producer) == expected
    assert producer.records[0].topic == "driftline.feedback"


def test_a_serving_report(client: DriftClient, producer: FakeProducer) -> None:
    """Serving reports travel with the predictions, whose clock they share."""
    returned = client.log_serving("7", {"memory_mb": 5120, "cpu": 0.7}, host="srv-3", time=NOW_MS)
    assert received(client, producer) == Serving(
        model="voice-search",
        time_ms=NOW_MS,
        id=returned,
        version="7",
        host="srv-3",
        values={"memory_mb": 5120.0, "cpu": 0.7},
    )
    assert producer.records[0].topic == "driftline.predictions"


@pytest.mark.parametrize(
    ("value", "decoded"),
    [
        (np.float32(0.5), 0.5),
        (np.float16(0.5), 0.5),
        (np.int64(3), 3.0),
        (np.bool_(True), True),
        (np.str_("en"), "en"),
        (np.array(2.5), 2.5),
        (np.array([1.0, 2.0]), [1.0, 2.0]),
        (np.arange(6.0)[::2], [0.0, 2.0, 4.0]),
        (math.nan, None),
        (math.inf, None),
        (np.float64("nan"), None),
        (np.float32("inf"), None),
        (np.int64(3), 3.0),
        (np.datetime64("2026-11-22T10:00:00", "ns"), "2026-11-22T10:00:00.000000000"),
        (np.datetime64("NaT"), None),
        (np.timedelta64(1500, "ms"), 1.5),
        (Fraction(1, 4), 0.25),
        (Decimal("0.25"), 0.25),
        (Decimal("NaN"), None),
        (2**70, float(2**70)),
        (10**400, None),
        (NAType(), None),
        (NaTType(2026, 1, 1), None),
        ([1.0, NAType()], None),
        (datetime(2026, 11, 22, 10, tzinfo=UTC), "2026-11-22T10:00:00+00:00"),
        (datetime(2026, 11, 22, 10), "2026-11-22T10:00:00"),
        (date(2026, 11, 22), "2026-11-22"),
        (timedelta(seconds=90), 90.0),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (Colour.RED, "red"),
        ("half \ud800", "half ?"),
        ([], []),
        ((1, np.float32(0.5), True), [1.0, 0.5, 1.0]),
        ([1.0, math.nan], None),
        ([1.0, None], None),
        (np.array([1.0, np.inf]), None),
        (np.array([1.0, np.nan], dtype=np.float16), None),
    ],
)
def test_values_as_they_come(
    client: DriftClient, producer: FakeProducer, value: object, decoded: object
) -> None:
    """Serving code has numpy values at hand; converting each by hand would be forgotten once."""
    client.log_prediction("7", features={"x": value})
    features = received(client, producer).features
    assert features == {"x": decoded}
    assert type(features["x"]) is type(decoded)


def test_names_and_segments_are_text(client: DriftClient, producer: FakeProducer) -> None:
    """Columns of a data frame are numbered, and shops too: the event was lost for it."""
    segments: Any = {"shop": 3, "new": True, "no": None}
    features: Any = {1: 1.0, "\ud800": 2.0}
    client.log_prediction("7", features=features, segments=segments)
    event = received(client, producer)
    assert event.features == {"1": 1.0, "?": 2.0}
    assert event.segments == {"shop": "3", "new": "true"}


def test_any_mapping_and_any_id_will_do(client: DriftClient, producer: FakeProducer) -> None:
    """Registries number their versions, databases their rows; settings objects are read-only mappings."""
    client.log_prediction(7, features=MappingProxyType({"x": 1}), id=81, session=9)  # type: ignore[arg-type]
    event = received(client, producer)
    assert (event.version, event.id, event.session, event.features) == ("7", "81", "9", {"x": 1.0})


@pytest.mark.parametrize(
    "time",
    [
        NOW_MS,
        np.int64(NOW_MS),
        datetime.fromtimestamp(NOW_MS / 1000, UTC),
        datetime.fromtimestamp(NOW_MS / 1000, UTC).astimezone(),
    ],
)
def test_times(client: DriftClient, producer: FakeProducer, time: Any) -> None:
    """A time read in the wrong unit or zone lands in the wrong window of every statistic."""
    client.log_prediction("7", time=time)
    assert received(client, producer).time_ms == NOW_MS


def test_without_a_time_it_is_now(client: DriftClient, producer: FakeProducer) -> None:
    """Most callers log at the moment it happens."""
    before_ms = datetime.now(UTC).timestamp() * 1000
    client.log_prediction("7")
    assert before_ms - 1 <= received(client, producer).time_ms <= datetime.now(UTC).timestamp() * 1000


def test_ids_are_never_the_same(client: DriftClient) -> None:
    """Two predictions of one id count once."""
    assert len({client.log_prediction("7") for _ in range(100)}) == 100


VALUES = (
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.lists(st.none() | st.floats(), max_size=5)
)


def as_decoded(value: Any) -> Any:
    """The same value at the worker: what is not finite counts as missing, and so does a list with it."""
    items = value if isinstance(value, list) else [value]
    lost = any(item is None or (isinstance(item, float) and not math.isfinite(item)) for item in items)
    return None if lost else value


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9), VALUES))
def test_everything_that_is_written_can_be_read(features: dict[str, Any]) -> None:
    """A value that the client takes and the worker refuses would be lost without anybody being told."""
    event = {"type": "prediction", "id": "p", "model": "m", "version": "v", "time": NOW_MS}
    decoded = decode(encode_event({**event, "features": features}), NOW_MS)
    assert isinstance(decoded, Prediction)
    assert decoded.features == {name: as_decoded(value) for name, value in features.items()}


def test_what_an_operator_says(client: DriftClient, producer: FakeProducer) -> None:
    """A tool of one's own that judges alerts would write what the worker refuses."""
    client.log_verdict("f00-1-1", "noise", by="anna", comment="a test", id="c-1", time=NOW_MS)
    event = received(client, producer)
    assert event == Control(
        action="verdict",
        model="voice-search",
        time_ms=NOW_MS,
        id="c-1",
        alert_id="f00-1-1",
        verdict="noise",
        by="anna",
        comment="a test",
    )
    assert producer.records[0].topic == "driftline.control"


def test_an_accepted_level(client: DriftClient, producer: FakeProducer) -> None:
    """A deployment script could not say that its change was meant."""
    client.log_accept(signals=("feature:x",), version=7, role="live", by="deploy", time=NOW_MS)  # type: ignore[arg-type]
    event = received(client, producer)
    assert (event.action, event.signals, event.version, event.role) == ("accept", ["feature:x"], "7", "live")


def test_words_that_say_nothing_are_refused(client: DriftClient) -> None:
    """They would be dead letters."""
    with pytest.raises(ValueError, match="there is no verdict 'fine': use useful, noise, expected_change"):
        client.log_verdict("f00", "fine")  # type: ignore[arg-type]
    client.log_accept()
    assert client.failed == 1
