import asyncio

from aiokafka.errors import KafkaError

from driftline.schemas import Heartbeat, decode
from driftline.stream_app.adapters.worker.heartbeat import QUIET_S, Heartbeats
from driftline.stream_app.adapters.worker.partition import Partition
from driftline.stream_app.pipeline import Record, Records
from tests.adapters.worker_fakes import FakeShard

P, F, C = "p", "f", "c"
NOW_S = 1_790_000_000.0


class Owned:
    def __init__(self, *partitions: Partition) -> None:
        self.settled = asyncio.Event()
        self._partitions = list(partitions)

    def all(self) -> list[Partition]:
        return self._partitions


class Sent:
    def __init__(self, fails: bool = False) -> None:
        self.records: list[tuple[str, int, bytes]] = []
        self._fails = fails

    async def send_to(self, topic: str, partition: int, value: bytes) -> None:
        if self._fails:
            raise KafkaError("away")
        self.records.append((topic, partition, value))


def quiet(now: list[float], **ends: int) -> Partition:
    return Partition(FakeShard(), (P, F, C), ends, clock=lambda: now[0])


def test_a_quiet_partition_gets_one_and_waits_for_the_next() -> None:
    """Time would stand still where every model is out, or the log would fill with heartbeats."""
    now, sent = [0.0], Sent()
    beats = Heartbeats(C, Owned(quiet(now)), sent, clock=lambda: NOW_S)
    asyncio.run(beats.beat())
    assert sent.records == []
    now[0] = QUIET_S
    asyncio.run(beats.beat())
    asyncio.run(beats.beat())
    ((topic, partition, value),) = sent.records
    assert (topic, partition) == (C, FakeShard().partition)
    assert decode(value, None) == Heartbeat(time_ms=int(NOW_S * 1000))


def test_a_partition_that_is_read_or_not_read_to_its_end_gets_none() -> None:
    """A heartbeat of now among records of yesterday would silence every model of a catch-up."""
    now, sent = [0.0], Sent()
    read, behind = quiet(now), quiet(now, p=10)
    beats = Heartbeats(C, Owned(read, behind), sent)
    now[0] = QUIET_S - 1
    read.receive(P, Records.of([Record(P, 0, 0, 0, None, b"{}")]))
    now[0] = QUIET_S + 1
    asyncio.run(beats.beat())
    assert sent.records == []


def test_a_broker_that_is_away_does_not_end_the_worker() -> None:
    """Reading and checkpoints notice by themselves, and try again."""
    now = [QUIET_S]
    partition = quiet(now)
    now[0] = 2 * QUIET_S
    asyncio.run(Heartbeats(C, Owned(partition), Sent(fails=True)).beat())
