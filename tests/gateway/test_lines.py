"""A body of lines becomes records, and nothing that is in it ends anything."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.schemas import Control, Heartbeat, Rejection, decode
from driftline.stream_app.config import KafkaSettings
from driftline.stream_app.config.gateway import GatewayToken
from driftline.stream_app.gateway.lines import FORBIDDEN, Line, Refusal, read
from tests.schemas.examples import ACCEPT, BEHAVIOR, LABEL, PREDICTION, SERVING, TIME_MS, written

KAFKA = KafkaSettings()
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
EVENTS = st.builds(
    lambda example, field, value: json.dumps(example | {field: value}).encode(),
    st.sampled_from([PREDICTION, LABEL, BEHAVIOR, SERVING, ACCEPT]),
    st.sampled_from(["id", "model", "time", "features", "outputs", "values", "type", "kind", "lost", "x"]),
    JSON,
)


def reading(body: bytes, token: GatewayToken | None = None) -> list[Line | Refusal]:
    """What becomes of a body."""
    return list(read(body, TIME_MS, KAFKA, token))


def test_lines_go_on_with_their_bytes_keyed_by_model() -> None:
    """Predictions and feedback of a model would lie in different partitions, or mean something else."""
    values = [written(example) for example in (PREDICTION, LABEL, SERVING)]
    lines = reading(b"\r\n".join(values) + b"\r\n")
    assert all(isinstance(line, Line) for line in lines)
    records = [line.record for line in lines if isinstance(line, Line)]
    assert [record.value for record in records] == values
    assert [record.topic for record in records] == [KAFKA.predictions, KAFKA.feedback, KAFKA.predictions]
    assert {record.key for record in records} == {b"voice-search"}


def test_a_bad_line_costs_itself() -> None:
    """One typing mistake would lose a whole batch, and nobody would know which."""
    body = b"\n".join([written(PREDICTION), b"", b"{nonsense", written(PREDICTION, id=81), written(LABEL)])
    taken = [each.number for each in reading(body) if isinstance(each, Line)]
    refused = {each.line: each for each in reading(body) if isinstance(each, Refusal)}
    assert taken == [1, 5]
    assert refused[3].reason == "not_json"
    assert "id must be a string" in refused[4].sentence  # a number would lose digits in JavaScript


def test_an_array_is_taken_entry_by_entry() -> None:
    """What frameworks post by themselves is an array."""
    body = b"[" + written(PREDICTION) + b", 7 ,\n" + written(LABEL) + b"]"
    found = reading(body)
    assert [isinstance(each, Line) for each in found] == [True, False, True]
    first = found[0]
    assert isinstance(first, Line) and first.record.value == written(PREDICTION)
    (broken,) = reading(b"[" + written(PREDICTION) + b", oh")
    assert isinstance(broken, Refusal)


def test_what_operators_say_does_not_come_this_way() -> None:
    """Whoever may write predictions could accept every alert."""
    for value in (written(ACCEPT), json.dumps({"type": "heartbeat", "time": TIME_MS}).encode()):
        (refusal,) = reading(value)
        assert isinstance(refusal, Refusal) and "operators" in refusal.sentence


def test_a_token_writes_what_it_may() -> None:
    """The token of a web page is public: it must not write predictions, nor about other models."""
    token = GatewayToken(name="shop", scrypt="0" * 32 + ":" + "0" * 64, types=("feedback",), models=("a",))
    body = b"\n".join([written(PREDICTION), written(LABEL), written(LABEL, model="a")])
    found = reading(body, token)
    assert [each.reason for each in found if isinstance(each, Refusal)] == [FORBIDDEN, FORBIDDEN]
    assert [each.record.key for each in found if isinstance(each, Line)] == [b"a"]


@settings(deadline=None)
@given(st.lists(EVENTS | st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode())))
def test_nothing_raises_and_what_is_taken_is_an_event(values: list[bytes]) -> None:
    """A body that nobody thought of would end the request, or write what no worker can read."""
    body = b"\n".join(values)
    lines = body.split(b"\n")
    found = reading(body)
    if not body.lstrip().startswith(b"["):
        numbers = [each.number if isinstance(each, Line) else each.line for each in found]
        assert numbers == [place for place, line in enumerate(lines, start=1) if line.strip()]
    for each in found:
        if isinstance(each, Line):
            event: Any = decode(each.record.value, TIME_MS)
            assert not isinstance(event, Rejection | Control | Heartbeat)
            assert each.record.key.decode() == event.model
