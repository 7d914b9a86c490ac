"""What the gateway writes."""

from typing import NamedTuple

from driftline.schemas import Feedback, ModelEvent, Prediction, Serving
from driftline.stream_app.config import KafkaSettings

Headers = tuple[tuple[str, bytes], ...]


class Record(NamedTuple):
    """A Kafka record to be, keyed by its model, so that a model's predictions and feedback meet."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers = ()


def record_of(event: Prediction | Feedback | Serving, value: bytes, kafka: KafkaSettings) -> Record:
    """The record of an event that ``value`` says."""
    topic = kafka.feedback if isinstance(event, Feedback) else kafka.predictions
    return Record(topic, event.model.encode(), value)


def type_of(event: ModelEvent) -> str:
    """The event's type as it is written."""
    return type(event).__name__.lower()
