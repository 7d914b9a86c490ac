"""What a model says, as records to publish."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Final

from driftline.schemas import Alert, AuditRecord, cloud_event_headers, encode, encode_alert
from driftline.stream_app.pipeline.records import Headers, OutputRecord

Ordered = tuple[int, OutputRecord]
"""An output, with the order of the record that caused it."""

JSON: Final[Headers] = [("content-type", b"application/json")]


def alert_record(alert: Alert) -> OutputRecord:
    """The record on the alerts topic."""
    return OutputRecord(alert.fingerprint.encode(), encode_alert(alert), cloud_event_headers(alert))


def audit_record(record: AuditRecord) -> OutputRecord:
    """The record on the audit topic."""
    return OutputRecord(record.model.encode(), encode(record), JSON)


def taken_in_order(waiting: Sequence[list[Ordered]]) -> list[OutputRecord]:
    """Empties the lists; their outputs in the order of the records that caused them."""
    taken = sorted((each for outputs in waiting for each in outputs), key=itemgetter(0))
    for outputs in waiting:
        outputs.clear()
    return [output for _, output in taken]
