"""Scans batches of records, and learns how they are written from those that it could not read."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from driftline.schemas.rejections import LARGEST_RECORD_BYTES
from driftline.schemas.scanner.anatomy import UnsuitableError, take_apart
from driftline.schemas.scanner.frame import Frame
from driftline.schemas.scanner.layout import Layout, Rule
from driftline.schemas.scanner.settle import Clocks, Column, Texts, number_texts, settle_times
from driftline.schemas.scanner.walk import Batch, Columns, Spans, walk
from driftline.schemas.times import EARLIEST_MS

# What has to stand behind the last record: the compiled code looks beyond an end before it notices.
PADDING = bytes(64)
# A column is a little longer than a power of two, or all of them would compete for the same lines of the
# processor's cache.
SPARE_ROWS = 8
# The walk writes to all columns at once: those of this many rows (25 × 9 B × 2,048 = 460 KB) fit the caches.
ROWS_PER_WALK = 2_048
# Learning takes as long as decoding a dozen records: those that cannot be learned must not be tried for ever.
LESSONS_MAX = 2_000
FITS_PER_LESSON = 100


def joined(records: Sequence[bytes | None]) -> tuple[bytes, Spans]:
    """Records one behind the other, as ``Scanner.scan`` takes them: the data, and where each stands."""
    data = b"".join([*(record for record in records if record), PADDING])
    lengths = np.fromiter((len(record or b"") for record in records), np.int64, len(records))
    ends = np.cumsum(lengths)
    spans = np.stack([ends - lengths, ends], axis=1)
    spans[[record is None for record in records]] = -1
    return data, spans


class Scanner:
    """Reads what is written as it has seen it before; everything else does not fit.

    What it has learned changes how fast records are read, and nothing else. ``earliest_ms``: how early an
    event's time may be.
    """

    def __init__(self, earliest_ms: int = EARLIEST_MS) -> None:
        self.earliest_ms = earliest_ms
        self._layout = Layout()
        self._lessons = float(LESSONS_MAX)

    @property
    def has_learned(self) -> bool:
        """Whether it has learned anything yet."""
        return bool(self._layout.slots)

    def scan(self, data: bytes, spans: Spans, timestamps_ms: NDArray[np.int64]) -> Frame:
        """The predictions among records.

        Args:
            data: what they stand in, with ``PADDING`` behind it.
            spans: where each begins and ends [records, 2]; a negative beginning stands for no value.
            timestamps_ms: [records], negative where there is none.
        """
        rows, slots = len(spans), len(self._layout.slots)
        fits = np.zeros(rows, np.bool_)
        outputs = np.zeros((rows, 2), np.int64)
        kinds = np.zeros((slots, rows + SPARE_ROWS), np.uint8)[:, :rows]
        numbers = np.empty((slots, rows + SPARE_ROWS))[:, :rows]
        frame = Frame(self._layout.slots, data, fits, (kinds, numbers), outputs)
        if slots == 0:
            return frame
        blob = np.frombuffer(data, np.uint8)
        for first in range(0, rows, ROWS_PER_WALK):
            part = slice(first, first + ROWS_PER_WALK)
            columns = Columns(fits[part], outputs[part], kinds[:, part], numbers[:, part])
            walk(self._layout.tables, Batch(blob, spans[part]), columns)
        fits[spans[:, 1] - spans[:, 0] > LARGEST_RECORD_BYTES] = False
        self._settle(frame, blob, timestamps_ms)
        self._lessons = min(self._lessons + np.count_nonzero(fits) / FITS_PER_LESSON, LESSONS_MAX)
        return frame

    def _settle(self, frame: Frame, blob: NDArray[np.uint8], timestamps_ms: NDArray[np.int64]) -> None:
        """What columns mean: times become milliseconds, texts become indices."""
        rows, clocks = len(frame.fits), Clocks(timestamps_ms, self.earliest_ms)
        room = Texts(np.empty(1 << (2 * rows).bit_length(), np.int64), np.empty((rows, 2), np.int64))
        for slot, rule in enumerate(self._layout.tables.rules.tolist()):
            column = Column(frame.kinds[slot], frame.numbers[slot])
            if rule == Rule.TIME:
                frame.times_ms = np.empty(rows, np.int64)
                settle_times(blob, column, clocks, frame.fits, frame.times_ms)
            elif rule in (Rule.VALUE, Rule.STRING) or slot in self._layout.naming:
                count = number_texts(blob, column, room, frame.fits)
                frame.take_texts(slot, room.spans[:count])

    def learn(self, record: bytes) -> None:
        """Learn from a record that did not fit, and that the decoder took for a prediction."""
        if self._lessons < 1:
            return
        self._lessons -= 1
        try:
            has_room = self._layout.learn(take_apart(record))
        except UnsuitableError:
            return
        if not has_room:
            self._layout = Layout()
