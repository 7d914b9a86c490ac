"""Many independent signals of one noise, side by side as the columns of one matrix, batch by batch.

Event time is part of a scenario: a reference of 20,000 values 60 s apart spans two weeks, so that a cycle can
be learned from it; so does one of 2,000 values 600 s apart, which the noises with a cycle have. Without a
cycle 2,000 values are 60 s apart. "Young" signals have 20,000 values 100 ms apart: most users begin so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.changes import Change
from benchmarks.quality.noises import Matrix, Noise, Times

BATCH_ROWS = 4096
START_MS = 1_767_571_200_000  # a Monday, 2026-01-05 00:00 UTC
YOUNG_MS = 100


class Batch(NamedTuple):
    """values [rows, columns], times_ms [rows], offsets [rows]."""

    values: Matrix
    times_ms: Times
    offsets: Times


@dataclass(frozen=True)
class Feed:
    """`rows` values of each of `columns` signals; a change begins at `changes_at` [columns]."""

    noise: Noise
    columns: int
    rows: int
    spacing_ms: int
    seed: int = 0
    change: Change | None = None
    changes_at: NDArray[np.int64] | None = None
    batch_rows: int = BATCH_ROWS

    def batches(self) -> Iterator[Batch]:
        """The same values on every call."""
        random = np.random.default_rng([crc32(self.noise.id.encode()), self.seed, self.rows, self.columns])
        source = self.noise.source(random, self.columns)
        for first in range(0, self.rows, self.batch_rows):
            offsets = np.arange(first, min(first + self.batch_rows, self.rows))
            times_ms = START_MS + offsets * self.spacing_ms
            share: Matrix | float = 0.0
            if self.change is not None and self.changes_at is not None:
                share = self.change.share(offsets[:, None] - self.changes_at[None, :])
            yield Batch(source(times_ms, share, self.change), times_ms, offsets)


def spacing_ms(noise: Noise, warm_up: int) -> int:
    """Milliseconds between values, such that a reference of a cyclic noise spans two weeks."""
    return 600_000 if noise.cyclic and warm_up < 20_000 else 60_000
