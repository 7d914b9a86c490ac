"""An operator says that a new level is the normal one: it becomes the reference, and its incident is over."""

from collections import defaultdict

from driftline.schemas import Alert, Control, Coverage
from driftline.stream_app.alarms.audit import AuditTrail
from driftline.stream_app.alarms.desk import AlarmDesk
from driftline.stream_app.alarms.earlier_references import HOUR_MS, UNDO_MS, EarlierReferences, Place
from driftline.stream_app.alarms.incident import Incident, key_of
from driftline.stream_app.monitoring.model import ModelMonitor


class Acceptance:
    """Lets signals learn their present level, and resolves what they had raised."""

    def __init__(self, monitor: ModelMonitor, desk: AlarmDesk, trail: AuditTrail) -> None:
        self._monitor = monitor
        self._desk = desk
        self._trail = trail
        self.earlier = EarlierReferences()

    def undo(self, control: Control) -> str | None:
        """Put back the references that an accept has replaced; why not, when that cannot be."""
        assert control.accept_id is not None
        accepted = self.earlier.take(control.accept_id, self._monitor.clock.tick_ms)
        if accepted is None:
            hours = UNDO_MS // HOUR_MS
            return (
                f"There is no accept {control.accept_id} of this model in the last {hours} hours whose "
                "references are kept, or it was undone already."
            )
        by = f" by {control.by}" if control.by else ""
        for (version, role, table_name, signal), packed in accepted.references:
            stream = self._monitor.streams.get((version, role))
            table = None if stream is None else stream.table(table_name)
            if stream is None or table is None or not table.bank.put_back(signal, packed):
                reason = f"{signal} of version {version} is not watched any more: nothing to put back."
                self._trail.write(control.time_ms, "ignored", reason, control, signal=signal)
                continue
            table.revision += 1
            self._desk.state.pending.pop(key_of(version, role, signal), None)
            reason = f"{control.accept_id} was taken back{by}: the reference before it holds again."
            about = {"signal": signal, "version": version, "role": role}
            self._trail.write(control.time_ms, "undone", reason, control, **about)
        return None

    def places_of(self, incident: Incident) -> list[Place]:
        """Where the signals are watched that show an incident still."""
        return [
            Place(incident.version, incident.role, member.evidence.table, signal)
            for signal, member in incident.members.items()
            if not member.recovered
        ]

    def places_named(self, control: Control) -> list[Place]:
        """Where the signals are watched that an operator named."""
        return [
            Place(stream.version, stream.role, table.name, signal)
            for stream in self._monitor.streams.values()
            if control.version in (None, stream.version) and control.role in (None, stream.role)
            for table in stream.tables()
            for signal in dict.fromkeys(control.signals)
            if table.bank.state_of(signal) is not None
        ]

    def accept(self, places: list[Place], control: Control, coverage: Coverage) -> list[Alert]:
        """The alerts are those of incidents that are over by it."""
        sentence = sentence_of(control)
        self.earlier.keep(places, control, self._monitor)
        names: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
        for version, role, table, signal in places:
            names[version, role, table].append(signal)
            self._desk.state.pending.pop(key_of(version, role, signal), None)
            reason = f"{sentence} What is measured from now on is measured against it."
            about = {"signal": signal, "version": version, "role": role}
            self._trail.write(control.time_ms, "accepted", reason, control, **about)
        for (version, role, table), signals in names.items():
            stream = self._monitor.streams[version, role]
            stream.accept(stream.table(table), signals)
        return self._close(set(places), sentence, coverage)

    def _close(self, places: set[Place], sentence: str, coverage: Coverage) -> list[Alert]:
        alerts: list[Alert] = []
        for incident in list(self._desk.state.incidents):
            accepted = places.intersection(self.places_of(incident))
            for place in accepted:
                member = incident.members[place.signal]
                member.accepted = member.recovered = True
                incident.acceptance = sentence
            if accepted and not self.places_of(incident):
                # The clock runs behind; an alert must not end before it began.
                now_ms = max(self._monitor.clock.now_ms, incident.latest_ms)
                alerts += self._desk.close(incident, now_ms, coverage)
        return alerts


def sentence_of(control: Control) -> str:
    """Who accepted it, and what they said about it."""
    by = f" by {control.by}" if control.by else ""
    comment = f" ({control.comment})" if control.comment else ""
    return f"Accepted as the new normal{by}{comment}."
