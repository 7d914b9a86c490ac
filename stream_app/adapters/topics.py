"""driftline's topics on a broker: made with their policies, and checked before a worker relies on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from pydantic import SecretStr

from stream_app.config import KafkaSettings

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MIB = 1_048_576


class TopicOutcome(StrEnum):
    """What `create_topics` found or did."""

    MADE = "made"
    EXISTED = "existed"
    DIFFERS = "differs"


@dataclass(frozen=True)
class TopicReport:
    """One topic, what became of it, and a sentence for people."""

    topic: str
    outcome: TopicOutcome
    sentence: str


@dataclass(frozen=True)
class TopicPlan:
    """A topic as driftline wants it: name, number of partitions, and policies in Kafka's words."""

    name: str
    partitions: int
    policies: Mapping[str, str] = field(default_factory=dict)


def topic_plans(settings: KafkaSettings) -> list[TopicPlan]:
    """All topics with their policies.

    Predictions, feedback and state have the same number of partitions, because one worker holds a partition
    number of all three. What has no policy here keeps the broker's own (retention of the input, for example).
    With three replicas or more a record counts as written when two have it.
    """
    common = {"min.insync.replicas": "2"} if settings.replication_factor >= 3 else {}
    deleted = common | {"cleanup.policy": "delete"}
    return [
        TopicPlan(settings.predictions, settings.partitions, deleted),
        TopicPlan(settings.feedback, settings.partitions, deleted),
        TopicPlan(
            settings.alerts,
            settings.partitions,
            common | {"cleanup.policy": "compact,delete", "retention.ms": str(90 * DAY_MS)},
        ),
        TopicPlan(settings.signals, settings.partitions, deleted | {"retention.ms": str(DAY_MS)}),
        TopicPlan(settings.state, settings.partitions, common | _compacted_soon()),
        TopicPlan(
            settings.dead_letters,
            settings.partitions,
            # A record of 1 MiB grows by a third in base64.
            deleted | {"retention.ms": str(14 * DAY_MS), "max.message.bytes": str(2 * MIB)},
        ),
    ]


def _compacted_soon() -> dict[str, str]:
    """Policies under which superseded checkpoints leave the disk within minutes.

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


def create_topics(settings: KafkaSettings) -> list[TopicReport]:
    """Makes the topics that are missing; one that exists is compared with its plan and left as it is.

    Returns one report per topic, in the order of `topic_plans`.

    Raises:
        kafka.errors.KafkaError: the broker cannot be reached or refuses.
    """
    admin = _connect(settings)
    try:
        partitions = _partition_counts(admin)
        plans = topic_plans(settings)
        missing = [plan for plan in plans if plan.name not in partitions]
        if missing:
            options = {plan.name: _creation(plan, settings) for plan in missing}
            admin.create_topics(options, wait_for_metadata=True)
        configured = _policies(admin, [plan.name for plan in plans if plan not in missing])
        return [
            _made(plan, settings)
            if plan in missing
            else _compared(plan, partitions[plan.name], configured[plan.name])
            for plan in plans
        ]
    finally:
        admin.close()


def check_topics(settings: KafkaSettings) -> list[str]:
    """What keeps a worker from using the topics, in sentences; empty when nothing does.

    Raises:
        kafka.errors.KafkaError: the broker cannot be reached.
    """
    admin = _connect(settings)
    try:
        partitions = _partition_counts(admin)
    finally:
        admin.close()
    plans = topic_plans(settings)
    problems = [
        f"The topic {plan.name} does not exist: make it with `driftline topics create`."
        for plan in plans
        if plan.name not in partitions
    ]
    together = [settings.predictions, settings.feedback, settings.state]
    counts = {name: partitions[name] for name in together if name in partitions}
    if len(set(counts.values())) > 1:
        found = ", ".join(f"{name} has {count}" for name, count in counts.items())
        problems.append(
            f"Predictions, feedback and state need the same number of partitions, but {found}: "
            "make the topics again with one number (a model's events must meet in one worker)."
        )
    return problems


def _connect(settings: KafkaSettings) -> Any:
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap_servers,
        "security_protocol": settings.security_protocol,
    }
    if settings.security_protocol.endswith("SSL"):
        options |= {
            "ssl_cafile": settings.ssl_cafile,
            "ssl_certfile": settings.ssl_certfile,
            "ssl_keyfile": settings.ssl_keyfile,
            "ssl_password": _revealed(settings.ssl_password),
        }
    if settings.security_protocol.startswith("SASL"):
        options |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": _revealed(settings.sasl_password),
        }
    return KafkaAdminClient(**options)


def _revealed(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _creation(plan: TopicPlan, settings: KafkaSettings) -> dict[str, Any]:
    return {
        "num_partitions": plan.partitions,
        "replication_factor": settings.replication_factor,
        "configs": dict(plan.policies),
    }


def _partition_counts(admin: Any) -> dict[str, int]:
    return {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics()}


def _policies(admin: Any, names: list[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    answer = admin.describe_configs(resources, config_filter="all")["topic"]
    return {
        name: {key: config["value"] for key, config in configs.items()} for name, configs in answer.items()
    }


def _made(plan: TopicPlan, settings: KafkaSettings) -> TopicReport:
    policy = plan.policies["cleanup.policy"]
    sentence = f"{plan.partitions} partitions, {settings.replication_factor} replicas, {policy}"
    return TopicReport(plan.name, TopicOutcome.MADE, sentence)


def _compared(plan: TopicPlan, partitions: int, configured: Mapping[str, str]) -> TopicReport:
    differences = [
        f"{key} is {configured.get(key)} (planned: {value})"
        for key, value in plan.policies.items()
        if _settings_of(configured.get(key, "")) != _settings_of(value)
    ]
    if partitions != plan.partitions:
        differences.insert(0, f"it has {partitions} partitions (planned: {plan.partitions})")
    if differences:
        return TopicReport(plan.name, TopicOutcome.DIFFERS, "; ".join(differences))
    return TopicReport(plan.name, TopicOutcome.EXISTED, f"{partitions} partitions, as planned")


def _settings_of(value: str) -> set[str]:
    """A configuration value whose order says nothing: "compact,delete" is "delete,compact"."""
    return set(value.replace(" ", "").split(","))
