"""A model in its shard: its watch, its checkpoints, and what only memory knows of it."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from driftline.schemas import ModelEvent, Prediction
from driftline.stream_app.monitoring.rows.runs import DecodedRun, ScannedRun, ScannedStream
from driftline.stream_app.pipeline.checkpoint import ModelCheckpoints
from driftline.stream_app.pipeline.chunk import Chunk
from driftline.stream_app.pipeline.entries import Entry, Lapse, Refusal
from driftline.stream_app.pipeline.marks import Mark
from driftline.stream_app.pipeline.records import Positions
from driftline.stream_app.pipeline.watch import ModelWatch


class ShardModel:
    """A model in its shard: its watch, its checkpoints, and which records only memory knows."""

    def __init__(self, watch: ModelWatch, checkpoints: ModelCheckpoints, absorbed: Positions) -> None:
        self.watch = watch
        self.checkpoints = checkpoints
        # Positions of the restored state: records below them are in it already.
        self.absorbed = absorbed
        # Where the records begin that are not in a durable checkpoint: since the last cut, and in that cut.
        self.unsaved: Mark | None = None
        self.in_flight: Mark | None = None
        # An error inside driftline: nothing is done for it any more until a restart tries it again.
        self.is_aside = False

    @property
    def urgent(self) -> bool:
        return bool(self.watch.outbox or self.watch.audit) and self.unsaved is not None


Place = tuple[int, ScannedStream | ModelEvent | Lapse | Refusal, int]
"""A place in a chunk, with a row of a scanned stream or something else (and 0; -1: before the event)."""


class ModelBatch:
    """What one model gets from one chunk of records; ``began`` is the point of the log before its first.

    ``entries`` are runs of predictions, and other things with their offsets, in the order of the records;
    ``orders`` say of each event which of the shard's records it was.
    """

    def __init__(self, model: ShardModel | None, began: Mark) -> None:
        self.model = model
        self.began = began
        self.entries: list[Entry] = []
        self.orders: list[int] = []
        self._absorbed = unabsorbed(model.absorbed, began.positions) if model is not None else {}

    def take(self, chunk: Chunk, places: Iterable[Place], first: int) -> None:
        """Take what stands at places of a chunk, whose first record has the order ``first``."""
        absorbed, entries, coordinates = self._absorbed, self.entries, chunk.coordinates
        for place, event, row in places:
            topic, offset = coordinates[place]
            if absorbed and offset < absorbed.get(topic, 0):
                continue
            if isinstance(event, Lapse | Refusal):
                entries.append((event, offset, place))
                continue
            self.orders.append(first + place)
            last = entries[-1][0] if entries else None
            if isinstance(event, ScannedStream):
                if isinstance(last, ScannedRun) and last.source is event and last.stop == row:
                    last.stop += 1
                else:
                    entries.append((ScannedRun(event, row, row + 1), 0, place))
            elif isinstance(event, Prediction):
                value = chunk.records[place].value
                if isinstance(last, DecodedRun) and last.is_of(event):
                    last.append(event, offset, value, place)
                else:
                    entries.append((DecodedRun([event], [offset], [value], [place]), 0, place))
            else:
                entries.append((event, offset, place))

    @property
    def is_restored(self) -> bool:
        """Whether its state may have absorbed some of the records."""
        return bool(self._absorbed)

    def take_whole(self, stream: ScannedStream, lapses: Sequence[Place], first: int) -> None:
        """Take all rows of a stream, which are everything that the model gets but for lapses of time."""
        begin, rows = 0, stream.rows
        ends = np.searchsorted(rows, [place for place, *_ in lapses]).tolist() if lapses else []
        for end, lapse in zip([*ends, len(rows)], [*lapses, None], strict=True):
            if end > begin:
                self.entries.append((ScannedRun(stream, begin, end), 0, int(rows[begin])))
                begin = end
            if lapse is not None:
                place, event, _ = lapse
                assert isinstance(event, Lapse)
                self.entries.append((event, 0, place))
        self.orders += (rows + first).tolist()

    @property
    def refused(self) -> int:
        """How many records of the model could not be used."""
        return sum(isinstance(entry[0], Refusal) for entry in self.entries)

    def counts(self) -> Counter[str]:
        """How many events of each kind."""
        counts: Counter[str] = Counter()
        for entry, _, _ in self.entries:
            if isinstance(entry, DecodedRun | ScannedRun):
                counts["prediction"] += len(entry)
            elif not isinstance(entry, Lapse | Refusal):
                counts[type(entry).__name__.lower()] += 1
        return counts


def unabsorbed(absorbed: Positions, reached: Positions) -> Positions:
    """The positions of a restored state that reading has not reached yet."""
    return {topic: offset for topic, offset in absorbed.items() if offset > reached.get(topic, 0)}
