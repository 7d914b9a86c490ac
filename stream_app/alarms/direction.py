"""Which direction of a signal is bad."""

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
    if meaning.bad is not None:
        return meaning.bad
    plans: dict[str, SignalPlan] = getattr(plan, meaning.section)
    return plans.get(subject, DEFAULT_SIGNAL).bad


def is_bad(direction: str, signal: str, plan: ModelPlan) -> bool:
    """Whether a change of this signal in this direction makes an alert."""
    bad = bad_direction(signal, plan)
    # A change that is neither up nor down (a shape) is bad unless the operator named one side.
    return bad in ("both", direction)
