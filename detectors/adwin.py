"""river's ADWIN, with a threshold that follows from the requested false alarms and a window that survives one.

After a change river's Python class throws the whole window away, the values of the new level included. Its Rust
window has by then dropped exactly the old level; keeping that object is all it takes to remember the new one.
"""

from collections.abc import Callable

from river import drift

from detectors.calibration import adwin_delta
from detectors.registry import Calibration, register


@register("adwin")
class Adwin:
    """ADWIN on scores: `update` is the method of river's window itself, without a Python frame between.

    It looks for a change about every 32 values of the signal, and at every update when one stands for 32 or more.
    """

    def __init__(self, calibration: Calibration) -> None:
        clock = max(1, 32 // calibration.values_per_update)
        self.threshold = adwin_delta(calibration.false_alarm_every, clock)
        self.window = drift.ADWIN(delta=self.threshold, clock=clock)._helper
        self.update: Callable[[float], bool] = self.window.update

    def width(self) -> int:
        """Scores in the window: after a change, those of the new level."""
        return int(self.window.get_width())

    def level(self) -> float:
        """Mean of the window."""
        return float(self.window.get_total()) / max(self.width(), 1)

    def snapshot(self) -> bytes:
        """The Rust window's own bytes; they are river's and change with its minor releases."""
        return bytes(self.window.__getstate__())

    def restore(self, state: bytes) -> None:
        """Takes over the bytes of a window of the same river release."""
        self.window.__setstate__(state)
