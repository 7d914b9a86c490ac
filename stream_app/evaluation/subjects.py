"""Which key of a model's section speaks of a signal."""

from typing import Final, NamedTuple

from driftline.stream_app.config import ModelPlan, SignalPlan
from driftline.stream_app.evaluation.history import SECTIONS, ModelHistory
from driftline.stream_app.monitoring.naming import is_of_output, subject_of

SECTION_OF_PREFIX: Final = {
    **dict.fromkeys(("feature", "missing", "type", "range", "unseen"), "features"),
    **dict.fromkeys(("output", "class", "null"), "outputs"),
    **dict.fromkeys(("serving", "tail"), "serving"),
    "rate": "behaviors",
}
LIST_PARTS: Final = (".length", ".norm")


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
        values = signal.partition(":")[0] in ("feature", "output", "rate")
        return values and history.names.get(self.section, {}).get(self.name) is not str

    def plan(self, plan: ModelPlan) -> SignalPlan | None:
        """What the configuration says of it already."""
        plans: dict[str, SignalPlan] = getattr(plan, self.section) if self.can_be_ignored else {}
        return plans.get(self.name)

    def __str__(self) -> str:
        return f"{self.section}.{self.name}"


def subject_of_signal(signal: str, history: ModelHistory) -> Subject | None:
    """The subject; None for signals that no key speaks of: labels, throughput."""
    section = SECTION_OF_PREFIX.get(signal.partition(":")[0])
    if section is None:
        return None
    section = "outputs" if is_of_output(signal) else section
    name = subject_of(signal)
    known = history.names.get(section, {})
    if name not in known:
        name = next(
            (name.removesuffix(part) for part in LIST_PARTS if name.removesuffix(part) in known), name
        )
    return Subject(section, name)
