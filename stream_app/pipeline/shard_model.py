"""A model in its shard: its watch, its checkpoints, and what only memory knows of it."""

from schemas import Event
from stream_app.pipeline.checkpoint import ModelCheckpoints
from stream_app.pipeline.records import Positions
from stream_app.pipeline.watch import ModelWatch


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


class ModelBatch:
    """Events of one model in one chunk of records; ``began`` are the positions before the first of them."""

    def __init__(self, model: ShardModel | None, began: Positions) -> None:
        self.model = model
        self.began = began
        self.absorbed = model.absorbed if model is not None else {}
        self.events: list[Event] = []
        self.offsets: list[int] = []
        self.orders: list[int] = []

    def add(self, event: Event, topic: str, offset: int, order: int) -> None:
        if self.absorbed and offset < self.absorbed.get(topic, 0):
            return
        self.events.append(event)
        self.offsets.append(offset)
        self.orders.append(order)
