"""The worker's metrics: each declared once, here.

What happens once per batch or checkpoint is counted where it happens. What shards count by themselves is read
from them when somebody scrapes, so that it costs nothing on the way of an event.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from time import time
from typing import NamedTuple
from weakref import WeakKeyDictionary

from prometheus_client import CollectorRegistry, Gauge, Histogram, Info, PlatformCollector, ProcessCollector
from prometheus_client import Counter as PrometheusCounter
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from driftline.schemas import Kind, Reason
from driftline.stream_app.alarms.incident import SEVERITY_ORDER, Incident
from driftline.stream_app.alarms.verdicts.control import Outcome
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.pipeline import Shard
from driftline.stream_app.pipeline.watch import ModelWatch


class Declaration(NamedTuple):
    """Name, meaning, labels."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()


# Counted by shards; they go up as long as the process lives, whichever partitions come and go.
EVENTS = Declaration("driftline_events", "Usable events read, by type.", ("model", "type"))
REJECTED = Declaration("driftline_rejected", "Records that became dead letters, by reason.", ("reason",))
ALERTS = Declaration("driftline_alerts", "Alerts raised, by kind and status.", ("model", "kind", "status"))
JOINS = Declaration(
    "driftline_joins", "Feedback by what became of it: hits, misses, late, …", ("model", "result")
)
LABELS_JOINED = Declaration("driftline_labels_joined", "Labels that met their prediction.", ("model",))
DUPLICATES = Declaration("driftline_duplicates", "Predictions with an id that was seen before.")
REDELIVERED = Declaration("driftline_redelivered", "Records that were read again and skipped.")
LOST = Declaration("driftline_lost", "Offsets that the log did not have any more, coverage that is gone.")
SIGNALS_REFUSED = Declaration("driftline_signals_refused", "Sightings of signals beyond the limit.")
MODELS_REFUSED = Declaration("driftline_models_refused", "Models beyond the limit, which are not watched.")
CONTROL = Declaration("driftline_control", "What operators said, by what became of it.", ("outcome",))
ASIDE = Declaration("driftline_models_set_aside", "Models that an error of driftline's own set aside.")
ASIDE_EVENTS = Declaration("driftline_events_set_aside", "Their events since then, coverage that is lost.")
COUNTED = (
    *(EVENTS, REJECTED, ALERTS, CONTROL, JOINS, LABELS_JOINED, DUPLICATES, REDELIVERED, LOST),
    *(SIGNALS_REFUSED, MODELS_REFUSED, ASIDE, ASIDE_EVENTS),
)

# Levels of what the worker holds now.
LAG = Declaration("driftline_lag", "Records not absorbed yet.", ("topic", "partition"))
ACKNOWLEDGED = Declaration("driftline_acknowledged_offset", "Committed offset.", ("topic", "partition"))
EPOCH = Declaration("driftline_epoch", "Epoch under which a partition is owned.", ("partition",))
HELD = Declaration("driftline_held", "Records that wait for the other topic.", ("topic", "partition"))
MISALIGNED = Declaration("driftline_misaligned", "Records taken before their turn.", ("partition",))
MODELS = Declaration("driftline_models", "Models watched.")
SIGNALS = Declaration("driftline_signals", "Signals watched.", ("model",))
ARMED = Declaration(
    "driftline_signals_armed", "Signals whose reference is learned, so that they can fire.", ("model",)
)
LAST_EVENT = Declaration(
    "driftline_last_event_timestamp_seconds", "Event time of the latest prediction or report.", ("model",)
)
EVENT_LAG = Declaration(
    "driftline_event_time_lag_seconds", "How far event time is behind the clock on the wall.", ("model",)
)
NOTICES = Declaration("driftline_notices", "Things that are not watched, by reason.", ("model", "why"))
WATCH_ONLY = Declaration("driftline_signals_watch_only", "Signals without alerts, by verdicts.", ("model",))
BUDGETED = Declaration("driftline_alerts_budgeted_per_day", "The model's false-alarm budget.", ("model",))
REALISED = Declaration(
    "driftline_alerts_realised_per_day", "Alerts over the budget's period of event time.", ("model",)
)
SAMPLING = Declaration("driftline_join_sampling_rate", "Lowest share of predictions that wait for feedback.")
READY = Declaration("driftline_ready", "1 while /ready says so, 0 while something keeps it from reading.")
INCIDENT = Declaration(
    "driftline_incident", "Open incidents.", ("model", "version", "role", "kind", "severity")
)
UNLISTED = Declaration("driftline_incidents_unlisted", "Open incidents beyond what driftline_incident lists.")
# A series for what is open and for nothing else. A model may have at most 17 versions × roles (16 streams and
# "*", all of them together) × 10 kinds × 3 severities = 510, which 1,000 models would make half a million; in
# a fleet whose models all have one incident it is 1,000. So there is a bound, at which 510 series for each of
# ten models, or one for each of 5,000 models, are still there, the gravest first.
INCIDENT_SERIES = 5000

