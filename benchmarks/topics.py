"""Topics of a benchmark run: filled once, read by every contestant."""

import time
import uuid
from dataclasses import dataclass, replace

from benchmarks.events import EventMaker, Traffic
from benchmarks.loading import Loader
from driftline.stream_app.adapters.topics import create_topics
from driftline.stream_app.config import KafkaSettings, TopicNames


@dataclass(frozen=True)
class LoadedTopic:
    """A topic with events in it."""

    bootstrap_servers: str
    name: str
    partitions: int
    traffic: Traffic
    size_bytes: int

    def first(self, events: int) -> "LoadedTopic":
        """The same topic, of which a contestant reads so many events."""
        share = events / self.traffic.events
        return replace(
            self, traffic=replace(self.traffic, events=events), size_bytes=int(share * self.size_bytes)
        )

    @property
    def event_bytes(self) -> float:
        """Mean size of an event."""
        return self.size_bytes / self.traffic.events


def fresh_topics(bootstrap_servers: str, partitions: int = 8) -> KafkaSettings:
    """Makes the topics of a worker that has never run."""
    prefix = f"bench-{uuid.uuid4().hex[:8]}"
    settings = KafkaSettings(
        bootstrap_servers=bootstrap_servers, prefix=prefix, group=prefix, partitions=partitions
    )
    create_topics(settings)
    return settings


def fresh_topics_beside(topic: LoadedTopic) -> KafkaSettings:
    """The same for a worker that is to read this topic."""
    settings = fresh_topics(topic.bootstrap_servers, topic.partitions)
    return settings.model_copy(update={"topics": TopicNames(predictions=topic.name)})


def load(bootstrap_servers: str, traffic: Traffic, partitions: int = 8) -> LoadedTopic:
    """Makes a topic and fills it. The last event is of now: Kafka would throw away what is old."""
    settings = fresh_topics(bootstrap_servers, partitions)
    first_ms = int(time.time() * 1_000) - traffic.duration_ms
    loader = Loader(bootstrap_servers)
    size = loader.send(settings.predictions, EventMaker(traffic.features).messages(traffic, first_ms))
    loader.flush()
    return LoadedTopic(bootstrap_servers, settings.predictions, partitions, traffic, size)
