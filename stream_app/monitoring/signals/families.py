"""Families of signals, a row each: all that depends on which one a signal belongs to.

A family is what stands before the first colon of a signal's name (`naming.py`). A new one is a row here and
the code that makes its values; kind, direction, unit, floor, policy, weight and words follow from the row.
"""

from typing import Final, Literal, NamedTuple

from driftline.schemas import Kind
from driftline.stream_app.config import BehaviorPlan, LabelsPlan, ModelPlan, SignalPlan
from driftline.stream_app.config.units import SHARE
from driftline.stream_app.monitoring.signals.naming import (
    EXTREME,
    LIST_INDEX,
    LIST_PARTS,
    MASS,
    PROJECTIONS,
    SPIKES,
    UNSEEN,
    prefix_of,
    subject_of,
)

OPPOSITE: Final = {"up": "down", "down": "up", "both": "both"}


class Family(NamedTuple):
    """One row.

    kind: of drift that a change of such a signal is. section: of a model's plan that speaks of its subjects.
    bad: the direction that is bad whatever the plan says; None where the plan says it, or else
    ``usually_bad``. more_is_good: what the plan calls bad is meant of the opposite (errors of agreement).
    measured: its values are in the unit of the subject, as `unit_section` (or else `section`) says it, and
    a floor (``ignore_below``) makes sense. unit: what they are in whatever the plan says. called: in a
    sentence, ``{}`` being the subject; called_as_share: the same of a share.
    """

    kind: Kind
    section: Literal["features", "outputs", "serving", "behaviors", "labels"]
    bad: Literal["up", "both"] | None = None
    usually_bad: Literal["up", "both"] = "both"
    more_is_good: bool = False
    measured: bool = False
    unit: str = ""
    unit_section: Literal["outputs"] | None = None
    called: str = "{}"
    called_as_share: str | None = None


def _of_quality(name: str, called: str) -> dict[str, Family]:
    """Missing, mistyped, odd or empty values: more of them are bad, fewer are not an incident."""
    return {
        name: Family(Kind.DATA_QUALITY, "features", bad="up", called=called),
        f"{name}_output": Family(Kind.DATA_QUALITY, "outputs", bad="up", called=called),
    }


def _of_lists(name: str, called: str) -> dict[str, Family]:
    """What is watched of a list: of a feature it is data drift, of an output output drift."""
    return {
        name: Family(Kind.DATA_DRIFT, "features", called=called),
        f"{name}_output": Family(Kind.OUTPUT_DRIFT, "outputs", called=called),
    }