# Counted where it happens.
BATCH_SECONDS = Declaration("driftline_batch_seconds", "Time to apply a batch (at most 5,000 records).")
CHECKPOINT_SECONDS = Declaration("driftline_checkpoint_seconds", "Time from cut to published alerts.")
LAST_CHECKPOINT = Declaration(
    "driftline_last_checkpoint_timestamp_seconds", "When state was made durable last, or the worker started."
)
CHECKPOINT_BYTES = Declaration("driftline_checkpoint_bytes", "Bytes per checkpoint.")
HOLES = Declaration("driftline_holes", "Batches that began above the expected position.", ("topic",))
BUILD = Declaration("driftline_build", "The version of driftline.")
TOO_LARGE = Declaration("driftline_too_large", "Outputs too large for their topic, left out.", ("topic",))

# What a counter can say: it stands at 0 before it happens, or the first time would be no increase. A model
# adds about 25 series by these: 1,000 models (`limits.models`) 25,000, which Prometheus takes in its stride.
EVENT_TYPES = ("prediction", "feedback", "serving", "control")
JOIN_RESULTS = ("hits", "misses", "early", "late", "labels_without_output", "sampled_out")

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
        self.ready: Callable[[], bool] = lambda: False
        self._totals: Counter[Key] = Counter()
        self._seen: WeakKeyDictionary[Shard, Counter[Key]] = WeakKeyDictionary()
        self.batch_seconds = self._histogram(BATCH_SECONDS, (0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5))
        self.checkpoint_seconds = self._histogram(CHECKPOINT_SECONDS, (0.005, 0.02, 0.1, 0.25, 1, 5, 30))
        self.checkpoint_bytes = self._histogram(CHECKPOINT_BYTES, (1e3, 1e4, 1e5, 1e6, 1e7, 1e8))
        self.holes = PrometheusCounter(*HOLES, registry=self.registry)
        self.too_large = PrometheusCounter(*TOO_LARGE, registry=self.registry)
        self.last_checkpoint = Gauge(*LAST_CHECKPOINT, registry=self.registry)
        self.last_checkpoint.set_to_current_time()
        self.registry.register(self)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        Info(*BUILD, registry=self.registry).info({"version": version("driftline")})
        self._totals.update(dict.fromkeys(at_the_start(), 0))

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
        yield gauge(READY, float(self.ready()))

    def expect(self, inputs: Iterable[str], outputs: Iterable[str]) -> None:
        """Topics that are read and written: what is counted of each stands at 0 before it happens."""
        for counter, topics in ((self.holes, inputs), (self.too_large, outputs)):
            for topic in topics:
                counter.labels(topic)

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
    for (model_name, kind), count in counters.events_of.items():
        counts[(EVENTS, model_name, kind)] = count
    for reason, count in counters.rejected.items():
        counts[(REJECTED, reason)] = count
    for name, model in shard.models.items():
        monitor = model.watch.monitor
        counts.update(dict.fromkeys(at_the_start_of(name), 0))
        counts[(LABELS_JOINED, name)] += monitor.joins.counts["labels_joined"]
        counts[(DUPLICATES,)] += monitor.counts["duplicates"]
        counts[(SIGNALS_REFUSED,)] += monitor.counts["refused"]
        for result, count in monitor.joins.counts.items():
            counts[(JOINS, name, result)] += count
        for outcome, count in model.watch.control.outcomes.items():
            counts[(CONTROL, outcome)] += count
        for (kind, status), count in model.watch.announced.items():
            counts[(ALERTS, name, kind, status)] += count
    return counts


