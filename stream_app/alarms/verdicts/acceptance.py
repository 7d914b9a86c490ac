"""An operator says that a new level is the normal one: it becomes the reference, and its incident is over."""

from collections import defaultdict

from driftline.schemas import Alert, Control, Coverage
from driftline.stream_app.alarms.desk import AlarmDesk
from driftline.stream_app.alarms.incident import Evidence, Incident, Member
from driftline.stream_app.alarms.verdicts.audit import AuditTrail
from driftline.stream_app.alarms.verdicts.earlier_references import HOUR_MS, UNDO_MS, EarlierReferences, Place
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.monitoring.stream_key import StreamKey


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
        for place, packed in accepted.references:
            stream = self._monitor.streams.get(place.stream)
            table = None if stream is None else stream.table(place.table)
            if stream is None or table is None or not table.bank.put_back(place.signal, packed):
                of = f"version {place.version}{' ' * bool(place.segment)}{place.segment}"
                reason = f"{place.signal} of {of} is not watched any more: nothing to put back."
                self._trail.write(control.time_ms, "ignored", reason, control, signal=place.signal)
                continue
            table.revision += 1
            self._desk.state.pending.pop(place.key, None)
            reason = f"{control.accept_id} was taken back{by}: the reference before it holds again."
            about = about_place(place)
            self._trail.write(control.time_ms, "undone", reason, control, **about)
        return None

    def places_of(self, incident: Incident) -> list[Place]:
        """Where the signals are watched that show an incident still: each where it was found, and the whole
        or the segments of it that have left their level too, which would else be told next.
        """
        streams = self._monitor.streams
        beside = [*filter(None, [streams.get(incident.stream.whole)]), *streams.segments_of(incident.stream)]
        places = []
        for member in firing(incident):
            places.append(place_of(member.evidence.stream, member.evidence))
            for stream in beside:
                state = stream.table(member.evidence.table).bank.state_of(member.evidence.signal)
                if state is not None and state.away:
                    places.append(place_of(stream.key, member.evidence))
        return list(dict.fromkeys(places))

    def places_named(self, control: Control) -> list[Place]:
        """Where the signals are watched that an operator named."""
        return [
            Place(stream.version, stream.role, table.name, signal, stream.segment)
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
        names: defaultdict[tuple[StreamKey, str], list[str]] = defaultdict(list)
        for place in places:
            names[place.stream, place.table].append(place.signal)
            self._desk.state.pending.pop(place.key, None)
            reason = f"{sentence} What is measured from now on is measured against it."
            self._trail.write(control.time_ms, "accepted", reason, control, **about_place(place))
        for (key, table), signals in names.items():
            stream = self._monitor.streams[key]
            stream.accept(stream.table(table), signals)
        return self._close(set(places), sentence, coverage)

    def _close(self, places: set[Place], sentence: str, coverage: Coverage) -> list[Alert]:
        alerts: list[Alert] = []
        for incident in list(self._desk.state.incidents):
            accepted = [
                member
                for member in firing(incident)
                if place_of(member.evidence.stream, member.evidence) in places
            ]
            for member in accepted:
                member.accepted = member.recovered = True
                incident.acceptance = sentence
            if accepted and not firing(incident):
                # The clock runs behind; an alert must not end before it began.
                now_ms = max(self._monitor.clock.now_ms, incident.latest_ms)
                alerts += self._desk.close(incident, now_ms, coverage)
        return alerts


def firing(incident: Incident) -> list[Member]:
    """The signals that show it still."""
    return [member for member in incident.members.values() if not member.recovered]


def place_of(stream: StreamKey, evidence: Evidence) -> Place:
    """Where the signal of an evidence is watched of a stream."""
    return Place(stream.version, stream.role, evidence.table, evidence.signal, stream.segment)


def about_place(place: Place) -> dict[str, str]:
    """What the audit trail says of it."""
    about = {"signal": place.signal, "version": place.version, "role": place.role}
    return about | ({"segment": place.segment} if place.segment else {})


def sentence_of(control: Control) -> str:
    """Who accepted it, and what they said about it."""
    by = f" by {control.by}" if control.by else ""
    comment = f" ({control.comment})" if control.comment else ""
    return f"Accepted as the new normal{by}{comment}."
