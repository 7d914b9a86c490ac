"""The state topic as a store with one owner for each partition."""

import asyncio

import pytest
from aiokafka.errors import KafkaTimeoutError

from driftline.stream_app.adapters.state_store import FencedError, StateStore
from driftline.stream_app.pipeline import StateRecord
from tests.adapters.worker_fakes import FakeLog

RECORD = StateRecord(b"key", b"value")


def test_reads_what_it_wrote_with_tombstones() -> None:
    """Removed keys would come back to life on restore."""

    async def run() -> None:
        log = FakeLog()
        store = StateStore("state", log, log)
        assert await store.read(0) == []
        assert await store.write(0, [RECORD, StateRecord(b"key", None)]) == len(b"keyvaluekey")
        assert await store.read(0) == [(b"key", b"value"), (b"key", None)]

    asyncio.run(run())


def test_a_foreign_record_ends_the_ownership() -> None:
    """A worker that was paused would remove records which its successor's state still names."""

    async def run() -> None:
        log = FakeLog()
        store = StateStore("state", log, log)
        await store.read(0)
        await store.write(0, [RECORD])
        assert await store.undisturbed(0)
        log.records.append((b"claim", b"successor"))
        assert not await store.undisturbed(0)
        with pytest.raises(FencedError, match="offset 1"):
            await store.write(0, [RECORD])
        assert not await store.undisturbed(0)

    asyncio.run(run())


def test_reading_anew_makes_it_ones_own_again() -> None:
    """A partition that went to another worker and came back could not be written any more."""

    async def run() -> None:
        log = FakeLog()
        store = StateStore("state", log, log)
        await store.read(0)
        log.records.append((b"claim", b"another"))
        await store.read(0)
        await store.write(0, [RECORD])
        assert await store.undisturbed(0)

    asyncio.run(run())


def test_a_lost_acknowledgement_is_not_taken_for_another_owner() -> None:
    """A write that timed out but arrived would fence the worker off its own partition when repeated."""

    async def run() -> None:
        log = FakeLog()
        store = StateStore("state", log, log)
        await store.read(0)
        log.refusals.append(KafkaTimeoutError())
        with pytest.raises(KafkaTimeoutError):
            await store.write(0, [RECORD])
        log.records.append(RECORD)  # it had arrived nevertheless
        await store.write(0, [RECORD])
        assert await store.undisturbed(0)

    asyncio.run(run())
