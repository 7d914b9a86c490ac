"""Which direction of a signal is bad, and how small a change of it is nobody's business."""

from driftline.stream_app.config import BehaviorPlan, ModelPlan, SignalPlan
from driftline.stream_app.monitoring.naming import meaning_of, prefix_of, subject_of

OPPOSITE = {"up": "down", "down": "up", "both": "both"}
DEFAULT_SIGNAL = SignalPlan()
DEFAULT_BEHAVIOR = BehaviorPlan()


def bad_direction(signal: str, plan: ModelPlan) -> str:
    """``up``, ``down`` or ``both``: the changes of a signal that make an alert."""
    prefix, subject, meaning = prefix_of(signal), subject_of(signal), meaning_of(signal)
    if prefix == "rate":
        return plan.behaviors.get(subject, DEFAULT_BEHAVIOR).bad
    if prefix == "error":
        return plan.labels.bad
    if prefix in ("agreement", "annotators"):
        return OPPOSITE[plan.labels.bad]
    return meaning.bad or planned(signal, plan).bad or meaning.usually_bad


def planned(signal: str, plan: ModelPlan) -> SignalPlan:
    """What the configuration says of the feature, output or serving value that a signal reads."""
    section: dict[str, SignalPlan] = getattr(plan, meaning_of(signal).section)
    return section.get(subject_of(signal), DEFAULT_SIGNAL)


def floor_of(signal: str, unit: str, plan: ModelPlan) -> float:
    """The smallest change of a signal's values, in their unit, that is worth an alert; 0: any."""
    if prefix_of(signal) == "rate":
        floor = plan.behaviors.get(subject_of(signal), DEFAULT_BEHAVIOR).ignore_below
    else:
        floor = planned(signal, plan).ignore_below if meaning_of(signal).measured else None
    return 0.0 if floor is None else floor.in_unit(unit) or 0.0


def is_bad(direction: str, signal: str, plan: ModelPlan) -> bool:
    """Whether a change of this signal in this direction makes an alert."""
    bad = bad_direction(signal, plan)
    # A change that is neither up nor down (a shape) is bad unless the operator named one side.
    return bad in ("both", direction)
