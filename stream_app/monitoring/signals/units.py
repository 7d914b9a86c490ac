"""In which unit a signal's values are."""

from driftline.stream_app.config import ModelPlan
from driftline.stream_app.config.units import SHARE, unit_in
from driftline.stream_app.monitoring.signals.families import family_of
from driftline.stream_app.monitoring.signals.naming import subject_of


def unit_of(signal: str, plan: ModelPlan, *, share: bool) -> str:
    """``share`` for what is 0 or 1, else what the configuration says or the name ends in; empty: unknown."""
    if share:
        return SHARE
    family, subject = family_of(signal), subject_of(signal)
    if family.unit or not family.measured:
        return family.unit
    planned = getattr(plan, family.unit_section or family.section).get(subject)
    return planned.unit if planned is not None and planned.unit else unit_in(subject)
