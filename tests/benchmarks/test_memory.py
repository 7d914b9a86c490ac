"""What a whole model takes in memory, beside what its signals take alone."""

import gc

from benchmarks.events import EventMaker, Traffic
from benchmarks.memory import apply, records
from driftline.detectors import Bank
from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline import Shard

BYTES_MAX = 5_000
"""Asked of a signal, in the mean of all of a model; measured 4,500."""


def test_tables_of_a_model_take_what_was_promised() -> None:
    """A bank for each of a model's sections, with tables for signals it does not have, took as much again."""
    shard = Shard(0, Settings(), summaries=None)
    before = {id(bank) for bank in gc.get_objects() if isinstance(bank, Bank)}
    apply(shard, records(EventMaker(), Traffic(3_000)))
    banks = [bank for bank in gc.get_objects() if isinstance(bank, Bank) and id(bank) not in before]
    # Two learn how many events come in a minute and have seen none: their buffers are not in memory yet.
    tables = {id(table): table.nbytes for bank in banks for table in bank._arrays[:4]}
    assert sum(bank.armed for bank in banks) > 70
    assert sum(tables.values()) / shard.signals() < BYTES_MAX
    assert all(len(bank._arrays.buffers) == 1 for bank in banks if bank.armed)
