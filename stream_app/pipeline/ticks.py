"""Ticks of a model's clock that wait for others."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from driftline.stream_app.monitoring.reported import Until
from driftline.stream_app.monitoring.streams.stream import Stream
from driftline.stream_app.monitoring.traffic.clockwork import Turn

FLUSH_ROWS: Final = 256
"""So many rows are read at once at least, if others come at once, and ticks do not wait any longer."""
THIN: Final = 16
"""Judged: of more events a tick it costs little to read them on each, and much to have read them in vain."""


class Tick(NamedTuple):
    """A tick, the sequence number of the last event before it, and what was then.

    What a tick does depends on what the banks say, and to ask them costs a millisecond. So ticks wait for
    others while the model is healthy, and all rows up to the last of them are read together. If nothing comes
    of it, nothing would have come of any of them. Else the banks are put back, and the ticks are done one by
    one: alerts and state are the same to the bit.
    """

    now_ms: int
    sequence: int
    sampling_rate: float
    turns: Sequence[tuple[Stream, Turn]] = ()

    @property
    def until_before(self) -> Until:
        """The rows of the events before it."""
        return Until(self.sequence, self.sequence)

    @property
    def until(self) -> Until:
        """The same, and those that it made itself: they belong to the event that ticks."""
        return Until(self.sequence, self.sequence + 1)
