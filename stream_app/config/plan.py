"""What is watched of a model, and how."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from driftline.stream_app.config.alerts import AlertsPlan
from driftline.stream_app.config.budget import FalseAlarmBudget
from driftline.stream_app.config.detector_names import DETECTORS, checked_detectors
from driftline.stream_app.config.section import DurationMs, Section

Bad = Literal["up", "down", "both"]
NewVersion = Literal["inherit", "fresh"]
Name = Annotated[str, Field(min_length=1, max_length=256)]


def empty_for_none(value: Any) -> Any:
    """A key without a value is an empty mapping."""
    return {} if value is None else value


def _tuple_for_list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


DetectorNames = Annotated[tuple[str, ...], BeforeValidator(_tuple_for_list)]


class SignalPlan(Section):
    """What is known in advance of one feature, output or serving value."""

    type: Literal["numeric", "categorical", "boolean"] | None = None  # None: what the first value is
    ignore: bool = False
    min: float | None = None
    max: float | None = None
    bad: Bad = "both"
    new_version: NewVersion | None = None  # None: outputs learn afresh, all others inherit
    detectors: DetectorNames | None = None  # None: the model's

    @field_validator("detectors")
    @classmethod
    def _known(cls, names: tuple[str, ...] | None, info: ValidationInfo) -> tuple[str, ...] | None:
        return names if names is None else checked_detectors(names, (info.context or {}).get(DETECTORS))

    @model_validator(mode="after")
    def _range_makes_sense(self) -> "SignalPlan":
        if self.type in ("categorical", "boolean") and (self.min is not None or self.max is not None):
            raise ValueError(
                f"min and max bound numbers, but the type is {self.type}: remove them, or make it numeric."
            )
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError(f"min is {self.min:g} and max is {self.max:g}: min must be less than max.")
        return self


class BehaviorPlan(Section):
    """What is known in advance of one user behaviour."""

    bad: Bad = "both"
    within_ms: DurationMs = 120_000  # event time after the prediction in which it counts
    new_version: NewVersion | None = None


class LabelsPlan(Section):
    """How labels are joined, and which direction of the error is bad."""

    wait_ms: DurationMs = 86_400_000  # event time in which a label may come
    bad: Bad = "up"
    new_version: NewVersion | None = None


class WatchPlan(Section):
    """Whether something is watched that has no settings of its own."""

    ignore: bool = False


SignalPlans = Annotated[dict[Name, SignalPlan], BeforeValidator(empty_for_none)]
BehaviorPlans = Annotated[dict[Name, BehaviorPlan], BeforeValidator(empty_for_none)]


class ModelPlan(Section):
    """Section ``defaults``, and each section of ``models``."""

    warm_up: Annotated[int, Field(ge=2)] = 2000  # values a reference is learned from
    detectors: DetectorNames = ("cusum", "e_detector", "variance", "shape", "adwin", "page_hinkley")
    pace: Literal["consumer", "enterprise"] = "consumer"  # how soon a healthy reference may follow
    resolution: Literal["auto", "every_value"] = "auto"
    false_alarm_budget: FalseAlarmBudget = FalseAlarmBudget()  # of the model, split over its signals
    features: SignalPlans = Field(default_factory=dict)
    outputs: SignalPlans = Field(default_factory=dict)
    serving: SignalPlans = Field(default_factory=dict)
    behaviors: BehaviorPlans = Field(default_factory=dict)
    labels: LabelsPlan = LabelsPlan()
    volume: WatchPlan = WatchPlan()  # how many predictions come
    silence: WatchPlan = WatchPlan()  # whether they, labels, behaviours, reports, segments come at all
    alerts: AlertsPlan = AlertsPlan()
    baseline: Annotated[str, Field(min_length=1)] | None = None  # a file of references

    @field_validator("detectors")
    @classmethod
    def _known(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        return checked_detectors(names, (info.context or {}).get(DETECTORS))
