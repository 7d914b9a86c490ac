"""What is on a topic of the real broker, and what is put there."""

from typing import Any

import orjson
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from driftline.stream_app.config import KafkaSettings


def records_of(kafka: KafkaSettings, topic: str) -> list[Any]:
    """Every record of the topic, as a consumer of its own reads it."""
    consumer = KafkaConsumer(**kafka.kafka_python())
    partitions = [TopicPartition(topic, number) for number in range(kafka.partitions)]
    consumer.assign(partitions)
    consumer.seek_to_beginning()
    left = sum(consumer.end_offsets(partitions).values())
    records: list[Any] = []
    while len(records) < left:
        records += [record for some in consumer.poll(timeout_ms=1000).values() for record in some]
    consumer.close()
    return records


def publish(kafka: KafkaSettings, *ids: str) -> None:
    """Alerts that consist of an id, keyed by what stands before its dash."""
    producer = KafkaProducer(**kafka.kafka_python())
    for id in ids:
        key = id.partition("-")[0].encode()
        producer.send(kafka.alerts, key=key, value=orjson.dumps({"id": id})).get(10)
    producer.close()
