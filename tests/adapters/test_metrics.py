"""What /metrics tells of shards that come and go."""

import re
from collections.abc import Iterator
from time import time

import pytest
from prometheus_client import generate_latest

from driftline.schemas import Reason
from driftline.stream_app.adapters import metrics as declared
from driftline.stream_app.adapters.metrics import Metrics, PartitionView
from driftline.stream_app.alarms.incident import Incident, Member
from driftline.stream_app.alarms.state import AlarmState
from driftline.stream_app.config import ModelPlan, Settings
from driftline.stream_app.pipeline import Record, Records, Shard
from tests.alarms.evidence import evidence
from tests.streams import START_MS, Stream

SETTINGS = Settings(defaults=ModelPlan(warm_up=20))


def shard(epoch: int = 2, count: int = 100, model: str = "m") -> Shard:
    """A shard that has absorbed predictions of a model, with their feedback."""
    made = Shard(3, SETTINGS, epoch)
    made.apply(Records.of(records(count, model)))
    return made


def records(count: int, model: str = "m") -> list[Record]:
    return list(Stream(count=count, model=model).records())


def samples(metrics: Metrics) -> dict[str, float]:
    """Every sample by its name with labels."""
    lines = generate_latest(metrics.registry).decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


def following(metrics: Metrics, *shards: Shard) -> dict[str, float]:
    """A scrape while the worker holds these."""
    metrics.views = lambda: [
        PartitionView(each, lag={"p": 9}, acknowledged={"p": 4}, held={"p": 1}, misaligned=2)
        for each in shards
    ]
    return samples(metrics)


def test_counters_never_fall_when_a_shard_goes() -> None:
    """Prometheus takes a falling counter for a restart and shows a spike that never was."""
    metrics, first = Metrics(), Shard(3, SETTINGS, 1)
    metrics.follow(first)
    first.apply(Records.of(records(70)))
    metrics.follow(first)
    del first
    second = Shard(3, SETTINGS, 2)
    metrics.follow(second)
    second.apply(Records.of(records(5)))
    found = following(metrics, second)
    assert found['driftline_events_total{model="m",type="prediction"}'] == 75.0
    assert found['driftline_labels_joined_total{model="m"}'] == 75.0


def test_what_came_with_the_state_is_not_counted_again() -> None:
    """After each restart a worker would tell of all joins since the model began."""
    metrics = Metrics()
    restored = shard(count=50)
    metrics.follow(restored)
    assert following(metrics, restored)['driftline_joins_total{model="m",result="hits"}'] == 0.0


def test_a_scrape_reads_the_shards() -> None:
    """Metrics would stand still between rebalances."""
    found = following(Metrics(), shard())
    assert found['driftline_lag{partition="3",topic="p"}'] == 9.0
    assert found['driftline_epoch{partition="3"}'] == 2.0
    assert found["driftline_join_sampling_rate"] == 1.0
    assert found['driftline_alerts_budgeted_per_day{model="m"}'] == pytest.approx(1 / 30)
    assert found['driftline_alerts_realised_per_day{model="m"}'] == 0.0
    assert found['driftline_signals_watch_only{model="m"}'] == 0.0
    assert found["driftline_models"] == 1.0


def test_each_model_has_figures_of_its_own() -> None:
    """The total of ten models does not show which one has stopped, nor which is not armed."""
    found = following(Metrics(), shard(), shard(model="other", count=10))
    signals, armed = (
        {m: found[f'{name}{{model="{m}"}}'] for m in ("m", "other")}
        for name in ("driftline_signals", "driftline_signals_armed")
    )
    assert armed["m"] > 10 > armed["other"] == 0.0
    assert signals["m"] >= armed["m"]
    last_s = found['driftline_last_event_timestamp_seconds{model="m"}']
    assert START_MS / 1000 < last_s <= START_MS / 1000 + 100
    lag_s = found['driftline_event_time_lag_seconds{model="m"}']
    assert lag_s == pytest.approx(max(time() - last_s, 0.0), abs=60)


def test_every_counter_is_there_before_it_counts() -> None:
    """`increase()` misses the first time of a counter that is born at 1, and an alert rule on it sleeps."""
    found = samples(Metrics())
    assert {f'driftline_rejected_total{{reason="{reason}"}}' for reason in Reason} <= set(found)
    assert found['driftline_control_total{outcome="unknown_alert"}'] == 0.0
    for name in ("duplicates", "redelivered", "lost", "signals_refused", "models_refused"):
        assert found[f"driftline_{name}_total"] == 0.0
    of_a_model = following(Metrics(), shard(count=5))
    assert of_a_model['driftline_alerts_total{kind="concept_drift",model="m",status="firing"}'] == 0.0
    assert of_a_model['driftline_events_total{model="m",type="serving"}'] == 0.0
    assert of_a_model['driftline_joins_total{model="m",result="late"}'] == 0.0