# What serving systems and hosts report costs somebody: time, memory, a queue, retries. What is better when it
# is more (a hit rate, throughput) says so in the configuration.
_SERVING = Family(Kind.SERVING, "serving", usually_bad="up", measured=True)
_TAIL = Family(Kind.SERVING, "serving", usually_bad="up", called="unusually large {}")
FAMILIES: Final[dict[str, Family]] = {
    "feature": Family(Kind.DATA_DRIFT, "features", measured=True),
    "output": Family(Kind.OUTPUT_DRIFT, "outputs", measured=True),
    "class": Family(Kind.OUTPUT_DRIFT, "outputs"),
    **_of_lists("length", "length of {}"),
    **_of_lists("norm", "norm of {}"),
    **{
        name: family
        for part in LIST_PARTS[-PROJECTIONS:]
        for name, family in _of_lists(part, "direction of {}").items()
    },
    **_of_lists(LIST_INDEX, "place of the largest of {}"),
    **_of_quality("missing", "missing {}"),
    **_of_quality("type", "{} of a wrong type"),
    **_of_quality("range", "{} out of range"),
    **_of_quality(UNSEEN, "new values of {}"),
    # Of a value that was always there more and less are strange.
    MASS: Family(Kind.DATA_QUALITY, "features", "both"),
    f"{MASS}_output": Family(Kind.DATA_QUALITY, "outputs", "both"),
    **{name: family for spike in SPIKES for name, family in _of_quality(spike, "{}").items()},
    **_of_quality(EXTREME, "extreme values of {}"),
    "null": Family(Kind.BEHAVIOR, "outputs", "up", called="empty {}"),
    "rate": Family(Kind.BEHAVIOR, "behaviors", measured=True, unit="per prediction"),
    "error": Family(
        Kind.CONCEPT_DRIFT,
        "labels",
        measured=True,
        unit_section="outputs",
        called="error of {}",
        called_as_share="errors of {}",
    ),
    # What confidence lets expect before labels come, and by how much labels contradict it.
    "estimated_error": Family(Kind.CONCEPT_DRIFT, "labels", unit=SHARE, called="estimated errors of {}"),
    "calibration": Family(
        Kind.CONCEPT_DRIFT, "labels", called="errors of {} beside their estimate (0.5: as many)"
    ),
    "agreement": Family(Kind.CONCEPT_DRIFT, "labels", more_is_good=True, called="agreement on {}"),
    "annotators": Family(
        Kind.CONCEPT_DRIFT, "labels", more_is_good=True, called="annotators' agreement on {}"
    ),
    # What a prediction says of its own serving, and what hosts report of themselves.
    "serving": _SERVING,
    "tail": _TAIL,
    f"{EXTREME}_serving": Family(Kind.SERVING, "serving", bad="up", called="extreme values of {}"),
    "host": _SERVING,
    "host_tail": _TAIL,
    "volume": Family(Kind.VOLUME, "serving", unit="events/s", called="traffic"),
    # Conditions that are certain by themselves; no detector reads them.
    "silence": Family(Kind.SILENCE, "serving"),
    "refused": Family(Kind.DATA_QUALITY, "serving"),
    "service": Family(Kind.SERVICE, "serving"),
    "target": Family(Kind.TARGET, "serving"),
}
"""By prefix; the only place where one is made."""
_NO_SIGNAL: Final = SignalPlan()
_NO_BEHAVIOR: Final = BehaviorPlan()


def family_of(signal: str) -> Family:
    """The row of a signal's family."""
    return FAMILIES[prefix_of(signal)]


def kind_of(signal: str) -> Kind:
    """The kind of drift that a change of this signal is."""
    return family_of(signal).kind


def is_of_output(signal: str) -> bool:
    """Whether the signal reads an output of the model (and so is learned anew by a new version)."""
    return family_of(signal).section == "outputs"


def is_of_feature(signal: str) -> bool:
    """Whether the signal reads a feature: its values, or their quality."""
    return family_of(signal).section == "features"


def planned(signal: str, plan: ModelPlan) -> SignalPlan | BehaviorPlan | LabelsPlan:
    """What the configuration says of what a signal is about; its defaults where it says nothing."""
    section = family_of(signal).section
    if section == "labels":
        return plan.labels
    said: SignalPlan | BehaviorPlan | None = getattr(plan, section).get(subject_of(signal))
    if said is not None:
        return said
    return _NO_BEHAVIOR if section == "behaviors" else _NO_SIGNAL


def bad_direction(signal: str, plan: ModelPlan) -> str:
    """``up``, ``down`` or ``both``: the changes of a signal that make an alert."""
    family = family_of(signal)
    bad = family.bad or planned(signal, plan).bad or family.usually_bad
    return OPPOSITE[bad] if family.more_is_good else bad


def policy(signal: str, plan: ModelPlan) -> str:
    """Whether a new version is compared with its predecessor (``inherit``) or learns anew (``fresh``)."""
    return planned(signal, plan).new_version or "inherit"


def name_of(signal: str, unit: str) -> str:
    """What a signal is called in a sentence: ``errors of intent`` for ``error:intent``."""
    subject = subject_of(signal)
    if not subject:
        return signal
    family = family_of(signal)
    called = family.called_as_share if unit == SHARE and family.called_as_share else family.called
    return called.format(subject)
