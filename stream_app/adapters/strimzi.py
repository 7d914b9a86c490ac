"""driftline's topics as resources of Strimzi, whose Topic Operator makes them and keeps them as they are."""

import re
from hashlib import blake2b
from typing import Any, Final

from driftline.stream_app.adapters.topic_plans import topic_plans
from driftline.stream_app.config import KafkaSettings

API_VERSION: Final = "kafka.strimzi.io/v1"  # since Strimzi 0.49; older ones know v1beta2
# RFC 1123: what Kubernetes takes for a name. A topic may have capitals and underscores as well.
NAME_MAX: Final = 253


def kafka_topics(
    settings: KafkaSettings, cluster: str, api_version: str = API_VERSION
) -> list[dict[str, Any]]:
    """One KafkaTopic for each topic that `topic_plans` names, in its order.

    Args:
        cluster: the name of the Kafka resource, by which its Topic Operator knows its topics.
    """
    resources = []
    for plan in topic_plans(settings):
        name = resource_name(plan.name)
        spec: dict[str, Any] = {"partitions": plan.partitions, "replicas": settings.replication_factor}
        if name != plan.name:
            spec["topicName"] = plan.name
        resources.append(
            {
                "apiVersion": api_version,
                "kind": "KafkaTopic",
                "metadata": {"name": name, "labels": {"strimzi.io/cluster": cluster}},
                "spec": spec | {"config": dict(plan.policies)},
            }
        )
    return resources


def resource_name(topic: str) -> str:
    """A name that Kubernetes takes; where it is not the topic's, a hash keeps two topics apart."""
    parts = [re.sub("[^a-z0-9-]", "-", part).strip("-") for part in topic.lower().split(".")]
    plain = ".".join(filter(None, parts))
    if plain == topic:
        return topic
    suffix = blake2b(topic.encode(), digest_size=4).hexdigest()
    return f"{plain[: NAME_MAX - 9].strip('.-')}-{suffix}".lstrip("-")
