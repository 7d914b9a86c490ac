"""The client that reads alerts, against a real Kafka: each alert once, and none lost."""

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import UnknownTopicOrPartitionError

from driftline.stream_app.client import AlertConsumer
from driftline.stream_app.config import KafkaSettings
from tests.client.broker_records import publish

pytestmark = pytest.mark.kafka


def ids(consumer: AlertConsumer) -> list[str]:
    """The ids of what the consumer hands out until nothing more comes."""
    return [alert["id"] for alert in consumer]


def begin(kafka: KafkaSettings, group: str) -> AlertConsumer:
    """A consumer of a new group that has got its partitions and begins at their ends."""
    consumer = AlertConsumer(kafka, group=group, timeout_s=1.5)
    while not consumer._consumer.assignment():
        assert consumer.poll(timeout_s=0.2) == []
    return consumer


def test_what_is_published_again_is_handed_out_once(kafka_settings: KafkaSettings) -> None:
    """A worker that takes over publishes its last alerts again: nobody should be paged twice."""
    publish(kafka_settings, "a-1", "b-1", "a-2", "a-1", "a-2", "b-1", "a-3")
    with AlertConsumer(kafka_settings, from_beginning=True, timeout_s=1.0) as consumer:
        assert sorted(ids(consumer)) == ["a-1", "a-2", "a-3", "b-1"]
        assert consumer.lag() == 0


def test_without_a_group_it_begins_now(kafka_settings: KafkaSettings) -> None:
    """Now is when it is made, not when it is first asked."""
    publish(kafka_settings, "a-1")
    with AlertConsumer(kafka_settings, timeout_s=1.0) as consumer:
        publish(kafka_settings, "a-2", "b-1")
        assert sorted(ids(consumer)) == ["a-2", "b-1"]


def test_an_incident_keeps_its_order_whatever_the_clocks_say(kafka_settings: KafkaSettings) -> None:
    """After a change of workers the clock may go back: resolved must not come before firing."""
    producer = KafkaProducer(**kafka_settings.kafka_python())
    for number, time_ms in enumerate([1_790_000_000_900, 1_790_000_000_100, 1_790_000_000_500]):
        value = b'{"id": "a-%d"}' % number
        producer.send(kafka_settings.alerts, key=b"a", value=value, timestamp_ms=time_ms)
    producer.close()
    with AlertConsumer(kafka_settings, from_beginning=True) as consumer:
        alerts = consumer.poll(timeout_s=10)
        assert [alert["id"] for alert in alerts] == ["a-0", "a-1", "a-2"]


def test_a_group_goes_on_where_it_stopped(kafka_settings: KafkaSettings, topic_prefix: str) -> None:
    """What came while the program was being deployed must not be lost, nor what was done come again."""
    publish(kafka_settings, "a-1", "b-1")
    with AlertConsumer(kafka_settings, group=topic_prefix, from_beginning=True, timeout_s=5.0) as consumer:
        assert sorted([next(consumer)["id"], next(consumer)["id"]]) == ["a-1", "b-1"]
        assert consumer.poll(timeout_s=0.1) == []  # asking for more says that these are done
    publish(kafka_settings, "c-1", "a-2")
    with AlertConsumer(kafka_settings, group=topic_prefix, timeout_s=4.0) as consumer:
        assert sorted(ids(consumer)) == ["a-2", "c-1"]


def test_what_was_not_done_comes_again(kafka_settings: KafkaSettings, topic_prefix: str) -> None:
    """A program that dies while it handles an alert has not handled it."""
    publish(kafka_settings, "a-1", "a-2", "a-3")
    with AlertConsumer(kafka_settings, group=topic_prefix, from_beginning=True, timeout_s=5.0) as consumer:
        assert [next(consumer)["id"], next(consumer)["id"]] == ["a-1", "a-2"]
    with AlertConsumer(kafka_settings, group=topic_prefix, timeout_s=4.0) as consumer:
        assert ids(consumer) == ["a-2", "a-3"]


def test_a_new_group_loses_nothing_before_its_first_alert(
    kafka_settings: KafkaSettings, topic_prefix: str
) -> None:
    """A pager that was installed in quiet times and restarted once must not begin at the end again."""
    publish(kafka_settings, "old-1")
    begin(kafka_settings, topic_prefix).close()
    publish(kafka_settings, "a-1", "b-1", "c-1", "d-1")
    with AlertConsumer(kafka_settings, group=topic_prefix, timeout_s=4.0) as consumer:
        assert sorted(ids(consumer)) == ["a-1", "b-1", "c-1", "d-1"]


def test_what_is_no_alert_is_passed_over(
    kafka_settings: KafkaSettings, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody else's record must not stop the pager."""
    producer = KafkaProducer(**kafka_settings.kafka_python())
    for value in (b"not json", b"[]", b"{}", b'{"id": 7}', None, b'{"id": "a-1"}'):
        producer.send(kafka_settings.alerts, key=b"a", value=value)
    producer.close()
    with AlertConsumer(kafka_settings, from_beginning=True, timeout_s=1.0) as consumer:
        assert ids(consumer) == ["a-1"]
    assert caplog.text.count("is not an alert") == 4


@pytest.mark.parametrize("group", [None, "pager"])
def test_a_misspelt_prefix_is_said_and_makes_no_topic(broker: str, group: str | None) -> None:
    """Silence would be taken for health."""
    wrong = KafkaSettings(bootstrap_servers=broker, prefix="no-such-prefix")
    with pytest.raises(UnknownTopicOrPartitionError, match="check the prefix"):
        AlertConsumer(wrong, group=group)
    admin = KafkaAdminClient(**wrong.kafka_python())
    assert wrong.alerts not in admin.list_topics()
    admin.close()