def at_the_start() -> Iterator[Key]:
    """What a worker may count without a model."""
    yield from ((declaration,) for declaration in COUNTED if not declaration.labels)
    yield from ((REJECTED, reason) for reason in Reason)
    yield from ((CONTROL, outcome) for outcome in Outcome)


def at_the_start_of(model: str) -> Iterator[Key]:
    """What a worker may count of a model."""
    yield from ((EVENTS, model, kind) for kind in EVENT_TYPES)
    yield from ((JOINS, model, result) for result in JOIN_RESULTS)
    yield from ((ALERTS, model, kind, "firing") for kind in Kind)


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
    stores = [store for monitor in monitors for store in monitor.joins.stores().values()]
    yield gauge(MODELS, len(monitors))
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
    yield from levels_of_incidents([incident for watch in watches for incident in watch.desk.state.incidents])
    yield from levels_of_streams([watch.monitor for watch in watches])


def levels_of_incidents(incidents: Iterable[Incident]) -> Iterator[Metric]:
    """What is open, by what a pager may group it by; the gravest where there is not room for all."""
    counts = Counter(incident_labels(incident) for incident in incidents)
    by_gravity = sorted(counts.items(), key=lambda item: (-SEVERITY_ORDER[item[0][-1]], item[0]))
    family = gauge(INCIDENT)
    for labels, count in by_gravity[:INCIDENT_SERIES]:
        family.add_metric(labels, count)
    yield family
    yield gauge(UNLISTED, sum(count for _, count in by_gravity[INCIDENT_SERIES:]))


def incident_labels(incident: Incident) -> tuple[str, ...]:
    """The values of `INCIDENT`'s labels."""
    return (incident.model, incident.version, incident.role, str(incident.kind), incident.severity)


def levels_of_streams(monitors: list[ModelMonitor]) -> Iterator[Metric]:
    """How much of each model is watched, and since when nothing was heard of it."""
    signals, armed, notices = gauge(SIGNALS), gauge(ARMED), gauge(NOTICES)
    last_event, lag = gauge(LAST_EVENT), gauge(EVENT_LAG)
    for monitor in monitors:
        labels = [monitor.model]
        streams = monitor.streams.values()
        banks = [table.bank for stream in streams for table in stream.tables()]
        signals.add_metric(labels, sum(len(bank.signals) for bank in banks))
        armed.add_metric(labels, sum(bank.armed for bank in banks))
        for why, count in Counter(notice.why for notice in monitor.notices.all()).items():
            notices.add_metric([monitor.model, why], count)
        last_s = max((stream.last_event_ms for stream in streams), default=0) / 1000
        if last_s > 0:
            last_event.add_metric(labels, last_s)
            lag.add_metric(labels, max(time() - last_s, 0.0))
    yield from (signals, armed, notices, last_event, lag)


def gauge(declaration: Declaration, value: float | None = None) -> GaugeMetricFamily:
    """A gauge, with its only value or with labels to be added."""
    if declaration.labels:
        return GaugeMetricFamily(declaration.name, declaration.meaning, labels=declaration.labels)
    return GaugeMetricFamily(declaration.name, declaration.meaning, value=value)
