"""Whatever the configuration accepts, the engine works with."""

from collections.abc import Iterator
from typing import Any, Final

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftline.detectors import BankSettings
from driftline.detectors.plugins.registry import known_names
from driftline.detectors.signals import BOUNDS
from driftline.stream_app.adapters.replay import batches, replay
from driftline.stream_app.config import Limits, ModelPlan, Settings
from driftline.stream_app.config.bounds import CATEGORIES, WARM_UP
from driftline.stream_app.pipeline import Record, Records, Shard, recover
from driftline.stream_app.pipeline.kernels import compile_engine
from tests.config.configurations import plans
from tests.streams import PREDICTIONS, START_MS, Stream, control, with_control

COUNT: Final = 400
SMALL: Final = st.integers(1, 40)
# Another number of categories than a hundred or less is another layout, which is compiled for a minute.
LIMITS: Final = st.builds(
    Limits,
    models=SMALL,
    streams_per_model=SMALL,
    signals_per_stream=SMALL | st.just(2000),
    categories_per_signal=st.integers(CATEGORIES[0], 100),
    predictions_waiting=SMALL,
    ids_remembered=SMALL,
    record_bytes=st.sampled_from([1000, 900_000]),
)


def odd_events() -> Iterator[dict[str, Any]]:
    """A second version, a shadow, a host's reports, and values of every type."""
    for index in range(120):
        time_ms = START_MS + index * 3000 + 1
        odd: Any = [None, True, "", "long" * 9, 1e300, -1e-300, 3, [1.0, 2.0], [], 0][index % 10]
        common = {"model": "search", "version": f"{index // 60}", "time": time_ms}
        role = "shadow" if index % 3 else "live"
        features, outputs = {"x": odd, "a.b": index, "y": 1.0}, {"intent": odd, "confidence": 0.5}
        yield {
            "type": "prediction",
            "id": f"o{index}",
            "role": role,
            "features": features,
            "outputs": outputs,
        } | common
        yield {"type": "serving", "host": "h", "values": {"latency_ms": float(index), "error": 0.0}} | common


def stream() -> list[Record]:
    """A change of everything in the middle, an operator's word, and the odd events between."""
    usual = list(
        Stream(count=COUNT, change_at=COUNT // 2, shift=4.0, missing_rate=0.3, error_rate=0.9).records()
    )
    said = [control("c", START_MS + 250_500, action="accept", signals=["feature:x", "error:intent"])]
    odd = [
        Record(PREDICTIONS, 0, place, event["time"], b"search", orjson.dumps(event))
        for place, event in enumerate(odd_events())
    ]
    return numbered(with_control([*usual, *odd], said))


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Not while the clock of the first example runs."""
    compile_engine()


@pytest.mark.timeout(400)
@given(plan=plans(sorted(known_names())), limits=LIMITS)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_configuration_that_is_accepted_runs(plan: ModelPlan, limits: Limits) -> None:
    """`warm_up: 10` was fine by the configuration and ended the worker at the first event."""
    chosen = Settings(models={"search": plan}, limits=limits)
    records = stream()
    shard = Shard(0, chosen, 1, summaries="latest")  # as in a worker
    shard.apply(Records.of(records[: len(records) // 2]))
    assert shard.take_summaries() and shard.take_statuses()
    (cut, *_) = shard.cut(["search"])
    state = [(record.key, record.value) for record in cut.records]
    recovered = recover(0, chosen, state)
    assert not recovered.unreadable
    recovered.shard.apply(Records.of(records))
    assert recovered.shard.take_summaries() and recovered.shard.take_statuses()


def numbered(records: list[Record]) -> list[Record]:
    """The records with offsets in their order."""
    offsets: dict[str, int] = {}
    out = []
    for record in records:
        offset = offsets.get(record.topic, 0)
        offsets[record.topic] = offset + 1
        out.append(record._replace(offset=offset))
    return out


def test_a_bank_takes_what_the_configuration_takes() -> None:
    """The bounds stand in two places, which must not drift apart."""
    assert BOUNDS["warm_up"] == WARM_UP
    assert BOUNDS["categories"][0] <= CATEGORIES[0]
    assert BOUNDS["categories"][1] == CATEGORIES[1]
    for name, bounds in (("warm_up", WARM_UP), ("categories", CATEGORIES)):
        for value in bounds:
            BankSettings(**{name: value})


@pytest.mark.parametrize("warm_up", [WARM_UP[0], WARM_UP[0] + 1])
def test_the_shortest_warm_up_runs(warm_up: int) -> None:
    """The bound itself would be the first thing to break."""
    chosen = Settings(defaults=ModelPlan(warm_up=warm_up))
    assert replay(batches(Stream(count=500).records()), chosen).signals
