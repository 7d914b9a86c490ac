"""What a model's status record says, from its monitor and its alarm desk."""

from collections.abc import Mapping
from typing import Any, Final

from driftline.schemas import Coverage, encode, rfc3339
from driftline.schemas.status import (
    BudgetStatus,
    LabelStatus,
    ModelStatus,
    NoticeStatus,
    OpenIncident,
    UnarmedSignal,
    VersionStatus,
    status_key,
)
from driftline.stream_app.alarms.desk import AlarmDesk
from driftline.stream_app.alarms.incident import Incident
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.monitoring.notices import Notices, Why
from driftline.stream_app.monitoring.pace import Pace
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.monitoring.streams.arming import Wait, note_waits, waits_of
from driftline.stream_app.monitoring.streams.stream import Stream
from driftline.stream_app.pipeline.outputs import JSON
from driftline.stream_app.pipeline.records import OutputRecord

LISTED: Final = 20
"""Unarmed signals, incidents and notices in a record: about 20 × 200 B each, 12 KB in all."""
SIGNALS_NAMED: Final = 5
MONTH_DAYS: Final = 30
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000


class StatusDesk:
    """Makes the status of one model; between two it remembers how fast events came, and what was said."""

    def __init__(self, monitor: ModelMonitor, desk: AlarmDesk) -> None:
        self._monitor = monitor
        self._desk = desk
        self._paces: dict[StreamKey, Pace] = {}
        # By incident: what its latest alert said.
        self._said: dict[str, str] = {}
        self._now_ms = 0
        # Of no state: when the last one was made, in time of the partition, and whether an alert came or
        # a round of summaries was made since.
        self._made_ms = 0
        self.is_news = False

    def is_due(self, partition_ms: int) -> bool:
        """Whether there is news since the last one, or a minute of the partition's time has passed.

        A model that stops, or whose events are all of one moment, has no event time that moves on.
        """
        if not self.is_news and partition_ms - self._made_ms < MINUTE_MS:
            return False
        self._made_ms, self.is_news = partition_ms, False
        return True

    def hear(self, alert_id: str, over: bool, summary: str) -> None:
        """An alert was raised."""
        self.is_news = True
        incident = alert_id.rpartition("-")[0]
        if over:
            self._said.pop(incident, None)
        else:
            self._said[incident] = summary

    def tick(self, now_ms: int) -> None:
        """Time has come so far. Not at each status: what is remembered must not depend on batches."""
        before_ms, self._now_ms = self._now_ms, now_ms
        if now_ms // MINUTE_MS != before_ms // MINUTE_MS:
            streams = self._monitor.streams.wholes()
            self._paces = {stream.key: self._paces.get(stream.key) or Pace() for stream in streams}
            for stream in streams:
                self._paces[stream.key].update(stream.events, now_ms)
        if now_ms // HOUR_MS != before_ms // HOUR_MS:
            self.note_waits()

    def note_waits(self) -> None:
        """What will not be armed within a week is noted as not watched."""
        now_ms = self._monitor.clock.tick_ms
        for stream in self._monitor.streams.wholes():
            note_waits(self._monitor.notices, stream, list(waits_of(stream, now_ms)), now_ms)

    def waits(self) -> list[Wait]:
        """Everything that is not armed."""
        now_ms, streams = self._monitor.clock.tick_ms, self._monitor.streams.wholes()
        return [wait for stream in streams for wait in waits_of(stream, now_ms)]

    def status(self, refused: Mapping[str, int], coverage: Coverage) -> ModelStatus:
        """The model now."""
        monitor, waits = self._monitor, self.waits()
        versions = self._versions()
        incidents, notices = self._desk.state.incidents, monitor.notices.all()
        budget = monitor.plan.false_alarm_budget.alarms_per_day
        return ModelStatus(
            model=monitor.model,
            time=rfc3339(monitor.clock.now_ms),
            versions=versions,
            signals=sum(version.signals for version in versions),
            armed=sum(version.armed for version in versions),
            unarmed=[unarmed(wait) for wait in waits[:LISTED]],
            unarmed_count=len(waits),
            incidents=[self._open(incident) for incident in incidents[:LISTED]],
            incidents_count=len(incidents),
            labels=labels_of(monitor),
            budget=BudgetStatus(
                asked_per_30d=budget * MONTH_DAYS, realised_per_30d=self._desk.tally.per_day() * MONTH_DAYS
            ),
            refused=dict(sorted(refused.items())),
            notices=listed(monitor.notices),
            notices_count=len(notices),
            coverage=coverage,
        )

    def record(self, refused: Mapping[str, int], coverage: Coverage) -> OutputRecord:
        """The same as a record of the signals topic."""
        return OutputRecord(status_key(self._monitor.model), encode(self.status(refused, coverage)), JSON)

    def _versions(self) -> list[VersionStatus]:
        return [
            VersionStatus(
                version=stream.version,
                role=stream.role,
                last_event_at=rfc3339(stream.last_event_ms) if stream.events else None,
                events_per_s=self._pace_of(stream),
                signals=stream.signals(),
                armed=sum(table.bank.armed for table in stream.tables()),
                compared_with=stream.compared_with,
                segments=len(self._monitor.streams.segments_of(stream.key)),
            )
            for stream in self._monitor.streams.wholes()
        ]

    def _pace_of(self, stream: Stream) -> float | None:
        pace = self._paces.get(stream.key)
        return pace.per_s if stream.events and pace is not None else None

    def _open(self, incident: Incident) -> OpenIncident:
        name = incident.name
        return OpenIncident(
            id=name,
            kind=incident.kind,
            severity=incident.severity,
            began_at=rfc3339(incident.began_ms),
            signals=incident.signals[:SIGNALS_NAMED],
            summary=self._said.get(name, ""),
        )

    def snapshot(self) -> dict[str, Any]:
        """Plain values for the state codec."""
        paces = [[key.version, key.role, pace.snapshot()] for key, pace in self._paces.items()]
        return {"paces": paces, "said": self._said, "now_ms": self._now_ms}

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Take up what was remembered."""
        self._paces = {
            StreamKey(version, role): Pace.restore(pace) for version, role, pace in snapshot["paces"]
        }
        self._said = dict(snapshot["said"])
        self._now_ms = snapshot["now_ms"]


def unarmed(wait: Wait) -> UnarmedSignal:
    """A signal that still learns, as it travels."""
    return UnarmedSignal(
        signal=wait.signal,
        version=wait.version,
        role=wait.role,
        seen=wait.seen,
        needed=wait.needed,
        ready_at=None if wait.ready_ms is None else rfc3339(wait.ready_ms),
        why=wait.why,
    )


def labels_of(monitor: ModelMonitor) -> LabelStatus:
    """What became of the labels so far."""
    health = monitor.joins.health
    joined, late, unknown = (health.counts[f"labels_{name}"] for name in ("joined", "late", "unknown"))
    came, delay_ms = joined + late + unknown, health.label_delay_ms
    notices = monitor.notices.all()
    return LabelStatus(
        delay_s_median=None if delay_ms is None else delay_ms / 1000,
        joined=joined,
        late=late,
        unknown=unknown,
        incomparable=sum(notice.count for notice in notices if notice.why is Why.LABEL_INCOMPARABLE),
        join_rate=joined / came if came else None,
    )


def listed(notices: Notices) -> list[NoticeStatus]:
    """The first notices, as they travel."""
    return [
        NoticeStatus(
            why=str(notice.why),
            subject=notice.subject,
            sentence=notice.sentence,
            count=notice.count,
            since=rfc3339(notice.since_ms),
        )
        for notice in notices.all()[:LISTED]
    ]
