"""A model in its shard: its watch, its checkpoints, and what only memory knows of it."""

from collections import Counter
from collections.abc import Iterable

from driftline.schemas import Event, Prediction
from driftline.stream_app.monitoring.runs import DecodedRun, ScannedRun, ScannedStream
from driftline.stream_app.pipeline.checkpoint import ModelCheckpoints
from driftline.stream_app.pipeline.chunk import Chunk
from driftline.stream_app.pipeline.records import Positions
from driftline.stream_app.pipeline.watch import Entry, ModelWatch


class ShardModel:
    """A model in its shard: its watch, its checkpoints, and which records only memory knows."""

    def __init__(self, watch: ModelWatch, checkpoints: ModelCheckpoints, absorbed: Positions) -> None:
        self.watch = watch
        self.checkpoints = checkpoints
        # Positions of the restored state: records below them are in it already.
        self.absorbed = absorbed
        # Where the records begin that are not in a durable checkpoint: since the last cut, and in that cut.
        self.unsaved: Positions | None = None
        self.in_flight: Positions | None = None

    @property
    def urgent(self) -> bool:
        return bool(self.watch.outbox or self.watch.audit) and self.unsaved is not None


Place = tuple[int, ScannedStream | Event, int]
"""A place in a chunk, with a row of a scanned stream or an event of its own (and 0)."""


class ModelBatch:
    """What one model gets from one chunk of records; ``began`` are the positions before the first of them.

    ``entries`` are runs of predictions, and other events with their offsets, in the order of the records;
    ``orders`` say of each event which of the shard's records it was.
    """

    def __init__(self, model: ShardModel | None, began: Positions) -> None:
        self.model = model
        self.began = began
        self.entries: list[Entry] = []
        self.orders: list[int] = []
        self._absorbed = unabsorbed(model.absorbed, began) if model is not None else {}

    def take(self, chunk: Chunk, places: Iterable[Place], first: int) -> None:
        """Take the events at places of a chunk, whose first record has the order ``first``."""
        absorbed, entries, coordinates = self._absorbed, self.entries, chunk.coordinates
        for place, event, row in places:
            topic, offset = coordinates[place]
            if absorbed and offset < absorbed.get(topic, 0):
                continue
            self.orders.append(first + place)
            last = entries[-1][0] if entries else None
            if isinstance(event, ScannedStream):
                if isinstance(last, ScannedRun) and last.source is event and last.stop == row:
                    last.stop += 1
                else:
                    entries.append((ScannedRun(event, row, row + 1), 0))
            elif isinstance(event, Prediction):
                value = chunk.records[place].value
                if isinstance(last, DecodedRun) and last.stream == (event.version, event.role):
                    last.append(event, offset, value)
                else:
                    entries.append((DecodedRun([event], [offset], [value]), 0))
            else:
                entries.append((event, offset))

    def take_whole(self, chunk: Chunk, stream: ScannedStream, first: int) -> None:
        """Take all rows of a stream, which are everything that the model gets."""
        if self._absorbed:
            self.take(chunk, ((place, stream, row) for row, place in enumerate(stream.rows.tolist())), first)
        else:
            self.entries.append((ScannedRun(stream, 0, len(stream.rows)), 0))
            self.orders += (stream.rows + first).tolist()

    def counts(self) -> Counter[str]:
        """How many events of each kind."""
        counts: Counter[str] = Counter()
        for entry, _ in self.entries:
            if isinstance(entry, DecodedRun | ScannedRun):
                counts["prediction"] += len(entry)
            else:
                counts[type(entry).__name__.lower()] += 1
        return counts


def unabsorbed(absorbed: Positions, reached: Positions) -> Positions:
    """The positions of a restored state that reading has not reached yet."""
    return {topic: offset for topic, offset in absorbed.items() if offset > reached.get(topic, 0)}
