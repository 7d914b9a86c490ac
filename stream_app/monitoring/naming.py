"""What a signal is called, and what its name says about it.

``feature:clip_seconds`` is the signal of a feature, ``missing:clip_seconds`` how often that feature is
missing. The prefix decides which kind of drift a change of the signal is.
"""

from driftline.schemas import Kind

__all__ = ["KIND_OF_PREFIX", "OUTPUT_MARK", "Kind", "is_of_feature", "is_of_output", "kind_of", "subject_of"]

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


def is_of_feature(signal: str) -> bool:
    """Whether the signal reads a feature: its values, or their quality."""
    prefix = signal.partition(":")[0]
    return KIND_OF_PREFIX.get(prefix) in (Kind.DATA_DRIFT, Kind.DATA_QUALITY) and not is_of_output(signal)
