"""The worker's metrics: each declared once, here.

What happens once per batch or checkpoint is counted where it happens. What shards count by themselves is read
from them when somebody scrapes, so that it costs nothing on the way of an event.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client import Counter as PrometheusCounter
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from driftline.stream_app.pipeline import Shard
from driftline.stream_app.pipeline.watch import ModelWatch


class Declaration(NamedTuple):
    """Name, meaning, labels."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()


# Counted by shards; they go up as long as the process lives, whichever partitions come and go.
EVENTS = Declaration("driftline_events", "Usable events read, by type.", ("type",))
REJECTED = Declaration("driftline_rejected", "Records that became dead letters, by reason.", ("reason",))
ALERTS = Declaration("driftline_alerts", "Alerts raised, by kind and status.", ("kind", "status"))
JOINS = Declaration("driftline_joins", "Feedback by what became of it: hits, misses, late, …", ("result",))
DUPLICATES = Declaration("driftline_duplicates", "Predictions with an id that was seen before.")
REDELIVERED = Declaration("driftline_redelivered", "Records that were read again and skipped.")
LOST = Declaration("driftline_lost", "Offsets that the log did not have any more, coverage that is gone.")
SIGNALS_REFUSED = Declaration("driftline_signals_refused", "Sightings of signals beyond the limit.")
MODELS_REFUSED = Declaration("driftline_models_refused", "Models beyond the limit, which are not watched.")
CONTROL = Declaration("driftline_control", "What operators said, by what became of it.", ("outcome",))
ASIDE = Declaration("driftline_models_set_aside", "Models that an error of driftline's own set aside.")
ASIDE_EVENTS = Declaration("driftline_events_set_aside", "Their events since then, coverage that is lost.")
COUNTED = (
    *(EVENTS, REJECTED, ALERTS, CONTROL, JOINS, DUPLICATES, REDELIVERED, LOST),
    *(SIGNALS_REFUSED, MODELS_REFUSED, ASIDE, ASIDE_EVENTS),
)

# Levels of what the worker holds now.
LAG = Declaration("driftline_lag", "Records not absorbed yet.", ("topic", "partition"))
ACKNOWLEDGED = Declaration("driftline_acknowledged_offset", "Committed offset.", ("topic", "partition"))
EPOCH = Declaration("driftline_epoch", "Epoch under which a partition is owned.", ("partition",))
HELD = Declaration("driftline_held", "Records that wait for the other topic.", ("topic", "partition"))
MISALIGNED = Declaration("driftline_misaligned", "Records taken before their turn.", ("partition",))
MODELS = Declaration("driftline_models", "Models watched.")
SIGNALS = Declaration("driftline_signals", "Signals watched.")
ARMED = Declaration("driftline_signals_armed", "Signals whose reference is learned, so that they can fire.")
WATCH_ONLY = Declaration("driftline_signals_watch_only", "Signals without alerts, by verdicts.", ("model",))
BUDGETED = Declaration("driftline_alerts_budgeted_per_day", "The model's false-alarm budget.", ("model",))
REALISED = Declaration(
    "driftline_alerts_realised_per_day", "Alerts over the budget's period of event time.", ("model",)
)
SAMPLING = Declaration("driftline_join_sampling_rate", "Lowest share of predictions that wait for feedback.")

# Counted where it happens.
BATCH_SECONDS = Declaration("driftline_batch_seconds", "Time to apply a batch (at most 5,000 records).")
CHECKPOINT_SECONDS = Declaration("driftline_checkpoint_seconds", "Time from cut to published alerts.")
CHECKPOINT_BYTES = Declaration("driftline_checkpoint_bytes", "Bytes per checkpoint.")
HOLES = Declaration("driftline_holes", "Batches that began above the expected position.", ("topic",))
TOO_LARGE = Declaration("driftline_too_large", "Outputs too large for their topic, left out.", ("topic",))

Key = tuple[Declaration, *tuple[str, ...]]


class PartitionView(NamedTuple):
    """What a scrape needs to know of a partition."""

    shard: Shard
    lag: dict[str, int]
    acknowledged: dict[str, int]
    held: dict[str, int]
    misaligned: int


