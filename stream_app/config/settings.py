"""The whole configuration."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from driftline.stream_app.config.bridges import BridgesSettings
from driftline.stream_app.config.dashboard import DashboardSettings
from driftline.stream_app.config.gateway import GatewaySettings
from driftline.stream_app.config.kafka import KafkaSettings
from driftline.stream_app.config.limits import Limits
from driftline.stream_app.config.plan import ModelPlan, empty_for_none
from driftline.stream_app.config.section import Section
from driftline.stream_app.config.worker import WorkerSettings

ModelName = Annotated[str, Field(min_length=1, max_length=256)]


def merged(defaults: Any, own: Any) -> Any:
    """A section over its defaults: mappings key by key, everything else as a whole."""
    if own is None and isinstance(defaults, dict):
        return defaults
    if not isinstance(defaults, dict) or not isinstance(own, dict):
        return own
    keys = [*defaults, *(key for key in own if key not in defaults)]
    return {key: merged(defaults.get(key), own[key]) if key in own else defaults[key] for key in keys}


class Settings(Section):
    """What a configuration file says, and defaults for the rest.

    ``models`` holds whole plans: in a file a model's section says only what differs from ``defaults``.
    """

    kafka: KafkaSettings = KafkaSettings()
    worker: WorkerSettings = WorkerSettings()
    dashboard: DashboardSettings = DashboardSettings()
    bridges: BridgesSettings = BridgesSettings()
    gateway: GatewaySettings = GatewaySettings()
    limits: Limits = Limits()
    defaults: ModelPlan = ModelPlan()
    models: Annotated[dict[ModelName, ModelPlan], BeforeValidator(empty_for_none)] = Field(
        default_factory=dict
    )

    def plan(self, model: str) -> ModelPlan:
        """What to watch of a model; the defaults if the configuration does not name it."""
        return self.models.get(model, self.defaults)

    @model_validator(mode="before")
    @classmethod
    def _models_over_defaults(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("models"), dict):
            return data
        defaults = data.get("defaults") or {}
        if isinstance(defaults, ModelPlan):
            defaults = defaults.model_dump(exclude_unset=True)
        models = {name: merged(defaults, own) for name, own in data["models"].items()}
        return {**data, "models": models}
