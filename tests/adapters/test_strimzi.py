"""Topics as Strimzi's resources."""

import re

from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.adapters.strimzi import kafka_topics, resource_name
from driftline.stream_app.adapters.topic_plans import topic_plans
from driftline.stream_app.config import KafkaSettings

KUBERNETES_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
TOPIC = st.text("abzAZ09._-", min_size=1, max_size=249)


def test_every_topic_is_there_with_its_policies() -> None:
    """A topic that Strimzi does not know nobody makes; one with another policy loses state."""
    settings = KafkaSettings(partitions=12, replication_factor=3)
    plans = topic_plans(settings)
    resources = kafka_topics(settings, "events")
    assert [each["metadata"]["name"] for each in resources] == [plan.name for plan in plans]
    assert [each["spec"]["config"] for each in resources] == [dict(plan.policies) for plan in plans]
    for each in resources:
        assert each["metadata"]["labels"] == {"strimzi.io/cluster": "events"}
        assert each["spec"]["partitions"] == 12
        assert each["spec"]["replicas"] == 3
        assert "topicName" not in each["spec"]


def test_a_topic_that_is_no_name_for_kubernetes_keeps_its_own() -> None:
    """kubectl would refuse the manifest."""
    names = {each["spec"].get("topicName") for each in kafka_topics(KafkaSettings(prefix="Drift_A"), "k")}
    assert "Drift_A.dead-letters" in names


@given(TOPIC)
def test_names_are_names_to_kubernetes(topic: str) -> None:
    """A prefix with a capital, an underscore or two dots would make a manifest that cannot be applied."""
    name = resource_name(topic)
    assert KUBERNETES_NAME.fullmatch(name)
    assert len(name) <= 253


@given(TOPIC, TOPIC)
def test_two_topics_have_two_names(one: str, other: str) -> None:
    """The second of two resources with one name takes the place of the first."""
    assert (resource_name(one) == resource_name(other)) == (one == other)
