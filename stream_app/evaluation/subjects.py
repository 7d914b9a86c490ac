"""Which key of a model's section speaks of a signal."""

from typing import Final, NamedTuple

from driftline.schemas import Kind
from driftline.stream_app.config import ModelPlan, SignalPlan
from driftline.stream_app.evaluation.history import SECTIONS, ModelHistory
from driftline.stream_app.monitoring.signals.families import family_of
from driftline.stream_app.monitoring.signals.naming import LIST_PARTS, prefix_of, subject_of

VALUE_PREFIXES: Final = ("feature", "output", "rate", *LIST_PARTS, *(f"{part}_output" for part in LIST_PARTS))


class Subject(NamedTuple):
    """A named thing of a section: ``features``, ``outputs``, ``serving`` or ``behaviors``."""

    section: str
    name: str

    @property
    def can_be_ignored(self) -> bool:
        return self.section in SECTIONS

    @property
    def can_choose_detectors(self) -> bool:
        return self.section in SECTIONS

    def has_direction(self, signal: str, history: ModelHistory) -> bool:
        """Whether up and down mean something an operator may not care about: slower is never good news."""
        values = prefix_of(signal) in VALUE_PREFIXES
        return values and history.names.get(self.section, {}).get(self.name) is not str

    def plan(self, plan: ModelPlan) -> SignalPlan | None:
        """What the configuration says of it already."""
        plans: dict[str, SignalPlan] = getattr(plan, self.section) if self.can_be_ignored else {}
        return plans.get(self.name)

    def __str__(self) -> str:
        return f"{self.section}.{self.name}"


def subject_of_signal(signal: str) -> Subject | None:
    """The subject; None for signals that no key speaks of: labels, throughput."""
    family = family_of(signal)
    if family.section == "labels" or family.kind is Kind.VOLUME:
        return None
    return Subject(family.section, subject_of(signal))
