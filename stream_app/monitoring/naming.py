"""What a signal is called, and what its name says about it.

``feature:clip_seconds`` is the signal of a feature, ``missing:clip_seconds`` how often that feature is
missing. The prefix decides which kind of drift a change of the signal is.
"""

from enum import StrEnum


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


KIND_OF_PREFIX = {
    "feature": Kind.DATA_DRIFT,
    "missing": Kind.DATA_QUALITY,
    "type": Kind.DATA_QUALITY,
    "range": Kind.DATA_QUALITY,
    "unseen": Kind.DATA_QUALITY,
    "output": Kind.OUTPUT_DRIFT,
    "class": Kind.OUTPUT_DRIFT,
    "null": Kind.BEHAVIOR,
    "rate": Kind.BEHAVIOR,
    "error": Kind.CONCEPT_DRIFT,
    "agreement": Kind.CONCEPT_DRIFT,
    "annotators": Kind.CONCEPT_DRIFT,
    "serving": Kind.SERVING,
    "tail": Kind.SERVING,
    "volume": Kind.VOLUME,
    "silence": Kind.SILENCE,
    "refused": Kind.DATA_QUALITY,
    "service": Kind.SERVICE,
}

# An output may carry the name of a feature; its quality signals say that they belong to the output.
OUTPUT_MARK = "output."


def kind_of(signal: str) -> Kind:
    """The kind of drift that a change of this signal is."""
    return KIND_OF_PREFIX[signal.partition(":")[0]]


def subject_of(signal: str) -> str:
    """The name a configuration knows the signal's source by: ``snr_db`` for ``missing:snr_db``."""
    return signal.partition(":")[2].removeprefix(OUTPUT_MARK)


def is_of_output(signal: str) -> bool:
    """Whether the signal reads an output of the model (and so is learned anew by a new version)."""
    prefix, _, subject = signal.partition(":")
    return prefix in ("output", "class", "null") or subject.startswith(OUTPUT_MARK)
