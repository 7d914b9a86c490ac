"""Every shape of body that inference servers write becomes the predictions that it says, or a sentence."""

import base64
import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.schemas import Prediction, Rejection, decode
from driftline.stream_app.config import KServeSettings, Settings
from driftline.stream_app.gateway.kserve.conversion import Conversion, read_pair
from driftline.stream_app.gateway.kserve.document import BodyError
from driftline.stream_app.gateway.kserve.losses import Losses
from driftline.stream_app.gateway.kserve.pairing import Pair
from driftline.stream_app.gateway.kserve.predictions import predictions_of
from driftline.stream_app.gateway.metrics import Metrics
from tests.gateway.halves import NOW_MS, half, pair

GOLDEN = {path.stem: json.loads(path.read_text()) for path in Path(__file__).parent.glob("golden/*.json")}
GOOD = [name for name, case in GOLDEN.items() if "expected" in case]
BAD = [name for name, case in GOLDEN.items() if "refused" in case]


def body_of(written: str | dict[str, str]) -> bytes:
    """A body of a golden file: as text, or in base64 where it is not."""
    return written.encode() if isinstance(written, str) else base64.b64decode(written["base64"])


def pair_of(case: dict[str, Any]) -> Pair:
    """The halves of a golden file."""
    headers = {name.removeprefix("ce-"): text for name, text in case.get("headers", {}).items()}
    headers.pop("Content-Type", None)
    return pair(body_of(case["request"]), body_of(case["response"]), **headers)


def settings_of(case: dict[str, Any]) -> KServeSettings:
    """The configuration of a golden file."""
    models = {"models": {"iris": case["plan"]}} if "plan" in case else {}
    return KServeSettings.model_validate(case.get("section", {}) | models)


@pytest.mark.parametrize("name", GOOD)
def test_each_shape_becomes_what_it_says(name: str) -> None:
    """A value under the wrong name or in the wrong row would be watched as if it were right."""
    case = GOLDEN[name]
    found = predictions_of(pair_of(case), settings_of(case), NOW_MS)
    written = [orjson.loads(value) for _, value in found.made]
    assert written == [{"type": "prediction", **expected} for expected in case["expected"]]
    assert all(isinstance(event, Prediction) for event, _ in found.made)


@pytest.mark.parametrize("name", BAD)
def test_what_is_none_is_refused_in_a_sentence(name: str) -> None:
    """A shape that is believed would pair values with the wrong predictions."""
    case = GOLDEN[name]
    with pytest.raises(BodyError) as error:
        predictions_of(pair_of(case), settings_of(case), NOW_MS)
    assert case["refused"] in str(error.value)
    assert error.value.reason == case["reason"]
    assert error.value.body in (body_of(case["request"]), body_of(case["response"]))


def test_columns_that_become_nothing_are_counted() -> None:
    """Nobody would see that an image is not watched."""
    found = {name: predictions_of(pair_of(GOLDEN[name]), KServeSettings(), NOW_MS) for name in GOOD}
    assert found["v1_image"].left_out == 1
    assert found["v1_objects"].left_out == 1
    assert found["v2_rank_three"].left_out == 1
    assert found["v2_columns"].left_out == 0
    assert found["v2_columns"].versioned and not found["v1_lists"].versioned


def test_times_and_ids_are_what_feedback_can_name() -> None:
    """A label that names what the client got would never find its prediction."""
    body = b'{"instances": [1], "id": 9007199254740993}', b'{"predictions": [1], "id": "theirs"}'
    ((event, _),) = predictions_of(pair(*body), KServeSettings(), NOW_MS).made
    assert isinstance(event, Prediction) and event.id == "9007199254740993"
    later = pair(*body, time="2027-01-01T00:00:00Z")
    ((event, _),) = predictions_of(later, KServeSettings(), NOW_MS).made
    assert isinstance(event, Prediction) and event.time_ms == NOW_MS
    nanoseconds = half("request", b"", time="2026-11-22T10:00:00.123456789Z")
    assert nanoseconds.time_ms == NOW_MS - 60_000 + 123


