"""Settings and the monitoring plan, read from YAML; every mistake is a sentence with its place."""

from driftline.schemas import Kind
from driftline.stream_app.config.alerts import AlertsPlan, Severity
from driftline.stream_app.config.bridges import (
    AlertmanagerBridge,
    BridgesSettings,
    PagerDutyBridge,
    SlackBridge,
    WebhookBridge,
)
from driftline.stream_app.config.budget import FalseAlarmBudget
from driftline.stream_app.config.dashboard import DashboardAuth, DashboardSettings
from driftline.stream_app.config.errors import ConfigError, Mistake
from driftline.stream_app.config.gateway import GatewaySettings, InferenceLogPlan, KServeSettings
from driftline.stream_app.config.kafka import KafkaSettings, TopicNames
from driftline.stream_app.config.limits import Limits
from driftline.stream_app.config.loading import kafka_settings, load_settings
from driftline.stream_app.config.plan import BehaviorPlan, LabelsPlan, ModelPlan, SignalPlan
from driftline.stream_app.config.secret import Secret
from driftline.stream_app.config.settings import Settings
from driftline.stream_app.config.targets import TargetPlan
from driftline.stream_app.config.worker import WorkerSettings

__all__ = [
    "AlertmanagerBridge",
    "AlertsPlan",
    "BehaviorPlan",
    "BridgesSettings",
    "ConfigError",
    "DashboardAuth",
    "DashboardSettings",
    "FalseAlarmBudget",
    "GatewaySettings",
    "InferenceLogPlan",
    "KServeSettings",
    "KafkaSettings",
    "Kind",
    "LabelsPlan",
    "Limits",
    "Mistake",
    "ModelPlan",
    "PagerDutyBridge",
    "Secret",
    "Settings",
    "Severity",
    "SignalPlan",
    "SlackBridge",
    "TargetPlan",
    "TopicNames",
    "WebhookBridge",
    "WorkerSettings",
    "kafka_settings",
    "load_settings",
]
