"""driftline's topics on a broker: made with their policies, and checked before a worker relies on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from driftline.stream_app.adapters.topic_plans import TopicPlan, topic_plans
from driftline.stream_app.config import KafkaSettings


class TopicOutcome(StrEnum):
    """What `create_topics` found or did, and what `compare_topics` found."""

    MADE = "made"
    MISSING = "missing"
    EXISTED = "existed"
    DIFFERS = "differs"


@dataclass(frozen=True)
class TopicReport:
    """One topic, what became of it, and a sentence for people."""

    topic: str
    outcome: TopicOutcome
    sentence: str


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


def compare_topics(settings: KafkaSettings) -> list[TopicReport]:
    """The topics beside their plans; makes nothing. One report per topic, in the order of `topic_plans`.

    Raises:
        kafka.errors.KafkaError: the broker cannot be reached.
    """
    admin = _connect(settings)
    try:
        partitions = _partition_counts(admin)
        plans = topic_plans(settings)
        configured = _policies(admin, [plan.name for plan in plans if plan.name in partitions])
    finally:
        admin.close()
    return [
        _compared(plan, partitions[plan.name], configured[plan.name])
        if plan.name in partitions
        else TopicReport(plan.name, TopicOutcome.MISSING, "it does not exist")
        for plan in plans
    ]


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
    together = [*settings.inputs, settings.state]
    counts = {name: partitions[name] for name in together if name in partitions}
    if len(set(counts.values())) > 1:
        found = ", ".join(f"{name} has {count}" for name, count in counts.items())
        problems.append(
            f"Predictions, feedback, control and state need the same number of partitions, but {found}: "
            "make the topics again with one number (a model's events must meet in one worker)."
        )
    return problems


def _connect(settings: KafkaSettings) -> Any:
    return KafkaAdminClient(**settings.kafka_python())


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
