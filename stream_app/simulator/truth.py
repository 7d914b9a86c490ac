"""What a scenario really did to its world: what alarms are held against."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from driftline.schemas import rfc3339


@dataclass(frozen=True)
class Truth:
    """One injected change. Event times in epoch milliseconds; ``ended_ms`` None: it stays.

    ``version`` None: any version of the model may show it. ``first_prediction`` is the index (from 0, in
    event-time order) of the first prediction that came after it began. ``signals`` are those that it moves.
    ``alarm_due`` is false for a side effect that explains alarms but need not raise one.
    """

    scenario: str
    seed: int
    change: str
    model: str
    version: str | None
    role: str
    kind: str
    signals: tuple[str, ...]
    began_ms: int
    ended_ms: int | None
    gradual: bool
    alarm_due: bool
    first_prediction: int

    def encode(self) -> bytes:
        """The record as JSON, its times in RFC 3339 (``began_at``, ``ended_at``)."""
        record = asdict(self)
        record["began_at"] = rfc3339(record.pop("began_ms"))
        ended_ms = record.pop("ended_ms")
        record["ended_at"] = None if ended_ms is None else rfc3339(ended_ms)
        return orjson.dumps(record)


def write_truth(path: Path, truths: Iterable[Truth]) -> None:
    """Write the records as JSON lines; a scenario without changes gives an empty file."""
    path.write_bytes(b"".join(truth.encode() + b"\n" for truth in truths))