class Metrics(Collector):
    """Everything that /metrics tells."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.views: Callable[[], Iterable[PartitionView]] = lambda: ()
        self._totals: Counter[Key] = Counter()
        self._seen: WeakKeyDictionary[Shard, Counter[Key]] = WeakKeyDictionary()
        self.batch_seconds = self._histogram(BATCH_SECONDS, (0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5))
        self.checkpoint_seconds = self._histogram(CHECKPOINT_SECONDS, (0.005, 0.02, 0.1, 0.25, 1, 5, 30))
        self.checkpoint_bytes = self._histogram(CHECKPOINT_BYTES, (1e3, 1e4, 1e5, 1e6, 1e7, 1e8))
        self.holes = PrometheusCounter(*HOLES, registry=self.registry)
        self.too_large = PrometheusCounter(*TOO_LARGE, registry=self.registry)
        self.registry.register(self)

    def follow(self, shard: Shard) -> None:
        """Add what a shard has counted since the last look; what came with its state does not count."""
        counts = counts_of(shard)
        before = self._seen.get(shard, counts)
        for key, count in counts.items():
            self._totals[key] += count - before.get(key, 0)
        self._seen[shard] = counts

    def collect(self) -> Iterator[Metric]:
        """Called by prometheus_client for each scrape."""
        views = list(self.views())
        for view in views:
            self.follow(view.shard)
        for declaration in COUNTED:
            family = CounterMetricFamily(declaration.name, declaration.meaning, labels=declaration.labels)
            for key, total in sorted(self._totals.items(), key=str):
                if key[0] is declaration:
                    family.add_metric([str(label) for label in key[1:]], total)
            yield family
        yield from levels_of(views)

    def describe(self) -> Iterator[Metric]:
        """Nothing in advance: registering must not read the shards."""
        return iter(())

    def _histogram(self, declaration: Declaration, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(*declaration, buckets=buckets, registry=self.registry)


def counts_of(shard: Shard) -> Counter[Key]:
    """A shard's counts under the names of their metrics."""
    counters = shard.counters
    counts: Counter[Key] = Counter()
    counts[(REDELIVERED,)] = counters.skipped
    counts[(LOST,)] = counters.lost
    counts[(MODELS_REFUSED,)] = counters.models_refused
    counts[(ASIDE,)] = counters.models_aside
    counts[(ASIDE_EVENTS,)] = counters.aside
    for kind, count in counters.events.items():
        counts[(EVENTS, kind)] = count
    for reason, count in counters.rejected.items():
        counts[(REJECTED, reason)] = count
    for model in shard.models.values():
        monitor = model.watch.monitor
        counts[(DUPLICATES,)] += monitor.counts["duplicates"]
        counts[(SIGNALS_REFUSED,)] += monitor.counts["refused"]
        for result, count in monitor.joins.counts.items():
            counts[(JOINS, result)] += count
        for outcome, count in model.watch.control.outcomes.items():
            counts[(CONTROL, outcome)] += count
        for (kind, status), count in model.watch.announced.items():
            counts[(ALERTS, kind, status)] += count
    return counts


def levels_of(views: list[PartitionView]) -> Iterator[Metric]:
    """What is held now, over all partitions or for each."""
    per_topic = [(LAG, "lag"), (ACKNOWLEDGED, "acknowledged"), (HELD, "held")]
    for declaration, attribute in per_topic:
        family = gauge(declaration)
        for view in views:
            for topic, value in getattr(view, attribute).items():
                family.add_metric([topic, str(view.shard.partition)], value)
        yield family
    epochs, misaligned = gauge(EPOCH), gauge(MISALIGNED)
    for view in views:
        epochs.add_metric([str(view.shard.partition)], view.shard.epoch)
        misaligned.add_metric([str(view.shard.partition)], view.misaligned)
    yield from (epochs, misaligned)
    watches = [model.watch for view in views for model in view.shard.models.values()]
    yield from levels_of_models(watches)
    monitors = [watch.monitor for watch in watches]
    streams = [stream for monitor in monitors for stream in monitor.streams.values()]
    banks = [table.bank for stream in streams for table in stream.tables()]
    stores = [store for monitor in monitors for store in monitor.joins.stores().values()]
    yield gauge(MODELS, len(monitors))
    yield gauge(SIGNALS, sum(len(bank.signals) for bank in banks))
    yield gauge(ARMED, sum(state.armed for bank in banks for state in bank.states()))
    yield gauge(SAMPLING, min((store.sampling_rate for store in stores), default=1.0))


def levels_of_models(watches: list[ModelWatch]) -> Iterator[Metric]:
    """What came of each model's budget of false alarms, beside the budget."""
    budgeted, realised, watch_only = gauge(BUDGETED), gauge(REALISED), gauge(WATCH_ONLY)
    for watch in watches:
        labels = [watch.monitor.model]
        budgeted.add_metric(labels, watch.monitor.plan.false_alarm_budget.alarms_per_day)
        realised.add_metric(labels, watch.desk.tally.per_day())
        watch_only.add_metric(labels, sum(each.watch_only for each in watch.desk.state.standings.values()))
    yield from (budgeted, realised, watch_only)


def gauge(declaration: Declaration, value: float | None = None) -> GaugeMetricFamily:
    """A gauge, with its only value or with labels to be added."""
    if declaration.labels:
        return GaugeMetricFamily(declaration.name, declaration.meaning, labels=declaration.labels)
    return GaugeMetricFamily(declaration.name, declaration.meaning, value=value)
