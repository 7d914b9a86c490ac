"""A target: whether what a person asked of a signal is missed for sure, and met again for sure.

Values collect in blocks of event time. A target looks at the blocks of its while (``over``), and at older
ones where those hold too few values to say anything. Beside drift: a target knows no reference, only a limit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log, sqrt
from typing import Any, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from driftline.detectors import Moments
from driftline.stream_app.config import TargetPlan
from driftline.stream_app.config.targets import QUANTILES
from driftline.stream_app.monitoring.targets.confidence import log_evidence_of_mean, log_evidence_of_rate

# A while is looked at in pieces; the window goes on by one of them.
BLOCKS_OF_WHILE: Final = 12
# Thin signals: a window reaches back until it holds so many values, over at most 60 blocks (of 56 bytes).
VALUES_MIN: Final = 100
BLOCKS_MAX: Final = 5 * BLOCKS_OF_WHILE
# Judged. Missed: at most so likely, however often one looks, of a signal that lies exactly at its limit; at a
# hundredth of it some 12 % more is needed. Met: a person waits for it, and what is missed again fires again.
ALPHA_MISSED: Final = 1e-5
ALPHA_MET: Final = 0.05
# The variance of numbers is estimated, and the evidence holds for many of them only: two that are equal would
# be certain. Judged.
NUMBERS_MIN: Final = 20
# So many blocks tell how much less a value says than an independent one.
BLOCKS_FOR_DEPENDENCE: Final = 8


class Block(msgspec.Struct, array_like=True):
    """Values of one piece of event time: how many, sum, sum of squares, how many beyond a cut."""

    until_ms: int
    count: int = 0
    total: float = 0.0
    squares: float = 0.0
    beyond: int = 0


@dataclass(frozen=True)
class Limit:
    """One thing that is asked: a mean, or the share of values above ``cut``, at most or least ``bound``."""

    key: str
    bound: float
    side: Literal["most", "least"]
    cut: float | None = None

    @property
    def asked(self) -> float:
        """The figure as the person wrote it."""
        return self.bound if self.cut is None else self.cut


@dataclass(frozen=True)
class Standing:
    """How a signal stands against a limit: the window's values, and its figure (a mean, or a share).

    ``log_evidence``: that the figure is truly on its side of the limit; ``needed``: how much makes that sure.
    """

    limit: Limit
    window: Moments
    figure: float
    since_ms: int
    log_evidence: float
    needed: float

    @property
    def is_beyond(self) -> bool:
        """Whether the figure is on the wrong side, surely or not."""
        over = self.figure > self.limit.bound
        return over if self.limit.side == "most" else self.figure < self.limit.bound


def limits_of(plan: TargetPlan) -> Iterator[Limit]:
    """What a plan asks, one by one."""
    if plan.max is not None:
        yield Limit("max", plan.max, "most")
    if plan.min is not None:
        yield Limit("min", plan.min, "least")
    for key, share in QUANTILES.items():
        cut = getattr(plan, key)
        if cut is not None:
            yield Limit(key, 1.0 - share, "most", cut)


class Target:
    """One limit of one signal of one stream.

    Args:
        signal: the signal's name.
        limit: what is asked.
        over_ms: the while of event time it is asked over.
        is_rate: whether the signal's values are 0 and 1.
    """

    def __init__(self, signal: str, limit: Limit, over_ms: int, is_rate: bool) -> None:
        self.signal = signal
        self.limit = limit
        self.is_rate = is_rate
        self.is_missed = False
        self.over_ms = over_ms
        self._block_ms = max(over_ms // BLOCKS_OF_WHILE, 1)
        self._counts = is_rate or limit.cut is not None
        self._open = Block(0)  # since the last tick
        self._blocks: list[Block] = []

    @property
    def asked(self) -> str:
        """What is asked, as one text."""
        return f"{self.limit.key} {self.limit.asked:g} over {self.over_ms}"

    def take(self, values: NDArray[np.float64]) -> None:
        """Values [any number] that became known; those not finite say nothing."""
        values = values[np.isfinite(values)]
        block = self._open
        block.count += len(values)
        # Value by value: a batch must not change a bit of the result.
        for value in values.tolist():
            block.total += value
            block.squares += value * value
        if self.limit.cut is not None:
            block.beyond += int((values > self.limit.cut).sum())

    def tick(self, now_ms: int) -> Standing | None:
        """How it stands, where that has changed for sure: newly missed, or newly met; else None."""
        if not self._open.count:
            return None
        self._file(now_ms)
        standing = self._standing(self._window(now_ms))
        beyond = standing.is_beyond
        if beyond == self.is_missed or standing.log_evidence < standing.needed:
            return None
        self.is_missed = beyond
        return standing

    def now(self, now_ms: int) -> Standing | None:
        """How it stood at the last tick, for whoever asks; None without values."""
        window = self._window(now_ms)
        return self._standing(window) if window else None

    def _file(self, now_ms: int) -> None:
        """What came since the last tick belongs to the block of that while."""
        until_ms = -(-now_ms // self._block_ms) * self._block_ms
        if not self._blocks or self._blocks[-1].until_ms < until_ms:
            self._blocks.append(Block(until_ms))
            del self._blocks[:-BLOCKS_MAX]
        block, new = self._blocks[-1], self._open
        block.count, block.beyond = block.count + new.count, block.beyond + new.beyond
        block.total, block.squares = block.total + new.total, block.squares + new.squares
        self._open = Block(0)

    def _window(self, now_ms: int) -> list[Block]:
        """The blocks of the while, the newest last; more of them while they hold few values."""
        taken: list[Block] = []
        count = 0
        for block in reversed(self._blocks):
            inside = block.until_ms > now_ms - BLOCKS_OF_WHILE * self._block_ms
            if not inside and count >= VALUES_MIN:
                break
            taken.append(block)
            count += block.count
        return taken[::-1]

    def _standing(self, window: list[Block]) -> Standing:
        count = sum(block.count for block in window)
        mean = sum(block.total for block in window) / count
        variance = max(sum(block.squares for block in window) / count - mean * mean, 0.0)
        figure = mean
        if self.limit.cut is not None:
            figure = sum(block.beyond for block in window) / count
        worth = count / self._dependence(window, figure, variance)
        if self._counts:
            evidence = log_evidence_of_rate(worth, figure * worth, self.limit.bound)
        elif count < NUMBERS_MIN:
            evidence = 0.0
        else:
            evidence = log_evidence_of_mean(worth, figure - self.limit.bound, variance)
        since_ms = window[0].until_ms - self._block_ms
        needed = log(1.0 / (ALPHA_MET if self.is_missed else ALPHA_MISSED))
        return Standing(self.limit, Moments(mean, sqrt(variance), count), figure, since_ms, evidence, needed)

    def _dependence(self, window: list[Block], figure: float, variance: float) -> float:
        """How many values say as much as one independent one: variance of block means against that of values.

        d = sum_b n_b (m_b - m)^2 / ((B - 1) s^2), at least 1; 1 while there are few blocks.
        """
        spread = figure * (1.0 - figure) if self._counts else variance
        if len(window) < BLOCKS_FOR_DEPENDENCE or spread <= 0.0:
            return 1.0
        between = 0.0
        for block in window:
            ones = block.beyond if self.limit.cut is not None else block.total
            away = ones / block.count - figure
            between += block.count * away * away
        return max(between / ((len(window) - 1) * spread), 1.0)

    def snapshot(self) -> dict[str, Any]:
        """Plain values for the state codec."""
        blocks = [msgspec.to_builtins(block) for block in self._blocks]
        return {
            "asked": self.asked,
            "is_missed": self.is_missed,
            "open": msgspec.to_builtins(self._open),
            "blocks": blocks,
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Take up what was seen before."""
        self.is_missed = snapshot["is_missed"]
        self._open = msgspec.convert(snapshot["open"], Block)
        self._blocks = [msgspec.convert(block, Block) for block in snapshot["blocks"]]