def test_one_call_becomes_so_much_and_no_more() -> None:
    """A list that a batch has but once would be written ten thousand times: 300 MB from 100 kB."""
    once = {"name": "e", "shape": [1, 4096], "datatype": "FP32", "data": [0.123456] * 4096}
    column = {"name": "x", "shape": [10_000], "datatype": "INT8", "data": [1] * 10_000}
    request = json.dumps({"inputs": [once, column]}).encode()
    response = json.dumps({"outputs": [{**column, "name": "y"}]}).encode()
    with pytest.raises(BodyError, match="batch less"):
        predictions_of(pair(request, response), KServeSettings(), NOW_MS)


NUMBERS = st.integers() | st.floats()
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
TENSORS = st.fixed_dictionaries(
    {
        "name": st.text(max_size=4) | st.integers(),
        "shape": st.lists(st.integers(-1, 4), max_size=3) | st.none(),
        "datatype": st.sampled_from(["FP32", "FP16", "INT64", "BYTES", "BOOL", "BF16", "X", None]),
    },
    optional={"data": VALUES, "parameters": VALUES | st.builds(lambda n: {"binary_data_size": n}, NUMBERS)},
)
FIELDS = ["instances", "inputs", "predictions", "outputs", "id", "model_name", "model_version"]
DOCUMENTS = st.dictionaries(st.sampled_from(FIELDS), VALUES | st.lists(TENSORS, max_size=3), max_size=4)
BODIES = st.builds(lambda value, tail: json.dumps(value).encode() + tail, DOCUMENTS, st.binary(max_size=20))


@settings(deadline=None)
@given(BODIES | st.binary(max_size=40), BODIES | st.binary(max_size=40))
def test_no_body_ends_anything(request: bytes, response: bytes) -> None:
    """One request of somebody's model would stop the log of all of them."""
    try:
        found = predictions_of(pair(request, response), KServeSettings(), NOW_MS)
    except BodyError as error:
        assert str(error)
        return
    for event, value in found.made:
        again = decode(value, NOW_MS)
        assert again == event or isinstance(event, Rejection)


@settings(deadline=None)
@given(
    st.lists(st.dictionaries(st.text(min_size=1, max_size=5), VALUES, max_size=4), min_size=1, max_size=9),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
)
def test_every_row_is_exactly_one_event(rows: list[dict[str, Any]], identity: str) -> None:
    """A row that is dropped or doubled changes every rate that is watched."""
    request = json.dumps({"id": identity, "instances": rows}).encode()
    response = json.dumps({"predictions": list(range(len(rows)))}).encode()
    found = predictions_of(pair(request, response), KServeSettings(), NOW_MS)
    ids = [identity] if len(rows) == 1 else [f"{identity}/{row}" for row in range(len(rows))]
    decoded = [decode(value, NOW_MS) for _, value in found.made]
    assert [event.id for event in decoded if isinstance(event, Prediction)] == ids
    assert [event.outputs["prediction"] for event in decoded if isinstance(event, Prediction)] == list(
        range(len(rows))
    )


@settings(deadline=None)
@given(BODIES, BODIES)
def test_a_refused_pair_is_a_dead_letter_and_counts(request: bytes, response: bytes) -> None:
    """What cannot be read would be gone without a trace."""
    metrics, losses, config = Metrics(), Losses(), Settings()
    found = read_pair(pair(request, response), config.gateway.kserve, NOW_MS)
    records = Conversion(config.kafka, metrics, losses).records_of(found, NOW_MS)
    letters = [record for record in records if record.topic == config.kafka.dead_letters]
    assert all(orjson.loads(letter.value)["sentence"] for letter in letters)
    reports = losses.take(NOW_MS, config.kafka)
    assert sum(orjson.loads(report.value)["lost"] for report in reports) == len(letters)
