import pytest

from driftline.schemas import Kind
from driftline.stream_app.config import FalseAlarmBudget, Settings
from driftline.stream_app.config.plan import ModelPlan
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.monitoring.signals.budget import BEFORE_ITS_SHARE, KIND_WEIGHTS
from driftline.stream_app.monitoring.signals.families import kind_of
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.monitoring.streams.calibration import Calibration
from driftline.stream_app.pipeline import Records, Shard
from tests.streams import Stream

HOUR_MS = 3_600_000
BUDGET = FalseAlarmBudget(alarms=1, per_ms=24 * HOUR_MS)


def monitored(*streams: Stream, budget: FalseAlarmBudget = BUDGET) -> ModelMonitor:
    """The monitor of a model after these streams, one after the other."""
    shard = Shard(0, Settings(defaults=ModelPlan(warm_up=200, false_alarm_budget=budget)), summaries=None)
    for stream in streams:
        start = dict(shard.positions)
        shard.apply(
            Records.of(
                [
                    record._replace(offset=record.offset + start.get(record.topic, 0))
                    for record in stream.records()
                ]
            )
        )
    return shard.models["search"].watch.monitor


def alarms_per_ms(monitor: ModelMonitor) -> float:
    """How many false alarms all signals together may raise, as they were asked."""
    total = 0.0
    for stream in monitor.streams.values():
        for table in stream.tables():
            rates = dict(zip([signal.name for signal in table.bank.signals], table.bank.rates(), strict=True))
            total += sum(rates[name] / every for name, every in stream.asked_of(table).items())
    return total


def test_all_signals_together_are_asked_for_the_budget() -> None:
    """The one setting would not mean what it says."""
    monitor = monitored(Stream(count=2000, change_at=2000))
    assert monitor.streams[StreamKey("1", "live")].asked["predictions"]["feature:x"] != BEFORE_ITS_SHARE
    # Signals without a value yet, and rates that moved by less than a quarter, leave a little room.
    assert alarms_per_ms(monitor) == pytest.approx(BUDGET.alarms_per_ms, rel=0.25)


def test_labels_are_watched_more_closely_than_features() -> None:
    """What people act on would wait for its turn among what only explains."""
    asked = monitored(Stream(count=2000, change_at=2000)).streams[StreamKey("1", "live")].asked
    label, feature = asked["labels"]["error:intent"], asked["predictions"]["feature:x"]
    weights = KIND_WEIGHTS[Kind.CONCEPT_DRIFT] / KIND_WEIGHTS[kind_of("feature:x")]
    assert feature / label == pytest.approx(weights, rel=0.3)


def test_a_tenth_of_the_budget_is_a_tenth_of_the_alarms() -> None:
    """The setting would have no effect."""
    stream = Stream(count=1000, change_at=1000)
    small = monitored(stream, budget=FalseAlarmBudget(alarms=0.1, per_ms=24 * HOUR_MS))
    assert alarms_per_ms(small) == pytest.approx(0.1 * BUDGET.alarms_per_ms, rel=0.3)


def test_a_new_version_shares_the_budget_with_the_old() -> None:
    """Every roll-out would double the false alarms."""
    old = Stream(count=1500, change_at=1500)
    new = Stream(count=6000, first=1500, change_at=9000, version="2", seed=8)
    monitor = monitored(old, new)
    assert {version for version, *_ in monitor.streams} == {"1", "2", "*"}
    assert alarms_per_ms(monitor) <= 1.3 * BUDGET.alarms_per_ms


def test_a_version_that_is_gone_leaves_its_share() -> None:
    """The version that serves would be watched through half a budget for ever."""
    monitor = monitored(Stream(count=1500, change_at=1500))
    before = dict(monitor.streams[StreamKey("1", "live")].asked["predictions"])
    calibration = Calibration(monitor.streams, BUDGET)
    calibration.tick(monitor.clock.tick_ms, lambda name: 1.0)
    calibration.tick(monitor.clock.tick_ms + 10 * HOUR_MS, lambda name: 100.0)
    assert monitor.streams[StreamKey("1", "live")].asked["predictions"] == before


def test_a_factor_moves_budget_from_one_signal_to_the_others() -> None:
    """A verdict would change nothing."""
    monitor = monitored(Stream(count=1500, change_at=1500))
    stream = monitor.streams[StreamKey("1", "live")]
    before = stream.asked["predictions"]["feature:x"]
    calibration = Calibration(monitor.streams, BUDGET)
    calibration.tick(monitor.clock.tick_ms, lambda name: 0.25 if name == "feature:x" else 1.0, verdicts=1)
    assert stream.asked["predictions"]["feature:x"] == pytest.approx(4 * before, rel=0.3)
    assert alarms_per_ms(monitor) == pytest.approx(BUDGET.alarms_per_ms, rel=0.25)
