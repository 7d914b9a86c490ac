"""Settings and the monitoring plan, read from YAML; every mistake is a sentence with its place."""

from stream_app.config.alerts import AlertsPlan, Kind, Severity
from stream_app.config.budget import FalseAlarmBudget
from stream_app.config.errors import ConfigError, Mistake
from stream_app.config.kafka import KafkaSettings, TopicNames
from stream_app.config.limits import Limits
from stream_app.config.loading import kafka_settings, load_settings
from stream_app.config.plan import BehaviorPlan, LabelsPlan, ModelPlan, SignalPlan
from stream_app.config.secret import Secret
from stream_app.config.settings import Settings
from stream_app.config.worker import WorkerSettings

__all__ = [
    "AlertsPlan",
    "BehaviorPlan",
    "ConfigError",
    "FalseAlarmBudget",
    "KafkaSettings",
    "Kind",
    "LabelsPlan",
    "Limits",
    "Mistake",
    "ModelPlan",
    "Secret",
    "Settings",
    "Severity",
    "SignalPlan",
    "TopicNames",
    "WorkerSettings",
    "kafka_settings",
    "load_settings",
]
