"""The threshold of the test for a change of shape: chi-square of a window's counts against the reference.

Under no change the statistic of a window is distributed as chi-square with one degree of freedom less than
there are cells, whatever the sizes of the window and the reference (both enter the statistic). A window comes
every `window` values, so a mean number of values between false alarms asks for a tail of window / number.
"""

from functools import lru_cache

from scipy.special import chdtri


@lru_cache(maxsize=4096)
def shape_height(false_alarm_every: float, window: int, cells: int) -> float:
    """The chi-square value that a window without a change exceeds once in `false_alarm_every` values."""
    return float(chdtri(max(cells - 1, 1), min(window / false_alarm_every, 0.5)))
