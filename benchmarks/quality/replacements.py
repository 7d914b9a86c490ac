"""What stands in a kernel's place when its mechanism is left out: the least that its callers need."""

from typing import Any

from driftline.detectors.compiled import inner
from driftline.detectors.kernels.reading import CATEGORY
from driftline.detectors.state.lanes import SHAPE_CELLS, SHAPE_WINDOW


@inner
def mean_gains(counted: float, is_line: bool) -> tuple[float, float]:
    """In place of `residuals.gains`: a mean, never a line."""
    return 1.0 / (counted + 1.0), 0.0


@inner
def middle(seed: int, count: int) -> float:
    """In place of `scores.uniform`: equal values all get the middle of their probabilities."""
    return 0.5


@inner
def no_steps(signal: Any, step: float) -> None:
    """In place of `scores.follow_steps`."""


@inner
def even_pattern(signal: Any, shape: Any) -> float:
    """In place of `shape.pattern_statistic`: a number's cells are taken for equally likely."""
    expected, statistic = SHAPE_WINDOW / SHAPE_CELLS, 0.0
    if signal["transform"] == CATEGORY:
        return 0.0
    for cell in range(SHAPE_CELLS):
        difference = float(shape["counts"][cell]) - expected
        statistic += difference * difference / expected
    return statistic


@inner
def one_mark(signal: Any, direction: int) -> int:
    """In place of `change_point.best_mark`: that of Page-Hinkley's drift."""
    return 0 if direction > 0 else 1


@inner
def nothing_followed(signal: Any, before: Any) -> float:
    """In place of `change_point.followed`."""
    return 0.0


@inner
def never_dormant(signal: Any) -> bool:
    """In place of `dormant.is_dormant`."""
    return False


@inner
def always_new(signal: Any, shape: Any) -> None:
    """In place of `known_codes.know_codes`: what was told as new stays so."""
