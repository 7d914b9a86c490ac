"""What a signal is called, and what its name says about it.

``feature:clip_seconds`` is the signal of a feature, ``missing:clip_seconds`` how often that feature is
missing. What stands before the first colon is driftline's and comes from the one table below; all behind it
is the name as the events have it, whatever that is: no name that data invent can be that of another signal.
"""

from enum import StrEnum
from typing import Final, Literal, NamedTuple


class Kind(StrEnum):
    """Kinds of drift, the gravest first: the first that an incident's signals show names the incident."""

    CONCEPT_DRIFT = "concept_drift"
    BEHAVIOR = "behavior"
    TARGET = "target"
    """A threshold that a person set is missed."""
    SILENCE = "silence"
    """A model, or a feed of it, from which nothing is heard any more."""
    DATA_QUALITY = "data_quality"
    DATA_DRIFT = "data_drift"
    OUTPUT_DRIFT = "output_drift"
    SERVING = "serving"
    VOLUME = "volume"
    SERVICE = "service"
    """driftline itself: a model that it had to set aside."""


class Meaning(NamedTuple):
    """What a prefix says: the kind of drift, and the section of a model's plan that speaks of its subjects.

    ``bad`` is the direction that is bad whatever the plan says; None where the plan (or its default) says it.
    """

    kind: Kind
    section: Literal["features", "outputs", "serving", "behaviors", "labels"]
    bad: Literal["up"] | None = None


ALL_VERSIONS: Final = "*"
"""The version of what counts for all versions of a model together."""
_A_VERSION_CALLED_ALL: Final = "'*'"
PROJECTIONS: Final = 4
"""How many projections of a list are watched (`projections.py` says why)."""
LIST_PARTS: Final = ("length", "norm", *(f"projection{place}" for place in range(1, PROJECTIONS + 1)))
"""The numbers that stand for a list."""
LIST_INDEX: Final = "argmax"
"""Where in a short list its largest number stands."""

_FEATURE = Meaning(Kind.DATA_DRIFT, "features")
_OUTPUT = Meaning(Kind.OUTPUT_DRIFT, "outputs")
# More missing, mistyped, odd or empty values are bad; fewer are not an incident.
_QUALITY_OF_FEATURE = Meaning(Kind.DATA_QUALITY, "features", "up")
_QUALITY_OF_OUTPUT = Meaning(Kind.DATA_QUALITY, "outputs", "up")
_SERVING = Meaning(Kind.SERVING, "serving")
_QUALITY: Final = ("missing", "type", "range", "unseen")
MEANINGS: Final[dict[str, Meaning]] = {
    "feature": _FEATURE,
    "output": _OUTPUT,
    "class": _OUTPUT,
    **dict.fromkeys((*LIST_PARTS, LIST_INDEX), _FEATURE),
    **{f"{part}_output": _OUTPUT for part in (*LIST_PARTS, LIST_INDEX)},
    **dict.fromkeys(_QUALITY, _QUALITY_OF_FEATURE),
    **{f"{quality}_output": _QUALITY_OF_OUTPUT for quality in _QUALITY},
    "null": Meaning(Kind.BEHAVIOR, "outputs", "up"),
    "rate": Meaning(Kind.BEHAVIOR, "behaviors"),
    "error": Meaning(Kind.CONCEPT_DRIFT, "labels"),
    "agreement": Meaning(Kind.CONCEPT_DRIFT, "labels"),
    "annotators": Meaning(Kind.CONCEPT_DRIFT, "labels"),
    # What a prediction says of its own serving, and what hosts report of themselves.
    "serving": _SERVING,
    "tail": _SERVING,
    "host": _SERVING,
    "host_tail": _SERVING,
    "volume": Meaning(Kind.VOLUME, "serving"),
}
"""By prefix; the only place where one is made."""


def version_named(version: str) -> str:
    """A version as its streams are called; one that the events call as all of them together is quoted."""
    return _A_VERSION_CALLED_ALL if version == ALL_VERSIONS else version


def prefix_of(signal: str) -> str:
    """What stands before the subject: ``missing`` of ``missing:snr_db``."""
    return signal.partition(":")[0]


def subject_of(signal: str) -> str:
    """The name a configuration knows the signal's source by: ``snr_db`` for ``missing:snr_db``."""
    return signal.partition(":")[2]


def meaning_of(signal: str) -> Meaning:
    """What the signal's prefix says."""
    return MEANINGS[prefix_of(signal)]


def kind_of(signal: str) -> Kind:
    """The kind of drift that a change of this signal is."""
    return meaning_of(signal).kind


def is_of_output(signal: str) -> bool:
    """Whether the signal reads an output of the model (and so is learned anew by a new version)."""
    return meaning_of(signal).section == "outputs"
