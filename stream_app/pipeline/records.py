"""What enters and leaves the pipeline."""

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

Headers = list[tuple[str, bytes]]
Positions = dict[str, int]
"""By topic: the next offset that is not absorbed yet."""


class SourceRecord(Protocol):
    """A record as it was read; aiokafka's ConsumerRecord is one."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int | None:
        """Milliseconds; None or negative when the record has none."""

    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class OutputRecord(NamedTuple):
    """A record to publish."""

    key: bytes | None
    value: bytes
    headers: Headers


class StateRecord(NamedTuple):
    """A record of the state topic; a value of None removes the key."""

    key: bytes
    value: bytes | None


@dataclass(frozen=True)
class ModelCut:
    """One model's state at one moment, ready to be made durable.

    ``records`` are written in their order: the last one is the head, which names all others. Then ``alerts``
    and ``audit`` are published, and ``obsolete`` keys removed.
    """

    model: str
    positions: dict[str, int]
    records: list[StateRecord]
    alerts: list[OutputRecord]
    obsolete: list[bytes]
    audit: list[OutputRecord] = field(default_factory=list)
