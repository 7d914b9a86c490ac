"""Which changes of a signal are bad, and how small a change of it is nobody's business."""

from driftline.stream_app.config import LabelsPlan, ModelPlan
from driftline.stream_app.monitoring.signals.families import bad_direction, family_of, planned


def floor_of(signal: str, unit: str, plan: ModelPlan) -> float:
    """The smallest change of a signal's values, in their unit, that is worth an alert; 0: any."""
    said = planned(signal, plan)
    if not family_of(signal).measured or isinstance(said, LabelsPlan) or said.ignore_below is None:
        return 0.0
    return said.ignore_below.in_unit(unit) or 0.0


def is_bad(direction: str, signal: str, plan: ModelPlan) -> bool:
    """Whether a change of this signal in this direction makes an alert."""
    bad = bad_direction(signal, plan)
    # A change that is neither up nor down (a shape) is bad unless the operator named one side.
    return bad in ("both", direction)
