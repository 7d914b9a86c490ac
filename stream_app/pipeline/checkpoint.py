"""Checkpoints of one model: what changed goes into new parts, and one head record names them all.

The head holds the model's core state, its positions, its unpublished outputs, and the keys of its parts: one
part (or more, when it is large) for each stream, and a log of what waits for feedback. Parts are never
overwritten, and the head is written last, so a reader sees the state of one moment or the one before, never a
mixture. A stream that did not change keeps its part. The log grows by what changed, until the changes
outweigh the whole; then it is written whole again.
"""

from dataclasses import dataclass, field
from typing import Any

from driftline.stream_app.pipeline.codec import CODEC_VERSION, chunks, head_key, pack, part_key
from driftline.stream_app.pipeline.marks import Mark
from driftline.stream_app.pipeline.records import ModelCut, StateRecord
from driftline.stream_app.pipeline.watch import ModelWatch

# Below this the log is not worth rewriting.
SMALLEST_LOG_BYTES = 65_536


@dataclass
class Piece:
    """A part of the state that is durable: where, how large, and which revision of its source."""

    keys: list[bytes]
    size_bytes: int
    revision: int = -1


@dataclass
class Ledger:
    """Which records hold a model's last checkpoint."""

    serial: int = 0
    streams: dict[str, Piece] = field(default_factory=dict)
    base: Piece | None = None
    changes: list[Piece] = field(default_factory=list)

    def keys(self) -> set[bytes]:
        pieces = [*self.streams.values(), *self.changes, *([self.base] if self.base is not None else [])]
        return {key for piece in pieces for key in piece.keys}

    def to_builtins(self) -> dict[str, Any]:
        """The keys, in the order in which the pieces are read back."""
        base = self.base.keys if self.base is not None else []
        return {
            "streams": [piece.keys for piece in self.streams.values()],
            "log": [base, *(piece.keys for piece in self.changes)],
        }


class ModelCheckpoints:
    """Makes the checkpoints of one model under one epoch.

    The first checkpoint of an epoch is whole: it refers to no part of an earlier epoch, whose owner may still
    be alive somewhere and about to remove it. ``stale`` are the keys that it makes superfluous.
    """

    def __init__(
        self, model: str, epoch: int, record_bytes: int, stale: frozenset[bytes] = frozenset()
    ) -> None:
        self.model = model
        self.epoch = epoch
        self.record_bytes = record_bytes
        self.ledger = Ledger()
        self._stale = stale

    def cut(self, watch: ModelWatch, here: Mark, resume: Mark) -> ModelCut:
        """The model's state now, and here. ``resume`` is where reading may start after a crash."""
        before = self.ledger.keys() | self._stale
        records: list[StateRecord] = []
        self._cut_streams(watch, records)
        self._cut_log(watch, records)
        core = self._piece(pack(watch.snapshot()), records)
        alerts, audit = ([record for _, record in waiting] for waiting in (watch.outbox, watch.audit))
        head = {
            "codec": CODEC_VERSION,
            "positions": here.positions,
            "resume": resume.positions,
            "clocks": [here, resume],
            "core": core.keys,
            "ledger": self.ledger.to_builtins(),
            "outbox": alerts,
            "audit": audit,
        }
        self._stale = frozenset(core.keys)
        obsolete = sorted(before - self.ledger.keys() - self._stale)
        records.append(StateRecord(head_key(self.model, self.epoch), pack(head)))
        return ModelCut(self.model, dict(here.positions), records, alerts, obsolete, audit)

    def _cut_streams(self, watch: ModelWatch, records: list[StateRecord]) -> None:
        pieces: dict[str, Piece] = {}
        for key, stream in watch.monitor.streams.items():
            name = "|".join(key)
            piece = self.ledger.streams.get(name)
            if piece is None or piece.revision != stream.revision:
                piece = self._piece(pack(stream.snapshot()), records, stream.revision)
            pieces[name] = piece
        self.ledger.streams = pieces

    def _cut_log(self, watch: ModelWatch, records: list[StateRecord]) -> None:
        ledger, joins = self.ledger, watch.monitor.joins
        written = sum(piece.size_bytes for piece in ledger.changes)
        if ledger.base is None or written > max(ledger.base.size_bytes, SMALLEST_LOG_BYTES):
            ledger.base = self._piece(pack(joins.waiting_snapshot()), records)
            ledger.changes = []
        else:
            ledger.changes.append(self._piece(pack(joins.waiting_changes()), records))

    def _piece(self, data: bytes, records: list[StateRecord], revision: int = -1) -> Piece:
        keys = []
        for chunk in chunks(data, self.record_bytes):
            self.ledger.serial += 1
            keys.append(part_key(self.model, self.epoch, self.ledger.serial))
            records.append(StateRecord(keys[-1], chunk))
        return Piece(keys, len(data), revision)