def test_process_platform_and_build_are_told() -> None:
    """Memory and file descriptors are the first thing that an operator looks for."""
    names = {name.partition("{")[0] for name in samples(Metrics())}
    assert {
        "process_resident_memory_bytes",
        "process_open_fds",
        "python_info",
        "driftline_build_info",
    } <= names


def test_names_follow_prometheus_rules() -> None:
    """promtool would refuse what we ship: counters end in _total, nothing else does, units are base units."""
    for family, kind in families():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", family)
        assert family.endswith("_total") == (kind == "counter")
        assert not re.search(r"_(ms|milliseconds|minutes|kb|mb|percent)$", family)


def families() -> Iterator[tuple[str, str]]:
    """Name and type of our metrics."""
    metrics = Metrics()
    following(metrics, shard(count=5))
    for line in generate_latest(metrics.registry).decode().splitlines():
        if line.startswith("# TYPE driftline_") and not line.endswith("_created gauge"):
            _, _, name, kind = line.split()
            yield name, kind


def test_a_model_adds_few_series() -> None:
    """A thousand models would be more than a Prometheus keeps."""
    one, two = (
        len(following(Metrics(), *some)) for some in ([shard()], [shard(), shard(model="n", count=5)])
    )
    assert two - one < 40


def test_open_incidents_are_told_by_kind_and_severity() -> None:
    """Whoever pages from Prometheus would see that driftline lives, and never what it found."""
    drifted = Shard(3, Settings(defaults=ModelPlan(warm_up=500)), 1)
    drifted.apply(Records.of(list(Stream(count=3000, change_at=2000, shift=3.0).records())))
    found = following(Metrics(), drifted)
    labels = 'kind="data_drift",model="search",role="live",severity="info",version="1"'
    assert found[f"driftline_incident{{{labels}}}"] == 1.0
    assert found["driftline_incidents_unlisted"] == 0.0


def test_what_is_not_open_has_no_series() -> None:
    """An incident that is over would keep its series for as long as the worker lives."""
    assert not [name for name in following(Metrics(), shard()) if name.startswith("driftline_incident{")]


def test_the_gravest_incidents_are_listed_where_there_is_no_room_for_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bad day of a large fleet would cost Prometheus its memory, or the pager the critical ones."""
    monkeypatch.setattr(declared, "INCIDENT_SERIES", 2)
    severities = ("info", "critical", "warning", "critical", "info")
    incidents = [incident(str(place), severity) for place, severity in enumerate(severities)]
    again = incident("1", "critical")
    listed, unlisted = declared.levels_of_incidents([*incidents, again])
    assert [(sample.labels["version"], sample.value) for sample in listed.samples] == [("1", 2), ("3", 1)]
    assert [sample.value for sample in unlisted.samples] == [3]


def incident(version: str, severity: str) -> Incident:
    """An open incident of a version, with one signal."""
    state = AlarmState()
    found = evidence(version=version)
    opened = state.open(found)
    opened.members[found.signal] = Member(found, [found.finding.detector], severity)
    opened.raise_to(severity)
    return opened


def test_readiness_is_a_metric() -> None:
    """No rule could tell a worker that has been restoring for an hour: Prometheus does not ask /ready."""
    metrics = Metrics()
    assert samples(metrics)["driftline_ready"] == 0.0
    metrics.ready = lambda: True
    assert samples(metrics)["driftline_ready"] == 1.0


def test_what_is_counted_by_topic_is_there_before_it_counts() -> None:
    """The first hole would be no increase."""
    metrics = Metrics()
    metrics.expect(inputs=["in"], outputs=["out"])
    found = samples(metrics)
    assert found['driftline_holes_total{topic="in"}'] == 0.0
    assert found['driftline_too_large_total{topic="out"}'] == 0.0


def test_a_worker_without_a_checkpoint_has_one_from_its_start() -> None:
    """A checkpoint of 1970 would raise the alarm of an old one in each worker that starts."""
    assert samples(Metrics())["driftline_last_checkpoint_timestamp_seconds"] == pytest.approx(time(), abs=60)
