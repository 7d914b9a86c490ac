"""Which direction of a signal is bad, and how small a change of it is nobody's business."""

from driftline.stream_app.config import BehaviorPlan, ModelPlan, SignalPlan
from driftline.stream_app.monitoring.naming import is_of_output, subject_of

OPPOSITE = {"up": "down", "down": "up", "both": "both"}
DEFAULT_SIGNAL = SignalPlan()
DEFAULT_BEHAVIOR = BehaviorPlan()
# More missing, mistyped, odd or empty values are bad; fewer are not an incident.
BAD_WHEN_MORE = ("missing", "type", "range", "unseen", "null")
# What serving systems and hosts report costs somebody: time, memory, a queue, retries. What is better when it
# is more (a hit rate, throughput) says so in the configuration.
MORE_COSTS = ("serving", "tail")


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
    return planned(signal, plan).bad or ("up" if prefix in MORE_COSTS else "both")


def planned(signal: str, plan: ModelPlan) -> SignalPlan:
    """What the configuration says of the feature, output or serving value that a signal reads."""
    section = plan.outputs if is_of_output(signal) else plan.serving
    if signal.startswith("feature:"):
        section = plan.features
    return section.get(subject_of(signal), DEFAULT_SIGNAL)


def floor_of(signal: str, unit: str, plan: ModelPlan) -> float:
    """The smallest change of a signal's values, in their unit, that is worth an alert; 0: any."""
    prefix, subject = signal.partition(":")[0], subject_of(signal)
    floor = None
    if prefix == "rate":
        floor = plan.behaviors.get(subject, DEFAULT_BEHAVIOR).ignore_below
    elif prefix in ("feature", "output", "class", "serving"):
        floor = planned(signal, plan).ignore_below
    return 0.0 if floor is None else floor.in_unit(unit) or 0.0


def is_bad(direction: str, signal: str, plan: ModelPlan) -> bool:
    """Whether a change of this signal in this direction makes an alert."""
    bad = bad_direction(signal, plan)
    # A change that is neither up nor down (a shape) is bad unless the operator named one side.
    return bad in ("both", direction)
