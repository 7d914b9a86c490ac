"""An error inside one model: that model is set aside, loudly, and no other."""

from collections.abc import Callable
from typing import TypeVar

import structlog

from driftline.detectors import Finding, Moments
from driftline.schemas import Coverage, Kind
from driftline.schemas.status import ALL_VERSIONS
from driftline.stream_app.alarms.incident import Evidence, Member
from driftline.stream_app.alarms.state import AlarmState
from driftline.stream_app.alarms.words.announcement import Scene, Status, announce
from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline.counters import Counters
from driftline.stream_app.pipeline.outputs import Ordered, alert_record
from driftline.stream_app.pipeline.records import OutputRecord
from driftline.stream_app.pipeline.shard_model import ShardModel

log = structlog.get_logger(__name__)
T = TypeVar("T")

SIGNAL = "service:watching"
MESSAGE_MAX = 300  # characters of an error's own words


class Guard:
    """Runs the steps of models; one that raises ends the watching of its model until a restart.

    What it had durably stays, so a restart tries it again; its events are counted as lost coverage, and its
    positions hold nobody up. ``service``: alerts that belong to no checkpoint any more; ``notices``: what to
    log.
    """

    def __init__(self, partition: int, settings: Settings, counters: Counters) -> None:
        self._partition = partition
        self._settings = settings
        self._counters = counters
        self.service: list[Ordered] = []
        self.notices: list[str] = []

    def run(self, model: ShardModel, stage: str, step: Callable[[], T], at: tuple[int, int]) -> T | None:
        """Do a step; None when it failed, or the model is set aside. ``at``: time in epoch ms, and order."""
        if model.is_aside:
            return None
        try:
            return step()
        except Exception as error:  # whatever it is: the models beside it have not deserved it
            self._set_aside(model, stage, error, at)
            return None

    def _set_aside(self, model: ShardModel, stage: str, error: Exception, at: tuple[int, int]) -> None:
        watch, name = model.watch, model.watch.monitor.model
        log.exception("model_set_aside", model=name, stage=stage, partition=self._partition)
        model.is_aside = True
        model.unsaved = model.in_flight = None
        self._counters.models_aside += 1
        self.notices.append(f"{name} is set aside and not watched until a restart: {described(error)}")
        now_ms, order = at
        place = (watch.monitor.clock.now_ms or now_ms, self._partition, order)
        # What it had to say before is true, and would not come again: it is said first.
        waiting, watch.outbox = watch.outbox, []
        self.service += waiting
        self.service.append((order, aside_record(name, stage, error, place, self._settings)))


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
        told=sentence,
    )
    incident = AlarmState().open(evidence)
    alerts = settings.plan(model).alerts
    severity = alerts.severity[evidence.kind]
    incident.members[evidence.signal] = Member(evidence, [finding.detector], severity)
    incident.raise_to(severity)
    incident.episode, incident.sequence, incident.sent_ms = order + 1, 1, time_ms
    coverage = Coverage(seen=0, rejected=0, sampled=1.0, lost=0)
    scene = Scene(Status.FIRING, time_ms, coverage, alerts, [], [])
    return alert_record(announce(incident, scene))
