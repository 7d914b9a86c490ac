"""What each kind of alert is called, what it usually means, and where to look first."""

from typing import Final, NamedTuple

from driftline.schemas import Kind
from driftline.stream_app.monitoring.traffic.feeds import JOINED
from driftline.stream_app.monitoring.traffic.hosts import HOST


class KindWords(NamedTuple):
    """``name`` heads a sentence, ``alertname`` is Alertmanager's label."""

    name: str
    alertname: str
    advice: str


WORDS: Final[dict[Kind, KindWords]] = {
    Kind.CONCEPT_DRIFT: KindWords(
        "Concept drift",
        "ConceptDrift",
        "The answers are wrong more often than they were: look first at the last release of the model and of "
        "what feeds it, then at how labels are made; if both are the same, the world has changed: retrain.",
    ),
    Kind.BEHAVIOR: KindWords(
        "User behaviour changed",
        "BehaviorChange",
        "People do something else with the answers than they did: try the product yourself, then look at the "
        "last release of the model and of the app.",
    ),
    Kind.TARGET: KindWords(
        "Target missed",
        "TargetMissed",
        "A threshold that your team set is missed for certain, not by chance: look first at what moved "
        "with it, then at whether the target is still the right one.",
    ),
    Kind.SILENCE: KindWords(
        "Silent",
        "Silence",
        "Usually the serving system, its producer or the network is down, or traffic moved: look first at "
        "whether users are served, then at the producer's log.",
    ),
    Kind.DATA_QUALITY: KindWords(
        "Data quality",
        "DataQuality",
        "Values are missing, malformed or new: usually a job, a client or a schema upstream changed; look "
        "first at who writes this field and what they released.",
    ),
    Kind.DATA_DRIFT: KindWords(
        "Data drift",
        "DataDrift",
        "What comes in is different; the answers need not be worse: look first at where it comes from "
        "(units, a job, a new market), then at errors and behaviour.",
    ),
    Kind.OUTPUT_DRIFT: KindWords(
        "Output drift",
        "OutputDrift",
        "The model answers differently: look first at its last release and at the features that moved; if "
        "neither did, at what runs between the model and its log.",
    ),
    Kind.SERVING: KindWords(
        "Serving changed",
        "ServingChange",
        "Serving is slower, fails more or uses more: look first at load, hosts and the last deployment.",
    ),
    Kind.VOLUME: KindWords(
        "Volume changed",
        "VolumeChange",
        "There is more or less traffic than usual at this time: look first at routing and clients, then at "
        "campaigns and holidays.",
    ),
    Kind.SERVICE: KindWords(
        "driftline",
        "WatchingStopped",
        "driftline itself does not watch what it should: look at the worker's log.",
    ),
}


SILENT_BESIDE: Final = (
    "Predictions go on without it: look first at the job, the app's event, the host or the routing that it "
    "comes from. Until it is back, the signals that live on it say nothing, good or bad."
)
"""The advice of a silence of something else than the model's predictions."""
SILENT_HOST: Final = (
    "Predictions go on without it: look first whether it was taken away on purpose (a deployment, fewer "
    "pods), has died, or cannot send. What its memory or load is nobody knows until it is back."
)
"""The advice of a silence of a serving host."""
UNMATCHED: Final = (
    "Labels and predictions both come: look first whether both sides still write the same ids and the same "
    "model as key, and whether labels come later than `labels.wait`. Until they match again, errors say "
    "nothing, good or bad."
)
"""The advice where labels come and none finds its prediction."""


def advice_of(kind: Kind, signal: str) -> str:
    """What an alert of a kind usually means and where to look first, when its first signal is this one."""
    is_beside = kind is Kind.SILENCE and signal.startswith("silence:")
    if not is_beside:
        return WORDS[kind].advice
    if signal == JOINED:
        return UNMATCHED
    return SILENT_HOST if signal.startswith(HOST) else SILENT_BESIDE


def runbook_url(base: str, kind: Kind) -> str:
    """The section of the runbook about a kind: ``docs/runbook.md#data-drift``."""
    return f"{base}#{kind.replace('_', '-')}"
