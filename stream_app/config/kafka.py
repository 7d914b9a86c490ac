"""How to reach Kafka, and what the topics are called: the same keys for worker, SDK and command line."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from driftline.stream_app.config.secret import Secret
from driftline.stream_app.config.section import Section
from driftline.stream_app.config.servers import checked_servers
from driftline.stream_app.config.tls import tls_context

TopicName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=249)]
SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
Output = Literal["alerts", "signals", "dead_letters", "audit"]
"""A kind of what driftline says; each has a topic of its own."""


class TopicNames(Section):
    """Topics that are not called after the prefix."""

    predictions: TopicName | None = None
    feedback: TopicName | None = None
    control: TopicName | None = None
    alerts: TopicName | None = None
    signals: TopicName | None = None
    state: TopicName | None = None
    dead_letters: TopicName | None = None
    audit: TopicName | None = None


class KafkaSettings(Section):
    """Section ``kafka``."""

    bootstrap_servers: Annotated[str, BeforeValidator(checked_servers)] = "localhost:9092"
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=200)] = "driftline"
    topics: TopicNames = TopicNames()
    partitions: Annotated[int, Field(gt=0, le=10_000)] = 8
    replication_factor: Annotated[int, Field(gt=0, le=100)] = 1
    group: Annotated[str, Field(min_length=1, max_length=200)] = "driftline"

    security_protocol: SecurityProtocol = "PLAINTEXT"
    ssl_cafile: str | None = None  # without it, the system's certificate authorities
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None  # without it, the key is in ssl_certfile
    ssl_key_password: Secret | None = None
    ssl_check_hostname: bool = True
    sasl_mechanism: SaslMechanism | None = None
    sasl_username: str | None = None
    sasl_password: Secret | None = None

    @property
    def predictions(self) -> str:
        """The topic of predictions and serving events."""
        return self.topics.predictions or f"{self.prefix}.predictions"

    @property
    def feedback(self) -> str:
        """The topic of labels, behaviours and decisions."""
        return self.topics.feedback or f"{self.prefix}.feedback"

    @property
    def control(self) -> str:
        """The topic of what operators say."""
        return self.topics.control or f"{self.prefix}.control"

    @property
    def inputs(self) -> tuple[str, ...]:
        """The topics that a worker reads, all with the same number of partitions; predictions go first."""
        return self.predictions, self.feedback, self.control

    @property
    def outputs(self) -> dict[Output, str]:
        """The topic of each kind of output."""
        return {
            "alerts": self.alerts,
            "signals": self.signals,
            "dead_letters": self.dead_letters,
            "audit": self.audit,
        }

    @property
    def alerts(self) -> str:
        """The topic of alerts."""
        return self.topics.alerts or f"{self.prefix}.alerts"

    @property
    def signals(self) -> str:
        """The topic of signal summaries."""
        return self.topics.signals or f"{self.prefix}.signals"

    @property
    def state(self) -> str:
        """The topic of checkpoints."""
        return self.topics.state or f"{self.prefix}.state"

    @property
    def dead_letters(self) -> str:
        """The topic of rejected records."""
        return self.topics.dead_letters or f"{self.prefix}.dead-letters"

    @property
    def audit(self) -> str:
        """The topic of audit records."""
        return self.topics.audit or f"{self.prefix}.audit"

    def aiokafka(self) -> dict[str, Any]:
        """Keyword arguments with which a client of aiokafka connects.

        Raises:
            ConfigError: a secret or a certificate cannot be read.
        """
        return {"bootstrap_servers": self.bootstrap_servers, **self._security()}

    def kafka_python(self) -> dict[str, Any]:
        """Keyword arguments with which a client of kafka-python connects.

        Raises:
            ConfigError: a secret or a certificate cannot be read.
        """
        return {"bootstrap_servers": self.bootstrap_servers.split(","), **self._security()}

    def _security(self) -> dict[str, Any]:
        """What both client libraries call by the same names."""
        options: dict[str, Any] = {"security_protocol": self.security_protocol}
        if self.uses_tls:
            secret = self.ssl_key_password
            password = None if secret is None else secret.get_secret_value()
            context = tls_context(self.ssl_cafile, self.ssl_certfile, self.ssl_keyfile, password)
            context.check_hostname = self.ssl_check_hostname
            options["ssl_context"] = context
        if self.uses_sasl:
            assert self.sasl_password is not None
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.sasl_username
            options["sasl_plain_password"] = self.sasl_password.get_secret_value()
        return options

    @property
    def uses_tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.security_protocol in ("SSL", "SASL_SSL")

    @property
    def uses_sasl(self) -> bool:
        """Whether the client says who it is with a name and a password."""
        return self.security_protocol in ("SASL_PLAINTEXT", "SASL_SSL")

    @model_validator(mode="after")
    def _topics_differ(self) -> "KafkaSettings":
        names = {topic: getattr(self, topic) for topic in TopicNames.model_fields}
        by_name: dict[str, str] = {}
        for topic, name in names.items():
            if name in by_name:
                raise ValueError(
                    f"{by_name[name]} and {topic} are both called {name}: give each topic a name of its own."
                )
            by_name[name] = topic
        return self

    @model_validator(mode="after")
    def _security_fits(self) -> "KafkaSettings":
        protocol = self.security_protocol
        sasl = ("sasl_mechanism", "sasl_username", "sasl_password")
        for name in ("ssl_cafile", "ssl_certfile", "ssl_keyfile", "ssl_key_password"):
            if self._has(name) and not self.uses_tls:
                raise ValueError(
                    f"{name} has no effect with security_protocol {protocol}: use SSL or SASL_SSL."
                )
        if self._has("ssl_keyfile") and not self._has("ssl_certfile"):
            raise ValueError("ssl_keyfile needs the certificate it belongs to: add ssl_certfile.")
        for name in sasl:
            if self._has(name) and not self.uses_sasl:
                raise ValueError(
                    f"{name} has no effect with security_protocol {protocol}: use SASL_SSL or SASL_PLAINTEXT."
                )
            if self.uses_sasl and not self._has(name):
                raise ValueError(f"security_protocol {protocol} needs {', '.join(sasl)}: {name} is missing.")
        return self

    def _has(self, name: str) -> bool:
        return getattr(self, name) is not None
