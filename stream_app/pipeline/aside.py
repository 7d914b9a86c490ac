"""What is said of a model that driftline had to set aside because of an error of its own."""

from driftline.detectors import Finding, Moments
from driftline.schemas import Coverage
from driftline.stream_app.alarms.announcement import Status, announce
from driftline.stream_app.alarms.incident import Evidence, Member
from driftline.stream_app.alarms.state import AlarmState
from driftline.stream_app.config import Settings
from driftline.stream_app.monitoring.naming import Kind
from driftline.stream_app.monitoring.stream import ALL_VERSIONS
from driftline.stream_app.pipeline.outputs import alert_record
from driftline.stream_app.pipeline.records import OutputRecord

SIGNAL = "service:watching"
MESSAGE_MAX = 300  # characters of an error's own words


def described(error: BaseException) -> str:
    """The error's type and words, on one line."""
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words[:MESSAGE_MAX]}" if words else type(error).__name__


def aside_record(
    model: str, stage: str, error: BaseException, at: tuple[int, int, int], settings: Settings
) -> OutputRecord:
    """The record on the alerts topic: watching has stopped, at (time in epoch ms, partition, order).

    Nothing of the model's own state is touched for it: that may be what is broken. Its episode is the order
    of the record, so that the same error at the same record has the same id, and the next one another.
    """
    time_ms, partition, order = at
    level = Moments(0.0, 0.0, 1)
    finding = Finding(SIGNAL, "service", "down", 0, time_ms, 0, time_ms, 0, level, level, 0.0, 0.0, 0.0)
    sentence = (
        f"{model} is not watched any more: {described(error)} ({stage}). Its events are passed over until "
        "the worker is started again; the log has the traceback."
    )
    evidence = Evidence(
        model=model,
        version=ALL_VERSIONS,
        role="live",
        table="volume",
        topic=settings.kafka.predictions,
        kind=Kind.SERVICE,
        compared_with=None,
        sequence=0,
        arrived_ms=time_ms,
        partition=partition,
        offset=0,
        finding=finding,
        standing=True,
        sentence=sentence,
    )
    incident = AlarmState().open(evidence)
    alerts = settings.plan(model).alerts
    severity = alerts.severity[evidence.kind.value]
    incident.members[evidence.signal] = Member(evidence, [finding.detector], severity)
    incident.episode, incident.sequence, incident.sent_ms = order + 1, 1, time_ms
    coverage = Coverage(seen=0, rejected=0, sampled=1.0, lost=0)
    return alert_record(announce(incident, Status.FIRING, coverage, alerts.generator_url))
