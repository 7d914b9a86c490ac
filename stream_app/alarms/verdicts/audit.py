"""The audit trail of one model: what was changed about its watching, why, and who said so."""

from typing import Any

from driftline.schemas import AuditRecord, Control, rfc3339


class AuditTrail:
    """Numbers the records, so that one that is published again has the same id; keeps them until taken."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._written = 0
        self._waiting: list[AuditRecord] = []

    def write(
        self, time_ms: int, action: str, reason: str, control: Control | None = None, **about: Any
    ) -> None:
        """Add a record; ``about`` are further fields of it, ``control`` is what the operator sent."""
        if control is not None:
            about |= {name: getattr(control, name) for name in ("alert_id", "by", "comment")}
            about["control_id"] = control.id
        self._written += 1
        self._waiting.append(
            AuditRecord(
                id=f"{self._model}-{self._written}",
                time=rfc3339(time_ms),
                model=self._model,
                action=action,
                reason=reason,
                **about,
            )
        )

    def take(self) -> list[AuditRecord]:
        """The records since the last call."""
        taken, self._waiting = self._waiting, []
        return taken

    def snapshot(self) -> int:
        """How many records there were; those that were not taken are not part of it."""
        return self._written

    def restore(self, snapshot: int) -> None:
        self._written = snapshot
