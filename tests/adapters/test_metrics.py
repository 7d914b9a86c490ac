"""What /metrics tells of shards that come and go."""

from collections import Counter
from types import SimpleNamespace

from prometheus_client import generate_latest

from driftline.stream_app.adapters.metrics import Metrics, PartitionView
from driftline.stream_app.config import FalseAlarmBudget
from driftline.stream_app.pipeline import Counters


def shard(**joins: int) -> SimpleNamespace:
    """A shard with one model that has these join counts from its state."""
    monitor = SimpleNamespace(
        counts=Counter(),
        joins=SimpleNamespace(
            counts=Counter(joins), stores=lambda: {"labels": SimpleNamespace(sampling_rate=0.5)}
        ),
        streams={},
        model="m",
        plan=SimpleNamespace(false_alarm_budget=FalseAlarmBudget()),
    )
    watch = SimpleNamespace(
        monitor=monitor,
        announced=Counter({("data_drift", "firing"): 0}),
        control=SimpleNamespace(outcomes=Counter(unknown_alert=2)),
        desk=SimpleNamespace(
            tally=SimpleNamespace(per_day=lambda: 0.25),
            state=SimpleNamespace(standings={"a": SimpleNamespace(watch_only=True)}),
        ),
    )
    return _Shard(partition=3, epoch=2, counters=Counters(), models={"m": SimpleNamespace(watch=watch)})


class _Shard(SimpleNamespace):
    """Hashable by identity, as a shard is."""

    __hash__ = object.__hash__


def samples(metrics: Metrics) -> dict[str, float]:
    """Every sample by its name with labels."""
    lines = generate_latest(metrics.registry).decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


def test_counters_never_fall_when_a_shard_goes() -> None:
    """Prometheus takes a falling counter for a restart and shows a spike that never was."""
    metrics = Metrics()
    first, second = shard(), shard(hits=100)
    metrics.follow(first)
    first.counters.events["prediction"] = 70
    metrics.follow(first)
    del first
    metrics.follow(second)
    second.counters.events["prediction"] = 5
    second.models["m"].watch.monitor.joins.counts["hits"] = 103
    metrics.follow(second)
    found = samples(metrics)
    assert found['driftline_events_total{type="prediction"}'] == 75.0
    assert found['driftline_joins_total{result="hits"}'] == 3.0


def test_a_scrape_reads_the_shards() -> None:
    """Metrics would stand still between rebalances."""
    metrics = Metrics()
    subject = shard()
    metrics.follow(subject)
    metrics.views = lambda: [
        PartitionView(subject, lag={"p": 9}, acknowledged={"p": 4}, held={"p": 1}, misaligned=2)
    ]
    subject.models["m"].watch.announced[("data_drift", "firing")] += 1
    subject.models["m"].watch.control.outcomes["unknown_alert"] += 1
    found = samples(metrics)
    assert found['driftline_alerts_total{kind="data_drift",status="firing"}'] == 1.0
    assert found['driftline_lag{partition="3",topic="p"}'] == 9.0
    assert found['driftline_epoch{partition="3"}'] == 2.0
    assert found["driftline_join_sampling_rate"] == 0.5
    assert found['driftline_control_total{outcome="unknown_alert"}'] == 1.0
    assert found['driftline_alerts_budgeted_per_day{model="m"}'] == 1 / 30
    assert found['driftline_alerts_realised_per_day{model="m"}'] == 0.25
    assert found['driftline_signals_watch_only{model="m"}'] == 1.0
    assert found["driftline_models"] == 1.0
