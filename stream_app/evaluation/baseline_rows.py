"""The contestants that know nothing: whoever does not beat them by far has learned nothing either."""

from collections.abc import Iterable, Iterator

from driftline.stream_app.evaluation.history import History
from driftline.stream_app.simulator import Incident

ALWAYS_FIRE = "always-fire"
NEVER_FIRE = "never-fire"


def always_fire(history: History, every_ms: int) -> Iterator[Incident]:
    """An alert for every version of every model, from its first prediction on, every ``every_ms``.

    More often would not be another alert: changes within the grouping window are one.
    """
    for model, known in sorted(history.models.items()):
        for version, (first_ms, last_ms) in known.spans_ms.items():
            for time_ms in range(first_ms, last_ms + 1, every_ms):
                yield Incident(
                    id=f"{ALWAYS_FIRE}-{model}-{version}-{time_ms}",
                    model=model,
                    version=version,
                    kind="",  # it says that something is wrong, not what
                    signals=("*",),
                    began_ms=time_ms,
                    detected_ms=time_ms,
                    summary="Something may have changed",
                )


def never_fire() -> Iterator[Incident]:
    """No alert, whatever happens."""
    return iter(())


def grouped(incidents: Iterable[Incident], within_ms: int) -> Iterator[Incident]:
    """At most one alert of a version in ``within_ms``: what an operator's own grouping makes of detections.

    The incidents come in order of detection; those given out are the first of each group.
    """
    began_ms: dict[tuple[str, str], int] = {}
    for incident in incidents:
        key = (incident.model, incident.version)
        if key not in began_ms or incident.detected_ms - began_ms[key] >= within_ms:
            began_ms[key] = incident.detected_ms
            yield incident
