"""Everything kept for one model: its clock, its streams, its waiting predictions."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors import BankSettings, SignalState, Transform
from driftline.schemas import Feedback, Prediction, Serving
from driftline.stream_app.config import Limits, ModelPlan
from driftline.stream_app.monitoring.clocks.clock import EventClock, phase_of
from driftline.stream_app.monitoring.feedback.joins import Joins, Outcome
from driftline.stream_app.monitoring.identity import id_hash
from driftline.stream_app.monitoring.notices import Note, Notices, Why
from driftline.stream_app.monitoring.reading_ahead import flush_if_quiet
from driftline.stream_app.monitoring.reported import EVERYTHING, Until
from driftline.stream_app.monitoring.rows.oddities import usable
from driftline.stream_app.monitoring.rows.runs import DecodedRun, Run
from driftline.stream_app.monitoring.rows.tables import Arrival, OutcomeTable, Reported
from driftline.stream_app.monitoring.signals.budget import BEFORE_ITS_SHARE
from driftline.stream_app.monitoring.signals.naming import prefix_of, subject_of, version_named
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.monitoring.streams.segments import Segments
from driftline.stream_app.monitoring.streams.stream import Stream
from driftline.stream_app.monitoring.streams.streams import Baseline, Streams
from driftline.stream_app.monitoring.streams.throughput import Throughput
from driftline.stream_app.monitoring.traffic.feeds import Feeds


class ModelMonitor:
    """Takes the events of one model in order; gives findings when flushed.

    Rows collect until a flush. When flushes happen does not matter for the result: what depends on time
    happens on ticks of the event clock, and findings come in the order of the events that caused them.
    ``catch_up`` is called before anything else is done with what banks say, or with which of them there are.
    """

    def __init__(self, model: str, plan: ModelPlan, limits: Limits, baseline: Baseline | None = None) -> None:
        self.model = model
        self.plan = plan
        self.limits = limits
        self.bank_settings = BankSettings(
            warm_up=plan.warm_up,
            detectors=plan.detectors,
            resolution=plan.resolution,
            pace=plan.pace,
            timezone=plan.timezone,
            false_alarm_every=BEFORE_ITS_SHARE,
            categories=limits.categories_per_signal,
        )
        self.clock = EventClock(phase_of(model))
        self.streams = Streams(plan, self.bank_settings, limits, baseline)
        self.notices = Notices()
        self.throughput = Throughput(model, self.streams, self.notices)
        self.joins = Joins(model, plan, limits, self.notices)
        self.joins.agreement.relearn = self._relearn_error
        self.segments = Segments(plan.segments, limits.segments)
        self.sequence = 0
        self.counts: Counter[str] = Counter()
        self.refused: set[str] = set()
        self.feeds = Feeds()
        # Behaviours that name no prediction, since the last one; and findings that nobody has taken yet.
        self.unlinked: Counter[str] = Counter()
        self.reports: list[tuple[Reported, Stream]] = []
        self._prediction_offset = 0
        self.catch_up: Callable[[], None] = lambda: None

    @property
    def prediction_offset(self) -> int:
        """Of the last prediction, or report."""
        return self._prediction_offset

    def predictions(self, events: Sequence[Prediction], offsets: Sequence[int]) -> None:
        """Predictions of one version as events; see ``take_run``."""
        self.take_run(DecodedRun(events, offsets))

    def take_run(self, run: Run, ticks_ms: NDArray[np.int64] | None = None) -> None:
        """Predictions of one version become rows of its streams, and wait for feedback.

        ``ticks_ms`` [predictions]: the tick before each of them; None: all come after the last one.
        """
        keys = run.keys()
        sequences: Sequence[int] = range(self.sequence + 1, self.sequence + len(run) + 1)
        self.sequence += len(run)
        self._prediction_offset = int(run.offsets[-1])
        if not self.joins.recent_ids.add_all(keys):
            fresh = [place for place, key in enumerate(keys) if self.joins.recent_ids.add(key)]
            self.counts["duplicates"] += len(keys) - len(fresh)
            if not fresh:
                return
            keys, sequences = [keys[place] for place in fresh], [sequences[place] for place in fresh]
            run = run.pick(fresh)
            ticks_ms = None if ticks_ms is None else ticks_ms[fresh]
        stream = self.streams.get(run.stream) or self._open(run.stream)
        if stream is None:
            self.counts["unwatched"] += len(run)
            return
        split = self.segments.split(run)
        self._wake(stream)
        stream.take(run, sequences, self.clock.tick_ms)
        for segment, places in split.parts.items():
            part = self._part(run.stream._replace(segment=segment))
            chosen = places.tolist()
            part.take(run.pick(chosen), [sequences[place] for place in chosen], self.clock.tick_ms)
        self.joins.expect(keys, run, split, self.clock.tick_ms if ticks_ms is None else ticks_ms)
        if self.unlinked or len(self.joins.early):
            for place, time_ms in enumerate(run.times_ms().tolist()):
                arrival = Arrival(sequences[place], time_ms, int(run.offsets[place]))
                self._catch_up(run.stream[1], keys[place], arrival)

    def _part(self, key: StreamKey) -> Stream:
        """The stream of a segment, about which something was heard."""
        part = self.streams.get(key)
        if part is None:
            self.catch_up()
            part = self.streams.open_segment(key, self._flush_stream)
        else:
            self._wake(part)
        return part

    def _catch_up(self, role: str, key: int, arrival: Arrival) -> None:
        """Feedback that came before this prediction, and behaviours that name none."""
        if key in self.joins.early:
            self._deliver(self.joins.catch_up(key, self.clock.tick_ms), arrival)
        if self.unlinked:
            self._count_unlinked(role, arrival)

    def feedback(self, event: Feedback, offset: int) -> None:
        """One feedback: joined with its prediction, or counted for the model as a whole."""
        self.sequence += 1
        event.labels = self._usable("label", event.labels, event.time_ms)
        event.decision = self._usable("decision", event.decision, event.time_ms)
        if event.kind == "behavior" and event.behavior is not None:
            self.joins.learn_behavior(event.behavior, self.limits.signals_per_stream)
        if event.prediction_id is not None:
            now_ms = self.clock.tick_ms
            outcomes = self.joins.attribute(event, now_ms)
            # Exports give a label the time of its prediction: it was known when it came.
            self._deliver(outcomes, self._arrival(max(event.time_ms, now_ms), offset))
        elif event.behavior is not None:
            if event.id is not None and not self.joins.recent_ids.add(id_hash("feedback " + event.id)):
                self.counts["duplicates"] += 1
            else:
                self.unlinked[event.behavior] += 1

    def serving(self, event: Serving, offset: int) -> None:
        """One report of a serving host."""
        self.sequence += 1
        self._prediction_offset = offset
        key = StreamKey(version_named(event.version), event.role)
        stream = self.streams.get(key) or self._open(key)
        if stream is None:
            self.counts["unwatched"] += 1
            return
        self._wake(stream)
        stream.presence.hear(event.time_ms)
        table = stream.outcomes["reports"]
        usable = self._usable("host value", event.values, event.time_ms)
        values = {f"host:{name}": value for name, value in usable.items() if value is not None}
        for name in table.unknown(values):
            tail = name.replace("host:", "host_tail:", 1)
            self._watch(stream, table, [(name, Transform.VALUE), (tail, Transform.TAIL)])
        self._append(table, values, event.time_ms, self._arrival(event.time_ms, offset))

    def tick(self) -> None:
        """A tick of the clock: what waited long enough becomes rows, which belong to the event that ticks; it
        is absorbed next.

        Flush before, unless ticks may wait (`idle_ticks`); then `look`, and flush again.
        """
        now_ms = self.clock.tick_ms
        self.streams.inherit_late()
        arrival = Arrival(self.sequence + 1, now_ms, self._prediction_offset)
        self._deliver(self.joins.expire(now_ms), arrival)
        self._replace_segments(now_ms)
        self.throughput.tick(now_ms, arrival)

    def _replace_segments(self, now_ms: int) -> None:
        """Let segments that come more often take the places of others, and say which names have too many."""
        for segment in self.segments.replaced():
            self.catch_up()
            self.streams.close_segment(segment, self._flush_stream)
        self.segments.note_crowded(self.notices, self.model, now_ms)

    def expire_idly(self) -> None:
        """Let go of what has waited long enough by now, of which nothing comes (`idle_ticks`)."""
        outcomes = list(self.joins.expire(self.clock.tick_ms))
        assert not outcomes

    def look(self, now_ms: int) -> None:
        """What the banks have noticed by a tick beside their findings; no row from before it waits."""
        for stream in self.streams.values():
            stream.predictions.look(now_ms)

    def flush(self, until: Until = EVERYTHING) -> list[tuple[Reported, Stream]]:
        """Findings of the rows that waited, in the order of the events that caused them."""
        self.throughput.count()
        for stream in list(self.streams.values()):
            self._flush_stream(stream, until)
        reports, self.reports = self.reports, []
        reports.sort(key=lambda report: report[0].arrival.sequence)
        return reports

    def flush_if_quiet(self, until: Until) -> bool:
        """Flush if nothing comes of it; otherwise nothing has changed."""
        self.throughput.count()
        return flush_if_quiet(list(self.streams.values()), until)

    def state(self, stream: StreamKey, table: str, signal: str) -> SignalState | None:
        """What a signal looks like now; None when its stream is gone."""
        found = self.streams.get(stream)
        return None if found is None else found.table(table).bank.state_of(signal)

    # ---- rows

    def _flush_stream(self, stream: Stream, until: Until = EVERYTHING) -> None:
        self.reports += [(report, stream) for report in stream.flush(until)]
        if stream.predictions.has_said:
            self._hear(stream)

    def _wake(self, stream: Stream) -> None:
        """Something of a stream was heard, which may have been gone: it takes part again."""
        if stream.presence.is_gone(self.clock.tick_ms):
            self.catch_up()

    def _hear(self, stream: Stream) -> None:
        """What the predictions of a stream made known beside their findings."""
        table = stream.predictions
        stream.begin_again(table, table.begun_again)
        if not stream.segment:  # what there is to say of it is said of the whole
            for name in table.refused:
                self._refuse(f"{stream.version} {name}")
            self.notices.take(self.model, table.notes)
        for waiting in (table.refused, table.begun_again, table.notes):
            waiting.clear()

    def _usable(self, section: str, values: dict[str, Any], time_ms: int) -> dict[str, Any]:
        """The values of an event that can be used; the others are noted."""
        notes: list[Note] = []
        usable_values = usable(section, values, time_ms, notes)
        self.notices.take(self.model, notes)
        return usable_values

    def _arrival(self, time_ms: int, offset: int) -> Arrival:
        return Arrival(self.sequence, time_ms, offset)

    def _append(self, table: OutcomeTable, values: dict[str, float], time_ms: int, arrival: Arrival) -> None:
        watched = {name: value for name, value in values.items() if name in table.cells}
        if watched:
            table.append(watched, time_ms, arrival)

    def _deliver(self, outcomes: Iterator[Outcome], arrival: Arrival) -> None:
        for outcome in outcomes:
            if self.streams.get(outcome.origin.whole) is None:
                self._say_gone(outcome, arrival)
            for key in outcome.origin.streams():
                stream = self.streams.get(key)
                if stream is not None:
                    self._take_outcome(stream, outcome, arrival)

    def _take_outcome(self, stream: Stream, outcome: Outcome, arrival: Arrival) -> None:
        self._wake(stream)
        stream.presence.hear(self.clock.tick_ms)
        table = stream.outcomes[outcome.table]
        values = outcome.values | self._compared(stream, outcome)
        for name in table.unknown(values):
            transform = outcome.transforms.get(name, Transform.BINARY)
            self._watch(stream, table, [(name, transform)])
        # It is about the time of the prediction, and known with the arrival.
        self._append(table, values, min(outcome.time_ms, arrival.time_ms), arrival)

    def _compared(self, stream: Stream, outcome: Outcome) -> dict[str, float]:
        """Let what was expected of answers learn from their labels; how these compare with it."""
        values: dict[str, float] = {}
        for signal, error in outcome.values.items() if outcome.outputs else ():
            output = subject_of(signal)
            if prefix_of(signal) != "error" or self.joins.agreement.is_distance(output):
                continue
            if stream.estimates.completes(output):
                self.catch_up()
                self._flush_stream(stream)  # its table is not for what came before
            compared = stream.estimates.learn(output, outcome.outputs, error)
            if compared is not None:
                name = f"calibration:{output}"
                if name not in stream.outcomes["labels"].cells:
                    self._watch(stream, stream.outcomes["labels"], [(name, Transform.BOUNDED)])
                values[name] = compared
        return values

    def _say_gone(self, outcome: Outcome, arrival: Arrival) -> None:
        self.counts["unwatched"] += 1
        version = outcome.origin.version
        sentence = f"{self.model}: {outcome.table} of version {version}, which made room for newer ones"
        self.notices.note(Why.LIMIT, f"{outcome.table} {version}", sentence, arrival.time_ms)

    def _relearn_error(self, name: str, transform: Transform) -> Transform:
        """Let the errors of an output be learned as values of a transform, unless one is armed as another.

        What waits is read first, so that it does not matter when it would have been.
        """
        self.catch_up()
        tables = [stream.outcomes["labels"] for stream in self.streams.values()]
        signal = f"error:{name}"
        for stream, table in zip(self.streams.values(), tables, strict=True):
            self.reports += [(report, stream) for report in table.flush()]
        for table in tables:
            if (armed := table.armed_as(signal)) is not None:
                return armed
        for table in tables:
            table.become(signal, transform)
        return transform

    # ---- discovery

    def _watch(self, stream: Stream, table: OutcomeTable, signals: list[tuple[str, Transform]]) -> None:
        self.catch_up()
        name = signals[0][0]
        if stream.signals() + len(signals) > self.limits.signals_per_stream:
            self._refuse(f"{stream.version} {name}")
            return
        self.reports += [(report, stream) for report in table.flush()]
        table.watch(signals, self._detectors(name))

    def _detectors(self, name: str) -> tuple[str, ...] | None:
        planned = self.plan.serving.get(name.partition(":")[2])
        return planned.detectors if planned is not None else None

    def _refuse(self, name: str) -> None:
        if name not in self.refused and len(self.refused) < self.limits.signals_per_stream:
            self.refused.add(name)
            sentence = f"{self.model}: {name} is beyond the limits and not watched"
            self.notices.note(Why.LIMIT, name, sentence, self.clock.now_ms)
        self.counts["refused"] += 1

    def _count_unlinked(self, role: str, arrival: Arrival) -> None:
        """Behaviours that name no prediction: how many came since the last one, as a rate per prediction."""
        everything = self.streams.everything(role)
        table = everything.outcomes["behaviors"]
        values = {f"rate:{name}": float(count) for name, count in self.unlinked.items()}
        for name in table.unknown(values):
            self._watch(everything, table, [(name, Transform.VALUE)])
        self._append(table, values, arrival.time_ms, arrival)
        self.unlinked = Counter(dict.fromkeys(self.unlinked, 0))

    def _open(self, key: StreamKey) -> Stream | None:
        version, role, _ = key
        self.catch_up()
        self.throughput.count()
        stream = self.streams.open(version, role, self.clock.tick_ms, self._flush_stream)
        if stream is None:
            self._refuse(f"{version} {role}")
        return stream

    # ---- state

    def snapshot(self) -> dict[str, Any]:
        """All but the streams (see ``add_stream``), the waiting predictions and the recent ids."""
        return {
            "clock": self.clock.snapshot(),
            "sequence": self.sequence,
            "prediction_offset": self._prediction_offset,
            "counts": dict(self.counts),
            "refused": sorted(self.refused),
            "notices": self.notices.snapshot(),
            "feeds": self.feeds.snapshot(),
            "segments": self.segments.snapshot(),
            "counted_ms": self.throughput.counted_ms,
            "unlinked": dict(self.unlinked),
            "joins": self.joins.snapshot(),
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        self.clock = EventClock.restore(snapshot["clock"])
        self.sequence = snapshot["sequence"]
        self._prediction_offset = snapshot["prediction_offset"]
        self.counts = Counter(snapshot["counts"])
        self.refused = set(snapshot["refused"])
        self.notices.restore(snapshot["notices"])
        self.feeds.restore(snapshot["feeds"])
        self.segments.restore(snapshot.get("segments", {"watched": {}, "waiting": {}}))
        self.throughput.counted_ms = snapshot["counted_ms"]
        self.unlinked = Counter(snapshot["unlinked"])
        self.joins.restore(snapshot["joins"])

    def add_stream(self, snapshot: dict[str, Any]) -> Stream:
        """Take up a stream from its snapshot."""
        key = StreamKey(snapshot["version"], snapshot["role"], snapshot.get("segment", ""))
        stream = self.streams.new(key)
        stream.restore(snapshot)
        for name, why in stream.new_beginnings().items():
            subject = f"{stream.version} {name}"
            sentence = f"{self.model}: {subject}: {why}"
            self.notices.note(Why.BEGINS_ANEW, subject, sentence, self.clock.now_ms)
        return stream
