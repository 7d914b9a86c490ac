"""A single Apache Kafka broker on this machine, without Docker, for the demo, the tests and development."""

from driftline.stream_app.adapters.local_kafka.broker import LocalKafka, start_local_kafka, stop_local_kafka
from driftline.stream_app.adapters.local_kafka.errors import LocalKafkaError
from driftline.stream_app.adapters.local_kafka.toolchain import java_and_maven_missing

__all__ = [
    "LocalKafka",
    "LocalKafkaError",
    "java_and_maven_missing",
    "start_local_kafka",
    "stop_local_kafka",
]
