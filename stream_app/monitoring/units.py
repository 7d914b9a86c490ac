"""In which unit a signal's values are."""

from driftline.stream_app.config import ModelPlan
from driftline.stream_app.config.units import SHARE, unit_in
from driftline.stream_app.monitoring.naming import meaning_of, prefix_of, subject_of

VOLUME_UNIT = "events/s"
PER_PREDICTION = "per prediction"


def unit_of(signal: str, plan: ModelPlan, *, share: bool) -> str:
    """``share`` for what is 0 or 1, else what the configuration says or the name ends in; empty: unknown.

    An error is measured in the unit of the output that is wrong.
    """
    if share:
        return SHARE
    prefix, subject = prefix_of(signal), subject_of(signal)
    if prefix == "volume":
        return VOLUME_UNIT
    if prefix == "rate":
        return PER_PREDICTION
    if prefix == "error":
        section = plan.outputs
    elif meaning_of(signal).measured:
        section = getattr(plan, meaning_of(signal).section)
    else:
        return ""
    planned = section.get(subject)
    return planned.unit if planned is not None and planned.unit else unit_in(subject)
