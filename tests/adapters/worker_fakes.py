"""A shard, a producer and a log that tests of the worker can look into."""

import asyncio
from types import SimpleNamespace
from typing import Any

from driftline.stream_app.pipeline import ModelCut, OutputRecord, Record, Records, StateRecord

P, F, C = "predictions", "feedback", "control"


def record(topic: str, offset: int, timestamp: int | None = 0) -> Record:
    """A source record."""
    return Record(topic, 0, offset, timestamp, None, b"{}")


def records(topic: str, *offsets: int, timestamp: int | None = 0) -> Records:
    """Records of a topic, all of one moment."""
    return Records.of([record(topic, offset, timestamp) for offset in offsets])


class FakeShard:
    """Keeps what it was given, and cuts what the test puts into it."""

    def __init__(self) -> None:
        self.partition = 0
        self.epoch = 1
        self.positions: dict[str, int] = {}
        self.models: dict[str, object] = {}
        self.dirty: set[str] = set()
        self.urgent: set[str] = set()
        self.applied: list[Record] = []
        self.skipped: list[tuple[str, int]] = []
        self.dead_letters: list[OutputRecord] = []
        self.summaries: list[OutputRecord] = []
        self.service: list[OutputRecord] = []
        self.journal: list[str] = []
        self.acknowledged: dict[str, int] = {}

    def apply(self, records: Records, more: bool = False) -> None:
        """Keep them."""
        self.applied += records

    def skip(self, topic: str, offset: int) -> None:
        """Note it."""
        self.skipped.append((topic, offset))

    def cut(self, models: list[str]) -> list[ModelCut]:
        """One state record, one alert, one obsolete key and one audit record for each model."""
        self.journal.append(f"cut {' '.join(models)}")
        return [
            ModelCut(
                model,
                {},
                [StateRecord(f"head {model}".encode(), b"state")],
                [OutputRecord(b"fingerprint", b'{"id":"1"}', [])],
                [f"old {model}".encode()],
                [OutputRecord(model.encode(), b'{"id":"a-1"}', [])],
            )
            for model in models
        ]

    def confirm(self, cut: ModelCut) -> None:
        """Note it."""
        self.journal.append(f"confirm {cut.model}")

    def acknowledgeable(self) -> dict[str, int]:
        """What the test set."""
        return dict(self.acknowledged)

    def take_dead_letters(self) -> list[OutputRecord]:
        """What the test set, once."""
        taken, self.dead_letters = self.dead_letters, []
        return taken

    def take_statuses(self) -> list[OutputRecord]:
        """None."""
        return []

    def take_service(self) -> list[OutputRecord]:
        """Hand out the alerts that belong to no checkpoint."""
        taken, self.service = self.service, []
        return taken

    def take_summaries(self) -> list[OutputRecord]:
        """What the test set, once."""
        taken, self.summaries = self.summaries, []
        return taken


class FakeLog:
    """One partition of a topic: a producer that appends to it, and a reader of it."""

    def __init__(self) -> None:
        self.records: list[tuple[bytes | None, bytes | None]] = []
        self.refusals: list[Exception] = []

    async def send(self, topic: str, **record: Any) -> "asyncio.Future[Any]":
        """Append, as aiokafka's producer does."""
        sent: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self.refusals:
            sent.set_exception(self.refusals.pop(0))
        else:
            sent.set_result(SimpleNamespace(offset=len(self.records)))
            self.records.append((record["key"], record["value"]))
        return sent

    async def end(self, topic: str, partition: int) -> int:
        """As `LogReader.end`."""
        return len(self.records)

    async def read(self, topic: str, partition: int, start: int = 0, stop: int | None = None) -> Any:
        """As `LogReader.read`."""
        yield [SimpleNamespace(key=key, value=value) for key, value in self.records[start:stop]]
