"""What operators said, and what became of it: control events beside the audit trail's answers."""

from dataclasses import dataclass, field
from typing import Final, Literal

from driftline.schemas import AuditRecord
from driftline.stream_app.dashboard.records import Said, time_ms

DEEDS_MAX: Final = 5000
"""About 1 kB each with their answers: 5 MB."""
AUDIT_MAX: Final = 10_000
"""About 0.6 kB each: 6 MB."""

Outcome = Literal["sent", "done", "ignored"]


@dataclass
class Deed:
    """One word of an operator; ``answers`` are the audit records that name it."""

    said: Said
    sent_ms: int
    answers: list[AuditRecord] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        """Sent while no worker has answered; ignored when all that it wanted was."""
        if not self.answers:
            return "sent"
        return "ignored" if all(each.action == "ignored" for each in self.answers) else "done"

    @property
    def reasons(self) -> list[str]:
        """The audit trail's own sentences, each once."""
        return list(dict.fromkeys(answer.reason for answer in self.answers))


class Deeds:
    """Deeds by id and the audit trail, both in the order in which they were heard."""

    def __init__(self) -> None:
        self.by_id: dict[str, Deed] = {}
        self.audit: dict[str, AuditRecord] = {}
        self._early: dict[str, list[AuditRecord]] = {}  # answers that were read before what they answer

    def say(self, said: Said, sent_ms: int) -> None:
        """An operator's event was read from the control topic; one that was sent twice counts once."""
        if not said.id or said.id in self.by_id:
            return
        self.by_id[said.id] = Deed(said, sent_ms, self._early.pop(said.id, []))
        if len(self.by_id) > DEEDS_MAX:
            del self.by_id[next(iter(self.by_id))]

    def answer(self, record: AuditRecord) -> None:
        """The audit trail has one more record; one that is published again is known by its id."""
        if record.id in self.audit:
            return
        self.audit[record.id] = record
        if len(self.audit) > AUDIT_MAX:
            del self.audit[next(iter(self.audit))]
        if record.control_id is None:
            return
        deed = self.by_id.get(record.control_id)
        if deed is not None:
            deed.answers.append(record)
        else:
            self._early.setdefault(record.control_id, []).append(record)
            if len(self._early) > DEEDS_MAX:
                del self._early[next(iter(self._early))]

    def of_incident(self, incident: str) -> list[Deed]:
        """What was said about an incident, the newest first."""
        fingerprint = incident.rpartition("-")[0]
        found = [deed for deed in self.by_id.values() if is_about(deed.said.alert_id, incident, fingerprint)]
        found += [
            deed
            for deed in self.by_id.values()
            if deed.said.accept_id is not None
            and any(deed.said.accept_id == other.said.id for other in found)
        ]
        return sorted(found, key=lambda deed: deed.sent_ms, reverse=True)

    def of_model(self, model: str) -> list[Deed]:
        """What was said about a model, the newest first."""
        found = [deed for deed in self.by_id.values() if deed.said.model == model]
        return sorted(found, key=lambda deed: deed.sent_ms, reverse=True)

    def acknowledged(self, incident: str, now_ms: int) -> Deed | None:
        """Who has acknowledged an incident for now; None: nobody, or it has run out, or was ignored."""
        for deed in self.of_incident(incident):
            if deed.said.action == "acknowledge" and deed.outcome != "ignored":
                return deed if time_ms(deed.said.until) > now_ms else None
        return None

    def verdict(self, incident: str) -> str:
        """The last verdict on an incident that was not ignored; empty: nobody has judged it."""
        for deed in self.of_incident(incident):
            if deed.said.action == "verdict" and deed.outcome != "ignored":
                return deed.said.verdict or ""
        return ""

    def undone(self, deed: Deed) -> bool:
        """Whether an accept was taken back."""
        return any(
            other.said.accept_id == deed.said.id and other.outcome != "ignored"
            for other in self.by_id.values()
        )


def is_about(alert_id: str | None, incident: str, fingerprint: str) -> bool:
    """Whether an alert's id or a fingerprint names the incident."""
    return alert_id is not None and (
        alert_id in (incident, fingerprint) or alert_id.rpartition("-")[0] == incident
    )
