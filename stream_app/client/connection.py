"""Which Kafka a client talks to, and how: the names are those of the configuration's section ``kafka``."""

from typing import Any

from driftline.stream_app.config import KafkaSettings, kafka_settings


def connection(
    bootstrap_servers: str | KafkaSettings | None, prefix: str | None, security: dict[str, Any]
) -> KafkaSettings:
    """One settings object of what a client was given.

    Without servers, the environment variable KAFKA_BOOTSTRAP_SERVERS names them, else localhost:9092.

    Raises:
        ConfigError: says everything that is wrong with the values.
        TypeError: whole settings and single ones were given together.
    """
    options = security if prefix is None else {"prefix": prefix, **security}
    if not isinstance(bootstrap_servers, KafkaSettings):
        return kafka_settings(bootstrap_servers=bootstrap_servers, **options)
    if options:
        raise TypeError(f"{', '.join(options)}: the KafkaSettings say that already, change it there.")
    return bootstrap_servers
