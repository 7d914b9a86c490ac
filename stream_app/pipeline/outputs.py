"""What a model says, as records to publish."""

from typing import Final

from driftline.schemas import Alert, AuditRecord, cloud_event_headers, encode, encode_alert
from driftline.stream_app.pipeline.records import Headers, OutputRecord

JSON: Final[Headers] = [("content-type", b"application/json")]


def alert_record(alert: Alert) -> OutputRecord:
    """The record on the alerts topic."""
    return OutputRecord(alert.fingerprint.encode(), encode_alert(alert), cloud_event_headers(alert))


def audit_record(record: AuditRecord) -> OutputRecord:
    """The record on the audit topic."""
    return OutputRecord(record.model.encode(), encode(record), JSON)
