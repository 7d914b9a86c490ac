"""One model from event to alert: its monitor, its alarm desk, and the alerts that wait for a checkpoint."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.schemas import Alert, Control, Coverage, Feedback, Serving
from driftline.stream_app.alarms.desk import AlarmDesk
from driftline.stream_app.alarms.verdicts.control import ControlDesk
from driftline.stream_app.config import Settings
from driftline.stream_app.monitoring.clocks.clock import TICK_MS
from driftline.stream_app.monitoring.idle_ticks import is_idle, may_wait
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.monitoring.reported import EVERYTHING, Until
from driftline.stream_app.monitoring.rows.runs import DecodedRun, Run, ScannedRun
from driftline.stream_app.monitoring.streams.calibration import Calibration
from driftline.stream_app.monitoring.streams.streams import Baseline
from driftline.stream_app.monitoring.traffic.feeds import BEHAVIOR, JOINED, LABELS, Arrived
from driftline.stream_app.monitoring.traffic.hosts import HOST
from driftline.stream_app.pipeline.entries import Entry, Lapse, Refusal, Times, joined
from driftline.stream_app.pipeline.evidence import Input, evidence_of
from driftline.stream_app.pipeline.outputs import Ordered, alert_record, audit_record
from driftline.stream_app.pipeline.records import OutputRecord
from driftline.stream_app.pipeline.reporter import Reporter
from driftline.stream_app.pipeline.status import StatusDesk
from driftline.stream_app.pipeline.summaries import Summariser
from driftline.stream_app.pipeline.ticks import FLUSH_ROWS, THIN, Tick

MINUTE_MS = 60_000
Instants = NDArray[np.int64]


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
        self.refused: Counter[str] = Counter()
        self._clock_lead_ms = settings.limits.clock_lead_ms
        self._desk_ms = 0  # the latest time that the desk was told
        self.reporter = Reporter(self.monitor, self.desk, (self.topics["predictions"], partition))
        self.lost = 0
        self.statuses = StatusDesk(self.monitor, self.desk)
        self._ticks: list[Tick] = []  # that wait
        self.monitor.catch_up = self.settle
        self._sampling_rate = 1.0

    def apply(self, entries: Sequence[Entry], orders: Sequence[int], times: Times) -> bool:
        """Absorb events in their order. The rows they make wait for the next flush.

        ``orders`` count the records of the shard; alerts of several models are put in order by them. False
        when nothing has changed by it.
        """
        self._orders += orders
        changed = bool(orders)
        for event, offset, place in joined(entries, times, lambda: self.next_ms):
            if isinstance(event, DecodedRun | ScannedRun):
                self._apply_run(event, times)
            elif isinstance(event, Lapse):
                changed = self._lapse(event) or changed
            elif isinstance(event, Refusal):
                self._refuse(event, int(times.arrived_ms[place]))
                changed = True
            elif isinstance(event, Control):
                self._hear(event)
            else:
                self._apply_other(event, offset, place, times)
        return changed

    def _apply_other(self, event: Feedback | Serving, offset: int, place: int, times: Times) -> None:
        monitor, arrived_ms = self.monitor, int(times.arrived_ms[place])
        if isinstance(event, Serving) and event.lost:
            self.lose(event.lost)
            if event.host is None and not event.values:
                monitor.sequence += 1  # nothing else of it is about the model, not even its time
                return
        signal = None
        if isinstance(event, Serving):
            signal = f"{HOST}{event.host or '?'}"
        elif event.kind == "label":
            signal = LABELS
        elif event.behavior is not None:
            signal = BEHAVIOR + event.behavior
        voting = times.voting is not None and bool(times.voting[place])
        if signal is not None and self._listens:
            monitor.feeds.hear_one(signal, arrived_ms, event.time_ms, voting)
        if isinstance(event, Feedback):
            # Feedback may be about a time long past (labels), so it does not move the clock.
            joined = monitor.joins.counts["labels_joined"]
            monitor.feedback(event, offset)
            if monitor.joins.counts["labels_joined"] > joined and self._listens:
                monitor.feeds.hear_one(JOINED, arrived_ms, event.time_ms, voting)
            return
        if monitor.clock.advance(int(times.clock_ms[place]), arrived_ms + self._clock_lead_ms):
            self._tick(arrived_ms, may_wait=self._may_wait())
        monitor.serving(event, offset)

    def _hear(self, event: Control) -> None:
        """An operator's word is about what was found before it; it does not move the clock either."""
        self.flush()
        self.monitor.sequence = sequence = self.monitor.sequence + 1
        order = self._order_of(sequence)
        self._publish(self.control.take(event, self._coverage(sequence)), order)
        self._write_audit(order)

    def _apply_run(self, run: Run, times: Times) -> None:
        """Absorb predictions of one stream, with the ticks between them."""
        rows = run.rows
        clock_ms, arrived_ms = times.clock_ms[rows], times.arrived_ms[rows]
        if self._listens:
            voting = None if times.voting is None else times.voting[rows]
            version, role, _ = run.stream
            heard = Arrived(version, role, arrived_ms, clock_ms, voting, run.segments())
            self.monitor.feeds.hear_run(heard)
        believed_ms = arrived_ms + self._clock_lead_ms
        clock = self.monitor.clock
        thin = len(run) <= (int(clock_ms[-1]) - clock.tick_ms) // TICK_MS * THIN
        start = self._take_idle(run, clock_ms, arrived_ms) if thin and self._may_wait() else 0
        while start < len(run):
            quiet = clock.advance_to_tick(clock_ms[start:], believed_ms[start:])
            waits = False
            if not quiet:
                clock.advance(int(clock_ms[start]), int(believed_ms[start]))
                waits = self._tick(int(arrived_ms[start]), may_wait=thin and self._may_wait())
                quiet = 1
                if start + 1 < len(run) and not waits:
                    quiet += clock.advance_to_tick(clock_ms[start + 1 :], believed_ms[start + 1 :])
            if waits:
                rest = run.part(start, len(run))
                quiet = self._take_idle(rest, clock_ms[start:], arrived_ms[start:], ticked=1)
            else:
                self.monitor.take_run(run.part(start, start + quiet))
            start += quiet

    @property
    def rejected(self) -> int:
        """How many records of this model could not be used."""
        return self.refused.total()

    @property
    def next_ms(self) -> float:
        """Before this time of the partition nothing has to be looked at."""
        return self.reporter.next_ms

    def _lapse(self, lapse: Lapse) -> bool:
        """Time went on in the partition, whether or not this model was heard; whether that matters."""
        if lapse.now_ms < self.next_ms:
            return False
        monitor = self.monitor
        silent_ms = monitor.feeds.silent_since_ms
        self.flush()
        alerts = self.reporter.lapse(lapse.now_ms, self._coverage(monitor.sequence))
        self._publish(alerts, lapse.order)
        if silent_ms is not None:  # its own clock stands still; what is said of it goes on
            now_ms = monitor.clock.tick_ms + lapse.now_ms - silent_ms
            self._look_after_incidents(now_ms, lapse.order, self._coverage(monitor.sequence))
        return True

    def _refuse(self, refusal: Refusal, arrived_ms: int) -> None:
        """A record of this model could not be used."""
        self.flush()
        self.refused[refusal.example.reason] += 1
        coverage = self._coverage(self.monitor.sequence)
        self._publish(self.reporter.refuse(refusal.example, arrived_ms, coverage), refusal.order)

    @property
    def _listens(self) -> bool:
        return not self.monitor.plan.silence.ignore

    def lose(self, records: int) -> int:
        """Records of the model's partition are gone from the log, or never reached it; how many in all."""
        self.flush()
        self.lost += records
        return self.lost

    def flush(self) -> None:
        """Let the banks read the rows that wait, and the alarm desk what they found."""
        self.settle()
        self._read(EVERYTHING)
        self._forget_orders(self.monitor.sequence)

    def _read(self, until: Until) -> None:
        found = [
            evidence_of(report, stream, self.monitor, Input(self.topics, self.partition))
            for report, stream in self.monitor.flush(until)
        ]
        for sequence, evidence in groupby(found, key=attrgetter("sequence")):
            alerts = self.desk.take(list(evidence), self._coverage(sequence))
            self._publish(alerts, self._order_of(sequence))

    def _forget_orders(self, sequence: int) -> None:
        """Nothing will be told of events up to this one any more."""
        del self._orders[: sequence - self._first_sequence]
        self._first_sequence = sequence

    @property
    def waiting(self) -> int:
        """Events since the last flush."""
        return self.monitor.sequence - self._first_sequence

    def _order_of(self, sequence: int) -> int:
        return self._orders[sequence - self._first_sequence]

    def _tick(self, arrived_ms: int, *, may_wait: bool) -> bool:
        """A tick may wait for others as long as nothing is expected of it, see ``Tick``; whether it does."""
        if not may_wait:
            self.flush()
        monitor = self.monitor
        monitor.tick()
        self.reporter.roll(arrived_ms, monitor.sequence)
        now_ms, turns = monitor.clock.tick_ms, monitor.throughput.take_turns()
        if turns:
            self.settle()
        self._ticks.append(Tick(now_ms, monitor.sequence, self._rate(), turns))
        if not may_wait or turns:
            self.settle()
        self.statuses.tick(now_ms)
        return bool(self._ticks)

    def _take_idle(self, run: Run, clock_ms: Instants, arrived_ms: Instants, ticked: int = 0) -> int:
        """Take the first of a few predictions together with their ticks; how many: at least ``ticked``.

        Within a minute nothing falls due on a tick of a healthy model without feedback. The clock has taken
        the time of the first prediction if that ``ticked``. Asked only while ticks may wait.
        """
        monitor, clock = self.monitor, self.monitor.clock
        until_ms = (clock.tick_ms // MINUTE_MS + 1) * MINUTE_MS
        noted = len(run) > ticked and self.reporter.has_noted(int(arrived_ms[-1]))
        if not (noted and self.summaries is None and is_idle(monitor, run, until_ms)):
            if ticked:
                monitor.take_run(run.part(0, ticked))
            return ticked
        first, ticks_ms = monitor.sequence + ticked, [clock.tick_ms] * ticked
        passed = clock.pass_ticks(clock_ms[ticked:].tolist(), until_ms)
        for place in passed.places:
            self.reporter.roll(int(arrived_ms[ticked + place]), first + place)
            self._ticks.append(Tick(passed.ticks_ms[place], first + place, self._rate()))
        ticks_ms += passed.ticks_ms
        if ticks_ms:
            monitor.take_run(run.part(0, len(ticks_ms)), np.array(ticks_ms, np.int64))
        if passed.places:
            monitor.expire_idly()
            self.statuses.tick(clock.tick_ms)
        return len(ticks_ms)

    def _rate(self) -> float:
        """Of how many predictions what comes later is looked at."""
        return min(store.sampling_rate for store in self.monitor.joins.stores().values())

    def _may_wait(self) -> bool:
        """Whether nothing that a tick does depends on what the banks say, unless they find something."""
        now_ms, state = self.monitor.clock.tick_ms, self.desk.state
        return (
            self.waiting < min(FLUSH_ROWS, THIN * (len(self._ticks) + 1))
            and not (state.incidents or state.pending)
            and not (self.summaries is not None and self.summary_due)
            and not self.calibration.is_due(now_ms, state.verdicts)
            and may_wait(self.monitor)
        )

    def settle(self) -> None:
        """Do what the ticks that wait would have done, had they not waited: together, if that is nothing."""
        ticks, self._ticks = self._ticks, []
        if len(ticks) > 1 and self.monitor.flush_if_quiet(ticks[-1].until):
            self._look_after(ticks[-1])
        else:
            for tick in ticks:
                self._complete(tick)
        if ticks:
            self._forget_orders(ticks[-1].sequence)

    def _complete(self, tick: Tick) -> None:
        self._read(tick.until_before)
        self.monitor.look(tick.now_ms)
        self._read(tick.until)
        self._look_after(tick)

    def _look_after(self, tick: Tick) -> None:
        """What a tick brings once the banks have read what came before it."""
        self._sampling_rate = tick.sampling_rate
        now_ms, order = tick.now_ms, self._order_of(tick.sequence + 1)
        coverage = self._coverage(tick.sequence + 1)
        self._publish(self.reporter.tick(now_ms, tick.turns, coverage), order)
        self._look_after_incidents(now_ms, order, coverage)
        state = self.desk.state
        self.calibration.tick(now_ms, state.factors_at(now_ms), state.verdicts)
        if self.summaries is not None and self._is_summary_due(now_ms):
            self.summaries += [(order, summary) for summary in self.summarise()]

    @property
    def summary_due(self) -> bool:
        """Whether it is time for another round of summaries."""
        return self._is_summary_due(self.monitor.clock.tick_ms)

    def _is_summary_due(self, now_ms: int) -> bool:
        return now_ms - self._summarised_ms >= self._summarise_every_ms

    def _look_after_incidents(self, now_ms: int, order: int, coverage: Coverage) -> None:
        """What time brings."""
        self._desk_ms = now_ms = max(now_ms, self._desk_ms)
        self._publish(self.desk.tick(now_ms, coverage), order)
        self.control.tick(now_ms)
        self._write_audit(order)

    def summarise(self) -> list[OutputRecord]:
        """Summaries of the signals that had values since the last ones, once it is time for more."""
        if not self.summary_due:
            return []
        self._summarised_ms = self.monitor.clock.tick_ms
        return list(self._summariser.summaries(self._sampling_rate))

    def status(self) -> OutputRecord:
        """How the model is doing now, for the signals topic."""
        return self.statuses.record(self.refused, self._coverage(self.monitor.sequence))

    def _coverage(self, seen: int) -> Coverage:
        return Coverage(seen=seen, rejected=self.rejected, sampled=self._sampling_rate, lost=self.lost)

    def _publish(self, alerts: list[Alert], order: int) -> None:
        for alert in alerts:
            self.announced[(alert.drift.kind, alert.status)] += 1
            self.incidents += alert.sequence == 1
            self.statuses.hear(alert.id, alert.status == "resolved", alert.annotations.summary)
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
            "refused": dict(self.refused),
            "statuses": self.statuses.snapshot(),
            "reporter": self.reporter.snapshot(),
            "desk_ms": self._desk_ms,
            "lost": self.lost,
            "sampling_rate": self._sampling_rate,
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        self.monitor.restore(snapshot["monitor"])
        self._first_sequence = self.monitor.sequence
        self.desk.restore(snapshot["desk"])
        self.control.restore(snapshot["control"])
        self.calibration.restore(snapshot["calibration"])
        self.refused = Counter(snapshot["refused"])
        self.statuses.restore(snapshot["statuses"])
        self.reporter.restore(snapshot["reporter"])
        self._desk_ms = snapshot["desk_ms"]
        self.lost = snapshot["lost"]
        self._sampling_rate = snapshot["sampling_rate"]
