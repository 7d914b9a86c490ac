"""What a signal is called, and what its name says about it.

``feature:clip_seconds`` is the signal of a feature, ``missing:clip_seconds`` how often that feature is
missing. What stands before the first colon is driftline's and comes from the one table below; all behind it
is the name as the events have it, whatever that is: no name that data invent can be that of another signal.
"""

from typing import Final, Literal, NamedTuple

from driftline.schemas import Kind
from driftline.schemas.status import ALL_VERSIONS


class Meaning(NamedTuple):
    """What a prefix says: the kind of drift, and the section of a model's plan that speaks of its subjects.

    ``bad`` is the direction that is bad whatever the plan says; None where the plan says it, or else
    ``usually_bad``. ``measured`` says that the values are in the unit of the subject.
    """

    kind: Kind
    section: Literal["features", "outputs", "serving", "behaviors", "labels"]
    bad: Literal["up", "both"] | None = None
    usually_bad: Literal["up", "both"] = "both"
    measured: bool = False


_A_VERSION_CALLED_ALL: Final = "'*'"
PROJECTIONS: Final = 4
"""How many projections of a list are watched (`projections.py` says why)."""
LIST_PARTS: Final = ("length", "norm", *(f"projection{place}" for place in range(1, PROJECTIONS + 1)))
"""The numbers that stand for a list."""
LIST_INDEX: Final = "argmax"
"""Where in a short list its largest number stands."""
MASS: Final = "mass"
"""The share of the one value that stands out of a number's reference."""
SPIKES: Final = tuple(f"spike{place}" for place in range(1, 4))
"""The shares of values that stand out now and did not before."""

_OF_LIST = Meaning(Kind.DATA_DRIFT, "features")
_OF_OUTPUT_LIST = Meaning(Kind.OUTPUT_DRIFT, "outputs")
# More missing, mistyped, odd or empty values are bad; fewer are not an incident.
_QUALITY_OF_FEATURE = Meaning(Kind.DATA_QUALITY, "features", "up")
_QUALITY_OF_OUTPUT = Meaning(Kind.DATA_QUALITY, "outputs", "up")
# What serving systems and hosts report costs somebody: time, memory, a queue, retries. What is better when it
# is more (a hit rate, throughput) says so in the configuration.
_SERVING = Meaning(Kind.SERVING, "serving", usually_bad="up", measured=True)
_TAIL = Meaning(Kind.SERVING, "serving", usually_bad="up")
_QUALITY: Final = ("missing", "type", "range", "unseen")
MEANINGS: Final[dict[str, Meaning]] = {
    "feature": Meaning(Kind.DATA_DRIFT, "features", measured=True),
    "output": Meaning(Kind.OUTPUT_DRIFT, "outputs", measured=True),
    "class": Meaning(Kind.OUTPUT_DRIFT, "outputs"),
    **dict.fromkeys((*LIST_PARTS, LIST_INDEX), _OF_LIST),
    **{f"{part}_output": _OF_OUTPUT_LIST for part in (*LIST_PARTS, LIST_INDEX)},
    **dict.fromkeys(_QUALITY, _QUALITY_OF_FEATURE),
    **{f"{quality}_output": _QUALITY_OF_OUTPUT for quality in _QUALITY},
    # Of a value that was always there more and less are strange.
    MASS: Meaning(Kind.DATA_QUALITY, "features", "both"),
    f"{MASS}_output": Meaning(Kind.DATA_QUALITY, "outputs", "both"),
    **dict.fromkeys(SPIKES, _QUALITY_OF_FEATURE),
    **{f"{spike}_output": _QUALITY_OF_OUTPUT for spike in SPIKES},
    "null": Meaning(Kind.BEHAVIOR, "outputs", "up"),
    "rate": Meaning(Kind.BEHAVIOR, "behaviors"),
    "error": Meaning(Kind.CONCEPT_DRIFT, "labels"),
    "agreement": Meaning(Kind.CONCEPT_DRIFT, "labels"),
    "annotators": Meaning(Kind.CONCEPT_DRIFT, "labels"),
    # What a prediction says of its own serving, and what hosts report of themselves.
    "serving": _SERVING,
    "tail": _TAIL,
    "host": _SERVING,
    "host_tail": _TAIL,
    "volume": Meaning(Kind.VOLUME, "serving"),
    # Conditions that are certain by themselves; no detector reads them.
    "silence": Meaning(Kind.SILENCE, "serving"),
    "refused": Meaning(Kind.DATA_QUALITY, "serving"),
    "service": Meaning(Kind.SERVICE, "serving"),
    "target": Meaning(Kind.TARGET, "serving"),
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


def is_of_feature(signal: str) -> bool:
    """Whether the signal reads a feature: its values, or their quality."""
    return meaning_of(signal).section == "features"
