"""What stands on the topics after a write, and what does not."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from kafka import KafkaConsumer, TopicPartition
from prometheus_client import CollectorRegistry, Counter

from driftline.schemas import PUBLISHED_AT
from driftline.stream_app.config import KafkaSettings
from driftline.stream_app.outputs.kafka import KafkaSink, stamped
from driftline.stream_app.pipeline import OutputRecord


def test_alerts_say_when_they_were_published() -> None:
    """Event time alone does not tell a pager's delay from a worker's."""
    record = OutputRecord(b"key", b"{}", [("ce_id", b"a-1")])
    [sent] = stamped([record])
    assert (sent.key, sent.value, sent.headers[0]) == (record.key, record.value, record.headers[0])
    header, value = sent.headers[1]
    assert header == PUBLISHED_AT
    assert abs(datetime.fromisoformat(value.decode()) - datetime.now(UTC)) < timedelta(minutes=1)
    assert record.headers == [("ce_id", b"a-1")]  # it is sent again with the time of then


def standing(kafka: KafkaSettings, topic: str) -> list[OutputRecord]:
    """The records of a topic, those of a key in their order."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest")
    sources = [TopicPartition(topic, number) for number in range(kafka.partitions)]
    consumer.assign(sources)
    ends = consumer.end_offsets(sources)
    found = []
    while any(consumer.position(source) < ends[source] for source in sources):
        for records in consumer.poll(timeout_ms=500).values():
            found += [OutputRecord(each.key, each.value, list(each.headers)) for each in records]
    consumer.close()
    return found


@pytest.mark.kafka
def test_a_write_returns_when_the_broker_has_all_it_takes(kafka_settings: KafkaSettings) -> None:
    """A checkpoint would be confirmed whose alerts are lost, or a large record would lose those beside it."""
    headers = [("content-type", b"application/json"), ("ce_id", b"1")]
    records = [OutputRecord(b"key", b'{"n":%d}' % number, headers) for number in range(50)]
    for_broker = OutputRecord(b"key", b"x" * (3 << 19), headers)  # 1.5 MiB: the producer takes it
    for_producer = OutputRecord(b"key", b"x" * (3 << 20), headers)
    too_large = Counter("too_large", "x", ("topic",), registry=CollectorRegistry())

    async def write() -> None:
        sink = KafkaSink(kafka_settings.outputs, kafka_settings.aiokafka(), too_large)
        await sink.start()
        try:
            await sink.write(
                "alerts", [*records[:20], for_broker, *records[20:30], for_producer, *records[30:]]
            )
            for output in ("audit", "signals", "dead_letters"):
                await sink.write(output, records)
        finally:
            await sink.stop()

    asyncio.run(write())
    assert too_large.labels(kafka_settings.alerts)._value.get() == 2
    alerts = standing(kafka_settings, kafka_settings.alerts)
    assert [alert._replace(headers=alert.headers[:-1]) for alert in alerts] == records
    assert {alert.headers[-1][0] for alert in alerts} == {PUBLISHED_AT}
    for output in ("audit", "signals", "dead_letters"):
        assert standing(kafka_settings, kafka_settings.outputs[output]) == records
