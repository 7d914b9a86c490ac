import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from driftline.schemas import Kind
from driftline.stream_app.config import Settings
from driftline.stream_app.monitoring.signals.families import FAMILIES, is_of_output, kind_of
from driftline.stream_app.monitoring.signals.naming import subject_of
from driftline.stream_app.pipeline import Record, Records, Shard

START_MS = 1_790_000_000_000
DRIFTLINES = [
    *("x", "", ":", "x.length", "x.norm", "output.x", "predictions", "predictions.tail", "*", "live"),
    *(f"{prefix}:x" for prefix in FAMILIES),
    *FAMILIES,
]
names = st.sampled_from(DRIFTLINES) | st.text(max_size=5)
values: st.SearchStrategy[Any] = st.one_of(
    st.just(1.5), st.just("a"), st.just(True), st.just([1.0, 2.0]), st.none(), st.just({"a": 1}), st.just("")
)
maps = st.dictionaries(names, values, max_size=5)
identities = st.sampled_from(["v1", "*", "live", "x"])


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few events of one model that share most of their names."""
    events: list[dict[str, Any]] = []
    base = {"model": "m", "time": START_MS}
    for number in range(draw(st.integers(1, 3))):
        time_ms = START_MS + number * 60_000
        prediction = {"type": "prediction", "id": f"p-{number}", "version": draw(identities)}
        for section in ("features", "outputs", "serving"):
            prediction[section] = draw(maps)
        events.append(base | prediction | {"time": time_ms})
        feedback = {"type": "feedback", "prediction_id": f"p-{number}", "time": time_ms}
        labels = prediction["outputs"] | draw(maps)
        events += [base | feedback | {"kind": "label", "labels": labels, "annotator": a} for a in "ab"]
        events.append(base | feedback | {"kind": "decision", "decision": draw(maps)})
        events.append(base | feedback | {"kind": "behavior", "behavior": draw(names)})
        events.append(base | {"type": "feedback", "kind": "behavior", "behavior": draw(names)})
        report = {"type": "serving", "version": draw(identities), "values": draw(maps), "time": time_ms}
        events.append(base | report)
    later = [{"type": "prediction", "id": f"l-{n}", "version": "v1", "time": START_MS + 10**7} for n in "abc"]
    return events + [base | event for event in later]


def applied(events: list[dict[str, Any]]) -> Shard:
    """A shard that has read the events, and said how its signals are, as in a worker."""
    shard = Shard(0, Settings(), summaries="latest")
    lines = [json.dumps(event).encode() for event in events]
    shard.apply(Records.of([Record("t", 0, place, None, b"m", line) for place, line in enumerate(lines)]))
    shard.take_summaries()
    return shard


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
@example(
    [
        {
            "type": "prediction",
            "id": "p-1",
            "model": "m",
            "version": "*",
            "time": START_MS,
            "features": {"emb": [1.0], "emb.norm": 1.0, "emb.length": 2.0, "output.y": 1.0, "y": 1.0},
            "outputs": {"y": 1.0, "output.y": "a"},
            "serving": {"latency_ms": 1.0},
        },
        {"type": "serving", "model": "m", "version": "*", "time": START_MS, "values": {"latency_ms": 1.0}},
    ]
)
def test_no_name_that_data_invent_is_one_of_driftlines(events: list[dict[str, Any]]) -> None:
    """A feature `emb.norm` beside a list `emb` ended the worker, and again after every restart."""
    shard = applied(events)
    for model in shard.models.values():
        for stream in model.watch.monitor.streams.values():
            signals = [signal.name for table in stream.tables() for signal in table.bank.signals]
            assert len(set(signals)) == len(signals)
            assert all(kind_of(signal) in Kind for signal in signals)


def test_a_version_may_be_called_as_all_of_them() -> None:
    """Its events would be read into the stream that counts for all versions together."""
    prediction = {"type": "prediction", "model": "m", "version": "*", "features": {"x": 1.0}}
    events = [prediction | {"id": f"p-{n}", "time": START_MS + n * 1000} for n in range(100)]
    streams = applied(events).models["m"].watch.monitor.streams
    everything = streams.everything("live")
    assert not everything.predictions.bank.signals
    assert [stream.predictions.bank.state_of("feature:x") is None for stream in streams.versions()] == [False]


def test_a_name_says_whose_it_is() -> None:
    """A new version would learn its outputs' quality against the features of the old one."""
    assert is_of_output("missing_output:x") and not is_of_output("missing:output.x")
    assert subject_of("projection2_output:a:b") == "a:b"
    assert kind_of("host_tail:cpu") is Kind.SERVING
