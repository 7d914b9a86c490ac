"""river's ADWIN, with a delta that follows from the requested false alarms and a window that outlives one.

After a change river's Python class throws the whole window away, the values of the new level included. Its
Rust window has by then dropped exactly the old level; keeping that object is all it takes to remember the
new one.
"""

from collections.abc import Callable
from struct import unpack_from
from typing import Any, Final
from zlib import crc32

# Not river.drift.ADWIN, of which nothing but this is used: its package loads data sets and scipy.stats, for a
# second of each start.
from river._river_rust.drift import AdaptiveWindowing

from driftline.detectors.calibration.adwin import adwin_delta
from driftline.detectors.plugins.registry import Calibration, register

RIVERS_OWN: Final = {"max_buckets": 5, "min_window_length": 5, "grace_period": 10}
"""The defaults of river.drift.ADWIN."""


@register("adwin")
class Adwin:
    """ADWIN on scores: `update` is the method of river's window itself, without a Python frame between.

    It looks for a change about every 32 values of the signal, and at every update when one stands for 32 or
    more.
    """

    update: Callable[[float], bool]
    __slots__ = ("threshold", "update", "window")

    def __init__(self, calibration: Calibration) -> None:
        clock = max(1, 32 // calibration.values_per_update)
        self.threshold = adwin_delta(calibration.false_alarm_every, clock)
        self.window = AdaptiveWindowing(delta=self.threshold, clock=clock, **RIVERS_OWN)
        self.update = self.window.update

    def width(self) -> int:
        """Scores in the window: after a change, those of the new level."""
        return int(self.window.get_width())

    def level(self) -> float:
        """Mean of the window."""
        return float(self.window.get_total()) / max(self.width(), 1)

    def snapshot(self) -> list[Any]:
        """[checksum, the Rust window's own bytes]; their layout changes with river's minor releases."""
        state = bytes(self.window.__getstate__())
        return [crc32(state), state]

    def restore(self, state: list[Any]) -> None:
        """Takes over a window of the same river release; ValueError for bytes that were damaged."""
        checksum, window = state
        if crc32(window) != checksum:  # river panics on bytes it cannot read
            raise ValueError(f"the state of ADWIN is damaged: checksum {crc32(window)}, expected {checksum}")
        self.window.__setstate__(window)
        # The bytes begin with delta: what was asked for may have moved a little since the window was made.
        (self.threshold,) = unpack_from("<d", window)
