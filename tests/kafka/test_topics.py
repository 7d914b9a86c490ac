"""The topics on a real broker: made with their policies, compared, and checked."""

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from driftline.stream_app.adapters.topic_plans import topic_plans
from driftline.stream_app.adapters.topics import TopicOutcome, check_topics, compare_topics, create_topics
from driftline.stream_app.config import KafkaSettings

pytestmark = pytest.mark.kafka


@pytest.fixture
def no_topics(kafka_settings: KafkaSettings) -> KafkaSettings:
    """Settings whose prefix has no topics yet."""
    return kafka_settings.model_copy(update={"prefix": f"{kafka_settings.prefix}-none"})


def make(settings: KafkaSettings, partitions: dict[str, int]) -> None:
    admin = KafkaAdminClient(**settings.kafka_python())
    options = {name: {"num_partitions": count, "replication_factor": 1} for name, count in partitions.items()}
    admin.create_topics(options, wait_for_metadata=True)
    admin.close()


def test_missing_topics_are_made_with_their_policies(no_topics: KafkaSettings) -> None:
    """A state topic that is not compacted grows for ever; one that is deleted loses the state."""
    reports = create_topics(no_topics)
    assert [report.outcome for report in reports] == [TopicOutcome.MADE] * 8
    admin = KafkaAdminClient(**no_topics.kafka_python())
    resources = [ConfigResource(ConfigResourceType.TOPIC, report.topic) for report in reports]
    configured = admin.describe_configs(resources, config_filter="all")["topic"]
    counts = {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics()}
    admin.close()
    policies = {name: config["cleanup.policy"]["value"] for name, config in configured.items()}
    assert policies == {
        no_topics.predictions: "delete",
        no_topics.feedback: "delete",
        no_topics.control: "delete",
        no_topics.alerts: "compact,delete",
        no_topics.signals: "compact,delete",
        no_topics.state: "compact",
        no_topics.dead_letters: "delete",
        no_topics.audit: "delete",
    }
    assert {counts[report.topic] for report in reports} == {no_topics.partitions}
    assert int(configured[no_topics.dead_letters]["max.message.bytes"]["value"]) > 1_048_576 * 4 // 3


def test_topics_that_exist_are_left_as_they_are(kafka_settings: KafkaSettings) -> None:
    """`topics create` runs before every start; the second time it must change nothing."""
    reports = create_topics(kafka_settings)
    assert [report.outcome for report in reports] == [TopicOutcome.EXISTED] * 8
    assert [report.topic for report in reports] == [plan.name for plan in topic_plans(kafka_settings)]


def test_topics_that_differ_are_named_with_their_difference(no_topics: KafkaSettings) -> None:
    """An operator has to hear that the state topic somebody made by hand will lose state."""
    make(no_topics, {no_topics.state: 2})
    reports = {report.topic: report for report in create_topics(no_topics)}
    assert reports[no_topics.state].outcome == TopicOutcome.DIFFERS
    assert "it has 2 partitions (planned: 4)" in reports[no_topics.state].sentence
    assert "cleanup.policy is delete (planned: compact)" in reports[no_topics.state].sentence
    assert reports[no_topics.alerts].outcome == TopicOutcome.MADE


def test_comparing_makes_nothing(no_topics: KafkaSettings) -> None:
    """An operator such as Strimzi's owns the topics, and takes back what others do to them."""
    make(no_topics, {no_topics.state: 2})
    outcomes = {report.topic: report.outcome for report in compare_topics(no_topics)}
    assert outcomes.pop(no_topics.state) == TopicOutcome.DIFFERS
    assert set(outcomes.values()) == {TopicOutcome.MISSING}
    assert len(check_topics(no_topics)) >= 7


def test_fit_topics_have_no_problem(kafka_settings: KafkaSettings) -> None:
    """A worker must not refuse topics that `topics create` made."""
    assert check_topics(kafka_settings) == []


def test_missing_topics_are_a_problem(no_topics: KafkaSettings) -> None:
    """A worker that waits for a topic that nobody makes looks alive and does nothing."""
    problems = check_topics(no_topics)
    assert len(problems) == 8
    assert f"The topic {no_topics.predictions} does not exist" in problems[0]


def test_different_partition_counts_are_a_problem(no_topics: KafkaSettings) -> None:
    """With unequal counts a model's predictions and feedback meet in different workers, silently."""
    make(no_topics, {no_topics.predictions: 3, no_topics.feedback: 2})
    problem = check_topics(no_topics)[-1]
    assert f"{no_topics.predictions} has 3, {no_topics.feedback} has 2" in problem
