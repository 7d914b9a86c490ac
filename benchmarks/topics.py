"""Topics of a benchmark run: filled once, read by every contestant."""

import time
import uuid
from dataclasses import dataclass

from benchmarks.events import EventMaker, Traffic
from benchmarks.loading import Loader
from stream_app.adapters.topics import create_topics
from stream_app.config import KafkaSettings


@dataclass(frozen=True)
class LoadedTopic:
    """A topic with events in it."""

    bootstrap_servers: str
    name: str
    traffic: Traffic
    size_bytes: int

    @property
    def event_bytes(self) -> float:
        """Mean size of an event."""
        return self.size_bytes / self.traffic.events


def fresh_topics(bootstrap_servers: str, predictions: str | None = None) -> KafkaSettings:
    """Makes the topics of a worker that has never run; `predictions` names a topic that it is to read."""
    prefix = f"bench-{uuid.uuid4().hex[:8]}"
    topics = {} if predictions is None else {"predictions": predictions}
    settings = KafkaSettings.model_validate(
        {"bootstrap_servers": bootstrap_servers, "prefix": prefix, "group": prefix, "topics": topics}
    )
    create_topics(settings)
    return settings


def load(bootstrap_servers: str, traffic: Traffic, maker: EventMaker | None = None) -> LoadedTopic:
    """Makes a topic and fills it. The last event is of now: Kafka would throw away what is old."""
    settings = fresh_topics(bootstrap_servers)
    first_ms = int(time.time() * 1_000) - traffic.duration_ms
    loader = Loader(bootstrap_servers)
    size = loader.send(
        settings.predictions, (maker or EventMaker(traffic.features)).messages(traffic, first_ms)
    )
    loader.flush()
    return LoadedTopic(bootstrap_servers, settings.predictions, traffic, size)
