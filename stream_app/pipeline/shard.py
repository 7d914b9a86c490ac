"""Everything one worker keeps for one partition number: the models, and how far each topic was read."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from math import inf
from typing import Literal, TypeVar

from driftline.schemas import EARLIEST_MS, dead_letter
from driftline.schemas.scanner import Scanner
from driftline.stream_app.config import Settings
from driftline.stream_app.monitoring.clocks.partition_clock import MINUTE_MS, PartitionClock
from driftline.stream_app.monitoring.streams.streams import Baseline
from driftline.stream_app.monitoring.traffic.cadence import GAP_MS
from driftline.stream_app.pipeline.aside import Guard
from driftline.stream_app.pipeline.checkpoint import ModelCheckpoints
from driftline.stream_app.pipeline.chunk import Chunk, unseen
from driftline.stream_app.pipeline.codec import claim_key, pack
from driftline.stream_app.pipeline.counters import Counters
from driftline.stream_app.pipeline.entries import Times
from driftline.stream_app.pipeline.marks import Mark, clock_before, earliest
from driftline.stream_app.pipeline.outputs import Ordered, taken_in_order
from driftline.stream_app.pipeline.records import ModelCut, OutputRecord, Positions, Records, StateRecord
from driftline.stream_app.pipeline.shard_model import ModelBatch, ShardModel
from driftline.stream_app.pipeline.sorting import batches_of, minutes_of
from driftline.stream_app.pipeline.ticks import FLUSH_ROWS
from driftline.stream_app.pipeline.watch import Extras, ModelWatch

# So many records are scanned and sorted by model together: what a model costs in Python it costs once a
# chunk, however few of the records are its own. Columns and bytes of them: 32,768 × 1 KB = 33 MB.
CHUNK_RECORDS = 32_768
# As long as the scanner knows nothing it learns from fewer, because all of a chunk are decoded one by one.
FIRST_CHUNK_RECORDS = 512
# While more is to come, rows wait for others of their model, until their next tick or so many. Chunks of
# which any row waits are held: at most these, and one chunk: 163,840 × 1 KB = 160 MB a shard.
HELD_RECORDS = 131_072
# Models of which nothing but refused records is known: names are the data's. 64 × 100 KB = 6.4 MB.
REFUSED_MODELS_MAX = 64

T = TypeVar("T")


class Shard:
    """Applies records, and cuts checkpoints. Synchronous and deterministic: no clock, no I/O."""

    def __init__(  # noqa: PLR0913 - a switch for each way of running the engine
        self,
        partition: int,
        settings: Settings,
        epoch: int = 0,
        *,
        summaries: Literal["every", "latest"] | None = "every",
        baselines: Mapping[str, Baseline] | None = None,
        earliest_ms: int = EARLIEST_MS,
    ) -> None:
        self.partition = partition
        self.settings = settings
        self.epoch = epoch
        self.positions: Positions = {}
        # The first offset of each topic that this shard read: what a mark made earlier stands for.
        self._started: Positions = {}
        self._order = 0
        self.counters = Counters()
        self.models: dict[str, ShardModel] = {}
        self._dead_letters: list[OutputRecord] = []
        self._summaries: list[Ordered] | None = [] if summaries == "every" else None
        self._summarises_when_taken = summaries == "latest"
        self._extras = Extras(self._summaries, baselines or {})
        self._refused: set[str] = set()
        self._notices: list[str] = []
        self._unflushed: dict[str, ShardModel] = {}
        self._held = 0  # records since nothing waited
        self._scanner = Scanner(earliest_ms)
        self.clock = PartitionClock()
        self.clocks: list[Mark] = []  # where a restored state knows the partition's time
        self._began = Mark({}, self.clock.snapshot())
        self._look_ms = inf  # before this time of the partition no model has anything to look at
        self._guard = Guard(partition, settings, self.counters)

    def apply(self, records: Records, more: bool = False) -> None:
        """Absorb records; those below the positions are skipped, whoever delivers them again.

        Records of the two topics come in the order in which they shall count. ``more`` says that others
        come at once: findings may wait for them, in favour of fewer and larger steps.
        """
        start = 0
        while start < len(records):
            stop = start + (CHUNK_RECORDS if self._scanner.has_learned else FIRST_CHUNK_RECORDS)
            self._apply(records[start:stop])
            self._held += min(stop, len(records)) - start
            start = stop
        if not more or self._held >= HELD_RECORDS:
            self._flush(list(self._unflushed))

    def _flush(self, names: Iterable[str]) -> None:
        """Let these models read what waits of theirs."""
        for name in names:
            model = self._unflushed.pop(name, None)
            if model is not None:
                self._guarded(model, "flush", model.watch.flush)
        if not self._unflushed:
            self._held = 0

    def _apply(self, records: Records) -> None:
        fresh = unseen(records, self.positions)
        self.counters.skipped += len(records) - len(fresh)
        for topic, places in fresh.of_topics():
            if topic not in self.positions:
                self._started[topic] = self.positions[topic] = int(fresh.offsets[places][0])
        if not len(fresh):
            return
        if self.clocks:
            self.clock, self.clocks = clock_before(fresh, self.positions, self.clocks), []
        chunk = Chunk(fresh, self._scanner)
        self._began = Mark(dict(self.positions), self.clock.snapshot())
        before_ms = self.clock.now_ms
        passed = self.clock.advance(chunk.written_ms(), chunk.heartbeats)
        times = Times(chunk.believed_ms(self.settings.limits.clock_lead_ms), *passed)
        shortest_ms = GAP_MS if times.voting is None else MINUTE_MS
        minutes = minutes_of(times, before_ms, self._order, shortest_ms)
        for batch in batches_of(chunk, self._order, minutes, self):
            self._absorb(batch, times)
        self._look_ms = min(self._look_ms, int(times.arrived_ms[0]) + shortest_ms)
        self._reject(chunk)
        self.positions |= chunk.positions()
        self._order += len(chunk)

    def _absorb(self, batch: ModelBatch, times: Times) -> None:
        """Let a model absorb what a chunk has of it; models do not depend on each other."""
        model, counts = batch.model, batch.counts()
        if model is None or not batch.entries:
            self.counters.events += counts
            return
        if model.is_aside:
            self.counters.aside += counts.total()
            return
        self.counters.events += counts
        name = model.watch.monitor.model
        self.counters.events_of.update({(name, kind): count for kind, count in counts.items()})
        if batch.orders or batch.refused:
            model.unsaved = model.unsaved or batch.began
        watch = model.watch
        if self._guarded(model, "apply", lambda: watch.apply(batch.entries, batch.orders, times)):
            model.unsaved = model.unsaved or batch.began
            self._look_ms = min(self._look_ms, watch.next_ms)
            self._flush_if_many(model)

    def begin(self, model: str) -> ModelBatch:
        """An empty batch for a model."""
        return ModelBatch(self._model(model), self._began)

    def begin_refused(self, model: str) -> ModelBatch:
        """The same where nothing but refused records name the model: not for many."""
        unknown = model not in self.models
        refused = sum(not each.watch.monitor.sequence for each in self.models.values()) if unknown else 0
        return ModelBatch(None, self._began) if refused >= REFUSED_MODELS_MAX else self.begin(model)

    def wakeful(self, now_ms: int) -> list[str]:
        """The models that have something to look at by this time of the partition."""
        if now_ms < self._look_ms:
            return []
        nexts = {name: each.watch.next_ms for name, each in self.models.items() if not each.is_aside}
        self._look_ms = min(nexts.values(), default=inf)
        return [name for name, next_ms in nexts.items() if next_ms <= now_ms]

    def _flush_if_many(self, model: ShardModel) -> None:
        """Rows wait until they are many, or all records are applied: a flush costs as much as 50 rows."""
        name = model.watch.monitor.model
        if model.watch.waiting < FLUSH_ROWS:
            self._unflushed[name] = model
        else:
            self._guarded(model, "flush", model.watch.flush)
            self._unflushed.pop(name, None)

    def _guarded(self, model: ShardModel, stage: str, step: Callable[[], T]) -> T | None:
        """Do a step for a model; an error in it costs this model, and no other."""
        return self._guard.run(model, stage, step, (self.clock.now_ms, self._order))

    def take_service(self) -> list[OutputRecord]:
        """Alerts that belong to no checkpoint: that models were set aside, and what they said before."""
        return taken_in_order([self._guard.service])

    def start_at(self, topic: str, offset: int) -> None:
        """Begin (or go on) reading a topic at this offset, if nothing beyond it is absorbed."""
        self.positions[topic] = max(offset, self.positions.get(topic, 0))
        self._started.setdefault(topic, self.positions[topic])

    def skip(self, topic: str, offset: int) -> None:
        """The log has no records between the position and ``offset`` any more: count them, go on."""
        self.start_at(topic, self.positions.get(topic, offset))
        lost = offset - self.positions[topic]
        self.counters.lost += lost
        for model in self.models.values():
            if self._guarded(model, "lose", partial(model.watch.lose, lost)) is not None:
                model.unsaved = model.unsaved or Mark(dict(self.positions), self.clock.snapshot())
        self.positions[topic] = offset

    def _model(self, name: str) -> ShardModel | None:
        """The model with this name; a new one as long as there is room."""
        model = self.models.get(name)
        if model is not None:
            return model
        if len(self.models) >= self.settings.limits.models:
            if name not in self._refused and len(self._refused) < self.settings.limits.models:
                self._refused.add(name)
                self._notices.append(f"{name} is a model beyond the limit and not watched")
                self.counters.models_refused += 1
            return None
        return self.add(name, self.new_watch(name), {}, frozenset())

    def add(self, name: str, watch: ModelWatch, absorbed: Positions, stale: frozenset[bytes]) -> ShardModel:
        """Take up a model, new or restored; ``stale`` are state keys that its first checkpoint replaces."""
        checkpoints = ModelCheckpoints(name, self.epoch, self.settings.limits.record_bytes, stale)
        self._look_ms = -inf
        model = self.models[name] = ShardModel(watch, checkpoints, absorbed)
        return model

    def new_watch(self, name: str) -> ModelWatch:
        """A watch for a model of this shard, knowing nothing yet."""
        return ModelWatch(name, self.partition, self.settings, self._extras)

    def _reject(self, chunk: Chunk) -> None:
        """A letter is written again when its record is read again: a crash may have come before."""
        for place, refused in chunk.refused.items():
            self.counters.rejected[refused.rejection.reason] += 1
            letter = dead_letter(refused.rejection, *chunk.records[place])
            self._dead_letters.append(OutputRecord(*letter))

    def signals(self) -> int:
        """How many signals are watched."""
        return sum(
            stream.signals()
            for model in self.models.values()
            for stream in model.watch.monitor.streams.values()
        )

    # ---- checkpoints

    @property
    def dirty(self) -> set[str]:
        """Models that changed since their last cut."""
        return {name for name, model in self.models.items() if model.unsaved is not None}

    @property
    def urgent(self) -> set[str]:
        """Models with alerts that wait for a checkpoint."""
        return {name for name, model in self.models.items() if model.urgent}

    def cut(self, names: Iterable[str]) -> list[ModelCut]:
        """The state of these models now, to be written; each must be confirmed before its next cut."""
        cuts = []
        names = sorted(names)
        self._flush(names)
        here = Mark(dict(self.positions), self.clock.snapshot())
        resume = Mark(self.acknowledgeable(), earliest([here, *self._marks()]).clock)
        for name in names:
            model = self.models[name]
            step = partial(model.checkpoints.cut, model.watch, here, resume)
            cut = self._guarded(model, "checkpoint", step)
            if cut is not None:
                cuts.append(cut)
                model.in_flight, model.unsaved = model.in_flight or model.unsaved, None
        return cuts

    def _marks(self) -> list[Mark]:
        """Where records begin that are not in a durable checkpoint, of each model."""
        models = self.models.values()
        marks = [mark for model in models for mark in (model.unsaved, model.in_flight)]
        return [mark for mark in marks if mark is not None]

    def confirm(self, cut: ModelCut) -> None:
        """The cut is durable and its alerts are published."""
        model = self.models[cut.model]
        model.in_flight = None
        del model.watch.outbox[: len(cut.alerts)]
        del model.watch.audit[: len(cut.audit)]

    def acknowledgeable(self) -> Positions:
        """How far each topic may be acknowledged: everything below is in a durable checkpoint."""
        marks = self._marks()
        return {
            topic: min([position, *(mark.positions.get(topic, self._started[topic]) for mark in marks)])
            for topic, position in self.positions.items()
        }

    def take_alerts(self) -> list[OutputRecord]:
        """All alerts that wait, in the order of the records that made them; for runs without checkpoints."""
        outboxes = [model.watch.outbox for model in self.models.values()]
        return taken_in_order([*outboxes, self._guard.service])

    def take_audit(self) -> list[OutputRecord]:
        """All audit records that wait, likewise."""
        return taken_in_order([model.watch.audit for model in self.models.values()])

    def take_dead_letters(self) -> list[OutputRecord]:
        taken, self._dead_letters = self._dead_letters, []
        return taken

    def take_notices(self) -> list[str]:
        """What an operator should hear once: what is beyond a limit and not watched."""
        monitors = [model.watch.monitor for model in self.models.values()]
        said = [notice.sentence for monitor in monitors for notice in monitor.notices.take_unsaid()]
        taken = [*self._notices, *self._guard.notices, *said]
        self._notices, self._guard.notices = [], []
        return taken

    def take_summaries(self) -> list[OutputRecord]:
        """Summaries since the last call: of every tick, or those that are due now, one a signal at most.

        A worker that catches up would spend most of its time and memory on those of what is long past, so its
        summaries are made when somebody takes them.
        """
        if not self._summarises_when_taken:
            return taken_in_order([self._summaries or []])
        taken: list[OutputRecord] = []
        for model in self.models.values():
            if model.watch.summary_due:
                model.watch.statuses.is_news = True
                taken += self._guarded(model, "summaries", model.watch.summarise) or ()
        return taken

    def take_statuses(self) -> list[OutputRecord]:
        """How each model is doing that had a round of summaries since the last call, or has news."""
        if not self._summarises_when_taken:
            return []
        due = [model for model in self.models.values() if model.watch.statuses.is_due(self.clock.now_ms)]
        made = (self._guarded(model, "status", model.watch.status) for model in due)
        return [status for status in made if status is not None]


def claim(epoch: int, worker: str) -> StateRecord:
    """The record by which a worker claims a partition; durable before it reads the first event."""
    return StateRecord(claim_key(epoch), pack({"worker": worker}))
