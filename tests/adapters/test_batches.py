"""One Faust message for everything that a poll returned of a partition."""

import asyncio
from types import SimpleNamespace

from faust.types import TP

from driftline.stream_app.adapters.worker.batches import BatchScheduler, BatchSchema
from driftline.stream_app.pipeline import Record, Records

RECORDS = Records.of([Record("p", 1, offset, offset * 10, None, b"{}") for offset in (4, 5, 9)])


def test_one_batch_for_each_partition_with_the_last_offset() -> None:
    """With the first offset Faust would deliver the same batch again after a rebalance, or drop it."""
    batches = dict(BatchScheduler().iterate({TP("p", 1): [RECORDS], TP("p", 2): []}))
    assert list(batches) == [TP("p", 1)]
    batch = batches[TP("p", 1)]
    assert (batch.topic, batch.partition, batch.offset, batch.timestamp) == ("p", 1, 9, 90)
    assert batch.value is RECORDS


def test_what_several_fetches_brought_is_one_batch() -> None:
    """Faust would do its work for every part of it."""
    batches = dict(BatchScheduler().iterate({TP("p", 1): [RECORDS[:1], RECORDS[1:]]}))
    assert list(batches[TP("p", 1)].value) == list(RECORDS)
    assert batches[TP("p", 1)].offset == 9


def test_the_schema_passes_the_records_through() -> None:
    """Faust would try to decode them as JSON."""
    app = SimpleNamespace(create_event=lambda key, value, headers, message: (key, value))
    decode = BatchSchema().compile(app, default_propagate=True)
    assert asyncio.run(decode(SimpleNamespace(value=RECORDS, headers=()), propagate=True)) == (None, RECORDS)
