"""Categories are new twice: what came, went away, came again and went again is known from then on.

A device that is used in the evenings alone is no news every evening; a fault that comes once more is news.
While their signal is away from its level the codes that come are counted, and when it falls, it is asked
which of them come no longer. A code's level is NEW, then ONCE, then 0.
"""

from typing import Any

from driftline.detectors.compiled import inner
from driftline.detectors.kernels.scratch import Scratch
from driftline.detectors.state.fields import REPEAT_SLOTS

NEW, ONCE = 1.0, 2.0
OTHER = 0  # all codes that the table does not hold: never known, for they are many


@inner
def count_codes(shape: Any, scratch: Scratch, count: int) -> None:
    """Counts the codes of `count` values in the table, as in the warm-up."""
    table = shape["table"]
    for place in range(count):
        table[scratch.cells[place]] += 1.0


@inner
def know_codes(signal: Any, shape: Any) -> None:
    """After the value at which a signal falls, or is back at its level."""
    if signal["returned"] == 0 and signal["turned"] >= 0:
        return
    table, level = shape["table"], shape["level"]
    for code in range(OTHER + 1, table.shape[0]):
        is_counted = level[code] >= NEW and table[code] > 0.0
        if is_counted and (signal["returned"] != 0 or not comes(shape, code)):
            level[code] = ONCE if level[code] == NEW else 0.0
            table[code] = 0.0


@inner
def comes(shape: Any, code: int) -> bool:
    """Whether a code is among the last values."""
    found = False
    for place in range(min(shape["held"], REPEAT_SLOTS)):
        found = found or shape["tags"][place] == code
    return found
