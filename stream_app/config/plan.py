"""What is watched of a model, and how."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from driftline.stream_app.config.alerts import AlertsPlan
from driftline.stream_app.config.bounds import WARM_UP
from driftline.stream_app.config.budget import FalseAlarmBudget
from driftline.stream_app.config.detector_names import DETECTORS, checked_detectors
from driftline.stream_app.config.section import DurationMs, Section
from driftline.stream_app.config.targets import TargetPlans
from driftline.stream_app.config.timezones import TimeZone
from driftline.stream_app.config.units import SHARE, WrittenAmount, unit_in

SEGMENTS_MAX = 4  # judged: each makes of every prediction one more row
Bad = Literal["up", "down", "both"]
NewVersion = Literal["inherit", "fresh"]
Name = Annotated[str, Field(min_length=1, max_length=256)]


def empty_for_none(value: Any) -> Any:
    """A key without a value is an empty mapping."""
    return {} if value is None else value


def _tuple_for_list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


DetectorNames = Annotated[tuple[str, ...], BeforeValidator(_tuple_for_list)]
SegmentName = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[^=]+$")]
SegmentNames = Annotated[
    tuple[SegmentName, ...], Field(max_length=SEGMENTS_MAX), BeforeValidator(_tuple_for_list)
]


class SignalPlan(Section):
    """What is known in advance of one feature, output or serving value."""

    type: Literal["numeric", "categorical", "boolean"] | None = None  # None: what the first value is
    ignore: bool = False
    min: float | None = None
    max: float | None = None
    unit: Annotated[str, Field(min_length=1, max_length=32)] | None = None  # None: what its name ends in
    bad: Bad | None = None  # None: up for what serving reports, both for features and outputs
    ignore_below: WrittenAmount | None = None  # a change by less than this is no alert
    new_version: NewVersion | None = None  # None: inherit
    threshold: float | None = None  # of an output that is a score: from there on it says yes
    confidence: Name | None = None  # the output that says how sure this one is; None: by its name
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
        if self.type in ("categorical", "boolean") and self.threshold is not None:
            raise ValueError(
                f"threshold turns a score into yes or no, but the type is {self.type}: remove one of them."
            )
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError(f"min is {self.min:g} and max is {self.max:g}: min must be less than max.")
        return self


class BehaviorPlan(Section):
    """What is known in advance of one user behaviour."""

    bad: Bad = "both"
    ignore_below: WrittenAmount | None = None  # a share, as 0.02 or 2%
    within_ms: DurationMs = 120_000  # event time after the prediction in which it counts
    new_version: NewVersion | None = None


class LabelsPlan(Section):
    """How labels are joined, and which direction of the error is bad."""

    # Event time in which a label may come: yesterday's arrive on Monday. Memory is bounded all the same (see
    # `Limits.predictions_waiting`): beyond 100,000 ÷ 3 ≈ 33,000 predictions a day a fair sample waits, of 1
    # in 2, 4, 8, … of them; a million a day leave 1 in 32, which are 31,000 labels a day.
    wait_ms: DurationMs = 3 * 86_400_000
    bad: Bad = "up"
    new_version: NewVersion | None = None


class WatchPlan(Section):
    """Whether something is watched that has no settings of its own."""

    ignore: bool = False


SignalPlans = Annotated[dict[Name, SignalPlan], BeforeValidator(empty_for_none)]
BehaviorPlans = Annotated[dict[Name, BehaviorPlan], BeforeValidator(empty_for_none)]


class ModelPlan(Section):
    """Section ``defaults``, and each section of ``models``."""

    warm_up: Annotated[int, Field(ge=WARM_UP[0], le=WARM_UP[1])] = 2000  # values a reference is learned from
    detectors: DetectorNames = ("e_detector", "variance", "shape", "adwin", "page_hinkley")
    pace: Literal["consumer", "enterprise"] = "consumer"  # how soon a healthy reference may follow
    timezone: TimeZone = "UTC"  # of the people: days and weeks of its signals are those of their clock
    resolution: Literal["auto", "every_value"] = "auto"
    false_alarm_budget: FalseAlarmBudget = FalseAlarmBudget()  # of the model, split over its signals
    features: SignalPlans = Field(default_factory=dict)
    outputs: SignalPlans = Field(default_factory=dict)
    serving: SignalPlans = Field(default_factory=dict)
    behaviors: BehaviorPlans = Field(default_factory=dict)
    labels: LabelsPlan = LabelsPlan()
    segments: SegmentNames = ()  # each value of these is watched apart, beside the whole
    volume: WatchPlan = WatchPlan()  # how many predictions come
    silence: WatchPlan = WatchPlan()  # whether they, labels, behaviours, reports, segments come at all
    alerts: AlertsPlan = AlertsPlan()
    targets: TargetPlans = Field(default_factory=dict)  # thresholds that a person sets
    baseline: Annotated[str, Field(min_length=1)] | None = None  # a file of references

    @field_validator("detectors")
    @classmethod
    def _known(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        return checked_detectors(names, (info.context or {}).get(DETECTORS))

    @model_validator(mode="after")
    def _floors_have_units(self) -> "ModelPlan":
        for section in ("features", "outputs", "serving"):
            for name, signal in getattr(self, section).items():
                floor, unit = signal.ignore_below, signal.unit or unit_in(name)
                if floor is not None and all(floor.in_unit(each) is None for each in (unit, SHARE)):
                    raise ValueError(
                        f"ignore_below of {section}.{name} is {floor}, but its unit is "
                        f"{unit or 'not known'}: write a number in its unit, or say the unit, as in unit: ms."
                    )
        for name, behavior in self.behaviors.items():
            if behavior.ignore_below is not None and behavior.ignore_below.in_unit(SHARE) is None:
                raise ValueError(
                    f"ignore_below of behaviors.{name} is {behavior.ignore_below}, but how often people do "
                    "something is a share: write 2% or 0.02."
                )
        return self
