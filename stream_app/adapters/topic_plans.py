"""Which topics driftline needs, and how a broker has to keep them."""

from collections.abc import Mapping
from dataclasses import dataclass

from driftline.stream_app.config import KafkaSettings

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MIB = 1_048_576


@dataclass(frozen=True)
class TopicPlan:
    """A topic as driftline wants it: name, number of partitions, and policies in Kafka's words."""

    name: str
    partitions: int
    policies: Mapping[str, str]


def topic_plans(settings: KafkaSettings) -> list[TopicPlan]:
    """All topics with their policies.

    The inputs and state have the same number of partitions, because one worker holds a partition number of
    all of them. What has no policy here keeps the broker's own (retention of the input, for example).
    With three replicas or more a record counts as written when two have it.
    """
    common = {"min.insync.replicas": "2"} if settings.replication_factor >= 3 else {}
    deleted = common | {"cleanup.policy": "delete"}
    return [
        *(TopicPlan(topic, settings.partitions, deleted) for topic in settings.inputs),
        TopicPlan(
            settings.alerts,
            settings.partitions,
            common | {"cleanup.policy": "compact,delete", "retention.ms": str(90 * DAY_MS)},
        ),
        TopicPlan(
            settings.signals,
            settings.partitions,
            # A dashboard that starts reads it all: the latest of each signal, and what is not compacted yet.
            common
            | _compacted_soon()
            | {"cleanup.policy": "compact,delete", "retention.ms": str(7 * DAY_MS)},
        ),
        TopicPlan(settings.state, settings.partitions, common | _compacted_soon()),
        TopicPlan(
            settings.dead_letters,
            settings.partitions,
            # A record of 1 MiB grows by a third in base64.
            deleted | {"retention.ms": str(14 * DAY_MS), "max.message.bytes": str(2 * MIB)},
        ),
        # Why an alert did not come is asked long after.
        TopicPlan(settings.audit, settings.partitions, deleted | {"retention.ms": str(365 * DAY_MS)}),
    ]


def _compacted_soon() -> dict[str, str]:
    """Policies under which superseded checkpoints (and summaries) leave the disk within minutes.

    Only closed segments are compacted: at 4 MB/s of checkpoints a segment of 16 MiB closes after 4 s, and any
    segment after 10 minutes. A restore reads what is left, so the dirty part stays small.
    """
    return {
        "cleanup.policy": "compact",
        "segment.bytes": str(16 * MIB),
        "segment.ms": str(10 * 60_000),
        "min.cleanable.dirty.ratio": "0.1",
        "delete.retention.ms": str(HOUR_MS),
    }
