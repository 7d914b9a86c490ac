"""Everything one worker keeps for one partition number: the models, and how far each topic was read."""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Literal

from driftline.schemas import Rejection, dead_letter
from driftline.schemas.scanner import Scanner
from driftline.stream_app.config import Settings
from driftline.stream_app.monitoring.streams import Baseline
from driftline.stream_app.pipeline.checkpoint import ModelCheckpoints
from driftline.stream_app.pipeline.chunk import Chunk, unseen
from driftline.stream_app.pipeline.codec import claim_key, pack
from driftline.stream_app.pipeline.counters import Counters
from driftline.stream_app.pipeline.records import (
    ModelCut,
    OutputRecord,
    Positions,
    Record,
    Records,
    StateRecord,
)
from driftline.stream_app.pipeline.shard_model import ModelBatch, ShardModel
from driftline.stream_app.pipeline.sorting import batches_of
from driftline.stream_app.pipeline.watch import Extras, ModelWatch, Ordered

# Records are scanned in chunks of this many: the columns of more no longer fit the processor's caches.
CHUNK_RECORDS = 2048
FLUSH_ROWS = 256


class Shard:
    """Applies records, and cuts checkpoints. Synchronous and deterministic: no clock, no I/O."""

    def __init__(
        self,
        partition: int,
        settings: Settings,
        epoch: int = 0,
        *,
        summaries: Literal["every", "latest"] | None = "every",
        baselines: Mapping[str, Baseline] | None = None,
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
        self._latest: dict[bytes | None, OutputRecord] | None = {} if summaries == "latest" else None
        self._statuses: dict[bytes | None, OutputRecord] = {}
        self._extras = Extras(self._summaries, baselines or {})
        self._refused: set[str] = set()
        self._notices: list[str] = []
        self._unflushed: dict[str, ShardModel] = {}
        self._scanner = Scanner()

    def apply(self, records: Records) -> None:
        """Absorb records; those below the positions are skipped, whoever delivers them again.

        Records of the two topics come in the order in which they shall count.
        """
        for start in range(0, len(records), CHUNK_RECORDS):
            self._apply(records[start : start + CHUNK_RECORDS])
        for model in self._unflushed.values():
            model.watch.flush()
        self._unflushed.clear()
        if self._latest is not None:
            for model in self.models.values():
                if model.watch.summary_due:
                    self._latest |= {summary.key: summary for summary in model.watch.summarise()}
                    status = model.watch.status()
                    self._statuses[status.key] = status

    def _apply(self, records: Records) -> None:
        fresh = unseen(records, self.positions)
        self.counters.skipped += len(records) - len(fresh)
        for topic, places in fresh.of_topics():
            if topic not in self.positions:
                self._started[topic] = self.positions[topic] = int(fresh.offsets[places][0])
        chunk = Chunk(fresh, self._scanner)
        start = 0
        for place, rejection in chunk.mistakes():
            self._absorb(chunk, start, place)
            record = chunk.records[place]
            self._reject(record, rejection)
            self.positions[record.topic] = record.offset + 1
            start = place + 1
        self._absorb(chunk, start, len(chunk))
        self._order += len(chunk)

    def _absorb(self, chunk: Chunk, start: int, stop: int) -> None:
        """Let each model absorb its events of a part of a chunk; models do not depend on each other."""
        for batch in batches_of(chunk, (start, stop), self._order, self._begin):
            counts, model = batch.counts(), batch.model
            self.counters.events += counts
            if model is not None:
                name = model.watch.monitor.model
                self.counters.events_of.update({(name, kind): count for kind, count in counts.items()})
            if model is None or not batch.entries:
                continue
            model.unsaved = model.unsaved or batch.began
            model.watch.apply(batch.entries, batch.orders)
            self._flush_if_many(model)
        self.positions |= chunk.positions(start, stop)

    def _begin(self, name: str) -> ModelBatch:
        return ModelBatch(self._model(name), dict(self.positions))

    def _flush_if_many(self, model: ShardModel) -> None:
        """Rows wait until they are many, or all records are applied: a flush costs as much as 50 rows."""
        name = model.watch.monitor.model
        if model.watch.waiting < FLUSH_ROWS:
            self._unflushed[name] = model
        else:
            model.watch.flush()
            self._unflushed.pop(name, None)

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
            model.unsaved = model.unsaved or dict(self.positions)
            model.watch.lose(lost)
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
        model = self.models[name] = ShardModel(watch, checkpoints, absorbed)
        return model

    def new_watch(self, name: str) -> ModelWatch:
        """A watch for a model of this shard, knowing nothing yet."""
        return ModelWatch(name, self.partition, self.settings, self._extras)

    def _reject(self, record: Record, rejection: Rejection) -> None:
        self.counters.rejected[rejection.reason] += 1
        key = (record.key or b"").decode(errors="replace")
        model = self.models.get(key)
        # The letter is written again when its record is read again: a crash may have come before it was out.
        if model is not None and record.offset >= model.absorbed.get(record.topic, 0):
            model.unsaved = model.unsaved or dict(self.positions) | {record.topic: record.offset}
            model.watch.reject(rejection.reason)
        self._dead_letters.append(OutputRecord(*dead_letter(rejection, *record)))

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
        resume = self.acknowledgeable()
        for name in sorted(names):
            model = self.models[name]
            cuts.append(model.checkpoints.cut(model.watch, self.positions, resume))
            model.in_flight, model.unsaved = model.in_flight or model.unsaved, None
        return cuts

    def confirm(self, cut: ModelCut) -> None:
        """The cut is durable and its alerts are published."""
        model = self.models[cut.model]
        model.in_flight = None
        del model.watch.outbox[: len(cut.alerts)]
        del model.watch.audit[: len(cut.audit)]

    def acknowledgeable(self) -> Positions:
        """How far each topic may be acknowledged: everything below is in a durable checkpoint."""
        marks = [
            mark
            for model in self.models.values()
            for mark in (model.unsaved, model.in_flight)
            if mark is not None
        ]
        return {
            topic: min([position, *(mark.get(topic, self._started[topic]) for mark in marks)])
            for topic, position in self.positions.items()
        }

    def take_alerts(self) -> list[OutputRecord]:
        """All alerts that wait, in the order of the records that made them; for runs without checkpoints."""
        return taken_in_order([model.watch.outbox for model in self.models.values()])

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
        taken, self._notices = [*self._notices, *said], []
        return taken

    def take_summaries(self) -> list[OutputRecord]:
        """Summaries since the last call: of every tick, or the latest of each signal, one a batch at most.

        A worker that catches up would spend most of its time and memory on those of what is long past.
        """
        if self._latest is None:
            return taken_in_order([self._summaries or []])
        taken, self._latest = self._latest, {}
        return list(taken.values())

    def take_statuses(self) -> list[OutputRecord]:
        """How each model is doing, of those that had a round of summaries since the last call."""
        taken, self._statuses = self._statuses, {}
        return list(taken.values())


def taken_in_order(waiting: Sequence[list[Ordered]]) -> list[OutputRecord]:
    """Empties the lists; their outputs in the order of the records that caused them."""
    taken = sorted((each for outputs in waiting for each in outputs), key=itemgetter(0))
    for outputs in waiting:
        outputs.clear()
    return [output for _, output in taken]


def claim(epoch: int, worker: str) -> StateRecord:
    """The record by which a worker claims a partition; durable before it reads the first event."""
    return StateRecord(claim_key(epoch), pack({"worker": worker}))
