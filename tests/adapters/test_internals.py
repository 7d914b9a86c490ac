"""What is private to Faust and aiokafka is looked for at start, and what to do without is known."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from aiokafka.consumer import fetcher
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.types import TP

from driftline.stream_app.adapters.worker.application import build_application
from driftline.stream_app.adapters.worker.batches import BatchScheduler
from driftline.stream_app.adapters.worker.internals.consumer import (
    BEHIND_RECORDS,
    BUSY_S,
    FETCH_WAIT_MS_BUSY,
    FETCH_WAIT_MS_MAX,
    ColumnarConsumer,
    wait_less_while_busy,
)
from driftline.stream_app.adapters.worker.internals.expected import (
    EXPECTED,
    UnexpectedFaustError,
    check_faust,
    found,
    missing_of_aiokafka,
)
from driftline.stream_app.cli.failures import sentence_of
from driftline.stream_app.config import Settings


def test_the_installed_releases_have_what_is_needed() -> None:
    """The worker would run on its slow path, or not start, and nobody would know since when."""
    check_faust()
    assert missing_of_aiokafka() == []
    assert all(found(package).split()[1].startswith(series) for package, series in EXPECTED.items())


def test_another_faust_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker would read for seconds and die at its first acknowledgement, with an AttributeError."""
    monkeypatch.delattr(AIOKafkaConsumerThread, "_ensure_consumer")
    with pytest.raises(UnexpectedFaustError, match=r"expected is 0\.15.*_ensure_consumer") as refused:
        check_faust()
    assert str(sentence_of(refused.value)).endswith("install faust-streaming 0.15.")


def test_another_aiokafka_is_read_record_by_record(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A patch release of aiokafka that renames a method would keep every worker from starting."""
    fast = build_application(Settings(), {}, tmp_path)
    assert fast.transport.Consumer is ColumnarConsumer
    monkeypatch.delattr(fetcher.PartitionRecords, "_unpack_records")
    assert missing_of_aiokafka() == ["PartitionRecords._unpack_records"]
    slow = build_application(Settings(), {}, tmp_path)
    assert slow.transport.Consumer is not ColumnarConsumer


class BusyFetcher:
    """As much of aiokafka's fetcher as decides how long an empty fetch waits."""

    def __init__(self) -> None:
        self._records: dict[str, str] = {}
        self._fetch_max_wait_ms = 0

    def _get_actions_per_node(self, assignment: Any) -> int:
        return self._fetch_max_wait_ms

    def asks(self, *highwaters: int | None) -> int:
        """How long it waits, at position 0 of partitions that reach so far; None: not known yet."""
        states = [SimpleNamespace(highwater=each, position=0, has_valid_position=True) for each in highwaters]
        return self._get_actions_per_node(
            SimpleNamespace(tps=range(len(states)), state_value=states.__getitem__)
        )


def test_an_empty_fetch_waits_long_only_when_nothing_comes() -> None:
    """A fetch that began while some partitions were full kept these waiting for all of its 200 ms."""
    now, fetcher = [10.0], BusyFetcher()
    wait_less_while_busy(fetcher, lambda: now[0])
    assert fetcher.asks(None, 0) == FETCH_WAIT_MS_MAX
    fetcher._records = {"partition": "fetched, not taken yet"}
    assert fetcher.asks(0, 100) == FETCH_WAIT_MS_BUSY
    fetcher._records = {}
    now[0] += 0.9 * BUSY_S
    assert fetcher.asks(0, 0) == FETCH_WAIT_MS_BUSY
    now[0] += 0.2 * BUSY_S
    assert fetcher.asks(0, 0) == FETCH_WAIT_MS_MAX


def test_a_worker_that_is_behind_asks_seldom() -> None:
    """Fifty answers a second that topics are silent took a tenth of its speed."""
    fetcher = BusyFetcher()
    wait_less_while_busy(fetcher)
    fetcher._records = {"partition": "fetched, not taken yet"}
    assert fetcher.asks(0, BEHIND_RECORDS) == FETCH_WAIT_MS_BUSY
    assert fetcher.asks(0, BEHIND_RECORDS + 1) == FETCH_WAIT_MS_MAX


def test_records_of_aiokafka_are_a_batch_as_well() -> None:
    """The slow path would hand out what the agent cannot read."""
    records = [
        ConsumerRecord("t", 3, offset, 1000 + offset, 0, b"k", b"v%d" % offset, None, 1, 2, ())
        for offset in (7, 9)
    ]
    ((partition, batch),) = BatchScheduler().iterate({TP("t", 3): records, TP("t", 4): []})
    assert partition == TP("t", 3)
    assert (batch.offset, batch.timestamp) == (9, 1009)
    assert [(each.offset, each.value) for each in batch.value] == [(7, b"v7"), (9, b"v9")]
