"""What a place is to which driftline says something."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from driftline.stream_app.config.kafka import Output
from driftline.stream_app.pipeline import OutputRecord

__all__ = ["Output", "Sink"]


class Sink(Protocol):
    """Takes what driftline says, each kind of it apart.

    Whoever makes a sink opens and closes it. The state of a worker is no output: it is read again, and who
    may write it is watched (`StateStore`).
    """

    @abstractmethod
    async def write(self, output: Output, records: Sequence[OutputRecord]) -> None:
        """Take records over, in this order and behind those of every write that has returned.

        A kind that a sink does not keep is dropped. Writes may overlap: partitions do not wait for another.

        Raises whatever the medium does. Then nothing is known of these records, and the caller writes them
        again: an alert and an audit record have their ids, a dead letter names its record, and of a summary
        the latest counts. One that can never be taken, because it is too large, must not raise for ever.
        """

    async def flush(self) -> None:
        """Return when what was written is as durable as this sink makes anything; by default it is already.

        Raises as `write` does, and then of everything since the last flush.
        """
        return
