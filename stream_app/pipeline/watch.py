"""One model from event to alert: its monitor, its alarm desk, and the alerts that wait for a checkpoint."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from driftline.schemas import Alert, Control, Coverage, Feedback, Serving
from driftline.stream_app.alarms.control import ControlDesk
from driftline.stream_app.alarms.desk import AlarmDesk
from driftline.stream_app.alarms.incident import Evidence
from driftline.stream_app.config import Settings
from driftline.stream_app.monitoring.calibration import Calibration
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.monitoring.naming import kind_of
from driftline.stream_app.monitoring.runs import DecodedRun, Run, ScannedRun
from driftline.stream_app.monitoring.stream import Stream
from driftline.stream_app.monitoring.streams import Baseline
from driftline.stream_app.monitoring.tables import Reported
from driftline.stream_app.pipeline.outputs import alert_record, audit_record
from driftline.stream_app.pipeline.records import OutputRecord
from driftline.stream_app.pipeline.summaries import Summariser

Ordered = tuple[int, OutputRecord]
"""An output, with the order of the record that caused it."""


Entry = tuple[Run | Feedback | Serving | Control, int]
"""A run of predictions, or another event and its offset."""


class Extras(NamedTuple):
    """What models of a shard share: where ticks put summaries (None: nowhere), and baselines by model."""

    summaries: list[Ordered] | None
    baselines: Mapping[str, Baseline]


class ModelWatch:
    """Everything one worker keeps for one model."""

    def __init__(self, model: str, partition: int, settings: Settings, extras: Extras) -> None:
        self.partition = partition
        self.topics = {"predictions": settings.kafka.predictions, "feedback": settings.kafka.feedback}
        self.monitor = ModelMonitor(model, settings.plan(model), settings.limits, extras.baselines.get(model))
        self.desk = AlarmDesk(self.monitor)
        self.control = ControlDesk(self.monitor, self.desk)
        self.calibration = Calibration(self.monitor.streams, self.monitor.plan.false_alarm_budget)
        # Alerts that wait, each with the order of the record that caused it.
        self.outbox: list[Ordered] = []
        # Audit records that wait, likewise.
        self.audit: list[Ordered] = []
        # Orders of the events since the last flush, the first of which has this sequence number.
        self._orders: list[int] = [0]
        self._first_sequence = 0
        self.announced: Counter[tuple[str, str]] = Counter()
        self.incidents = 0
        self.summaries = extras.summaries
        self._summarise_every_ms = int(settings.worker.summaries_every_s * 1000)
        self._summarised_ms = 0
        self._summariser = Summariser(self.monitor, self.desk)
        self.rejected = 0
        self.lost = 0
        self._sampling_rate = 1.0

    def apply(self, entries: Sequence[Entry], orders: Sequence[int]) -> None:
        """Absorb events in their order. The rows they make wait for the next flush.

        ``orders`` count the records of the shard; alerts of several models are put in order by them.
        """
        self._orders += orders
        monitor = self.monitor
        for event, offset in entries:
            if isinstance(event, DecodedRun | ScannedRun):
                self._apply_run(event)
            elif isinstance(event, Feedback):
                # Feedback may be about a time long past (labels), so it does not move the clock.
                monitor.feedback(event, offset)
            elif isinstance(event, Control):
                self._hear(event)
            else:
                if monitor.clock.advance(event.time_ms):
                    self._tick()
                monitor.serving(event, offset)

    def _hear(self, event: Control) -> None:
        """An operator's word is about what was found before it; it does not move the clock either."""
        self.flush()
        self.monitor.sequence = sequence = self.monitor.sequence + 1
        order = self._order_of(sequence)
        self._publish(self.control.take(event, self._coverage(sequence)), order)
        self._write_audit(order)

    def _apply_run(self, run: Run) -> None:
        """Absorb predictions of one stream, with the ticks between them."""
        clock, times_ms = self.monitor.clock, run.times_ms()
        start = 0
        while start < len(run):
            quiet = clock.advance_to_tick(times_ms[start:])
            if not quiet:
                clock.advance(int(times_ms[start]))
                self._tick()
                quiet = 1
            self.monitor.take_run(run.part(start, start + quiet))
            start += quiet

    def reject(self) -> None:
        """A record of this model could not be used."""
        self.flush()
        self.rejected += 1

    def lose(self, records: int) -> None:
        """Records of the model's partition are gone from the log."""
        self.flush()
        self.lost += records

    def flush(self) -> None:
        """Let the banks read the rows that wait, and the alarm desk what they found."""
        for report, stream in self.monitor.flush():
            evidence = self._evidence(report, stream)
            sequence = evidence.sequence
            self._publish(self.desk.take(evidence, self._coverage(sequence)), self._order_of(sequence))
        del self._orders[: self.monitor.sequence - self._first_sequence]
        self._first_sequence = self.monitor.sequence

    @property
    def waiting(self) -> int:
        """Events since the last flush."""
        return self.monitor.sequence - self._first_sequence

    def _order_of(self, sequence: int) -> int:
        return self._orders[sequence - self._first_sequence]

    def _tick(self) -> None:
        self.flush()
        monitor = self.monitor
        monitor.tick()
        self.flush()
        self._sampling_rate = min(store.sampling_rate for store in monitor.joins.stores().values())
        now_ms = monitor.clock.tick_ms
        sequence = monitor.sequence + 1
        order = self._order_of(sequence)
        self._publish(self.desk.tick(now_ms, self._coverage(sequence)), order)
        self.control.tick(now_ms)
        self._write_audit(order)
        state = self.desk.state
        self.calibration.tick(now_ms, state.factors_at(now_ms), state.verdicts)
        if self.summaries is not None:
            self.summaries += [(order, summary) for summary in self.summarise()]

    def summarise(self) -> list[OutputRecord]:
        """Summaries of the signals that had values since the last ones, once it is time for more."""
        now_ms = self.monitor.clock.tick_ms
        if now_ms - self._summarised_ms < self._summarise_every_ms:
            return []
        self._summarised_ms = now_ms
        return list(self._summariser.summaries(self._sampling_rate))

    def _evidence(self, report: Reported, stream: Stream) -> Evidence:
        finding, arrival = report.finding, report.arrival
        return Evidence(
            model=self.monitor.model,
            version=stream.version,
            role=stream.role,
            table=report.table,
            topic=self.topics[stream.table(report.table).topic],
            kind=kind_of(finding.signal),
            compared_with=stream.compares(finding.signal),
            sequence=arrival.sequence,
            arrived_ms=arrival.time_ms,
            partition=self.partition,
            offset=arrival.offset,
            finding=replace(finding, row=0),  # its row in the batch means nothing from here on
        )

    def _coverage(self, seen: int) -> Coverage:
        return Coverage(seen=seen, rejected=self.rejected, sampled=self._sampling_rate, lost=self.lost)

    def _publish(self, alerts: list[Alert], order: int) -> None:
        for alert in alerts:
            self.announced[(alert.drift.kind, alert.status)] += 1
            self.incidents += alert.sequence == 1
            self.outbox.append((order, alert_record(alert)))

    def _write_audit(self, order: int) -> None:
        self.audit += [(order, audit_record(record)) for record in self.control.trail.take()]

    def snapshot(self) -> dict[str, Any]:
        """All but the streams and what waits for feedback, which have pieces of their own."""
        return {
            "monitor": self.monitor.snapshot(),
            "desk": self.desk.snapshot(),
            "control": self.control.snapshot(),
            "calibration": self.calibration.snapshot(),
            "rejected": self.rejected,
            "lost": self.lost,
            "sampling_rate": self._sampling_rate,
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        self.monitor.restore(snapshot["monitor"])
        self._first_sequence = self.monitor.sequence
        self.desk.restore(snapshot["desk"])
        self.control.restore(snapshot["control"])
        self.calibration.restore(snapshot["calibration"])
        self.rejected = snapshot["rejected"]
        self.lost = snapshot["lost"]
        self._sampling_rate = snapshot["sampling_rate"]
