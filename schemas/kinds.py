"""The kinds of alert: the only list of them, which configuration, naming and published schemas read."""

from enum import StrEnum


class Kind(StrEnum):
    """What an alert is about, the gravest first."""

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
