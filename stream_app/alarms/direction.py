"""Which direction of a signal is bad."""

from driftline.stream_app.config import BehaviorPlan, ModelPlan, SignalPlan
from driftline.stream_app.monitoring.naming import is_of_output, subject_of

OPPOSITE = {"up": "down", "down": "up", "both": "both"}
DEFAULT_SIGNAL = SignalPlan()
DEFAULT_BEHAVIOR = BehaviorPlan()
# More missing, mistyped, odd or empty values are bad; fewer are not an incident.
BAD_WHEN_MORE = ("missing", "type", "range", "unseen", "null")


def bad_direction(signal: str, plan: ModelPlan) -> str:
    """``up``, ``down`` or ``both``: the changes of a signal that make an alert."""
    prefix, subject = signal.partition(":")[0], subject_of(signal)
    if prefix == "rate":
        return plan.behaviors.get(subject, DEFAULT_BEHAVIOR).bad
    if prefix == "error":
        return plan.labels.bad
    if prefix in ("agreement", "annotators"):
        return OPPOSITE[plan.labels.bad]
    if prefix in BAD_WHEN_MORE:
        return "up"
    section = plan.outputs if is_of_output(signal) else plan.serving
    if prefix == "feature":
        section = plan.features
    return section.get(subject, DEFAULT_SIGNAL).bad


def is_bad(direction: str, signal: str, plan: ModelPlan) -> bool:
    """Whether a change of this signal in this direction makes an alert."""
    bad = bad_direction(signal, plan)
    # A change that is neither up nor down (a shape) is bad unless the operator named one side.
    return bad in ("both", direction)
