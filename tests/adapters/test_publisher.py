"""What the worker's publisher adds to alerts."""

from datetime import UTC, datetime, timedelta

from driftline.schemas import PUBLISHED_AT
from driftline.stream_app.adapters.worker.publisher import stamped
from driftline.stream_app.pipeline import OutputRecord


def test_alerts_say_when_they_were_published() -> None:
    """Event time alone does not tell a pager's delay from a worker's."""
    record = OutputRecord(b"key", b"{}", [("ce_id", b"a-1")])
    [sent] = stamped([record])
    assert (sent.key, sent.value, sent.headers[0]) == (record.key, record.value, record.headers[0])
    header, value = sent.headers[1]
    assert header == PUBLISHED_AT
    assert abs(datetime.fromisoformat(value.decode()) - datetime.now(UTC)) < timedelta(minutes=1)
    assert record.headers == [("ce_id", b"a-1")]  # it is sent again with the time of then
