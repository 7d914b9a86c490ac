"""The judged constants of the detectors: what the grid of `ablation.py` says of each at half and at double.

    python -m benchmarks.quality --sensitivity all --write

Judged: neither derived nor fitted by a script. What is fixed when a module is imported (the alternatives of
the tests, places of a table) is left out, and so is what has no half or double, such as a largest phi.
"""

from typing import NamedTuple

from benchmarks.quality.patches import Patch, times

FACTORS = (0.5, 2.0)
JUDGED = (
    "kernels.change_point.SATURATED",
    "evidence.odds.MARGIN",
    "kernels.residuals.FAR",
    "kernels.residuals.LEVEL_VALUES",
    "kernels.residuals.LINE_VALUES",
    "kernels.residuals.LOCAL_SD_MIN",
    "kernels.scores.STEP_DRIFT",
    "kernels.scores.STEP_HEIGHT",
    "evidence.shape.EXPECTED_MIN",
    "evidence.shape.LATE_MS",
    "evidence.shape.PATTERN_WINDOWS",
    "evidence.shape.PATTERN_WINDOWS_MAX",
    "evidence.shape.SPAN_MS_MAX",
    "evidence.variance.MOVED",
    "evidence.variance.MOVED_FAR",
    "evidence.variance.SAME",
    "kernels.lanes.SHAPE_WINDOW",
    "calibration.crossings.EXPONENT_MIN",
    "calibration.crossings.PRIOR",
    "calibration.crossings.SURE",
    "evidence.table.WEIGHTS",
    "evidence.variance.OVERSHOOT",
    "cycle.COVERED_MIN",
    "cycle.EXPECTED",
    "cycle.UNEXPECTED",
    "cycle.VALUES_ENOUGH",
    "cycle.SLOW_WAVES",
    "distribution.ATOMS_MAX",
    "distribution.PAIRS_A_DAY",
    "table_ends.TAIL_VALUES",
    "first_look.INDEPENDENT_MIN",
    "first_look.NEXT_LOOK",
    "learning.ALLOWANCE",
    "learning.MEMORY_MS",
    "local_level.FOLLOWING_MS_MIN",
    "local_level.HOLD_MS",
    "local_level.LAG",
    "local_level.LOCAL_MS",
    "local_level.LOCAL_ONES",
    "local_level.LOCAL_TAIL_ONES",
    "local_level.LOCAL_VALUES",
    "local_level.LOCAL_VALUES_MIN",
    "local_level.MATERIAL",
    "local_level.QUARTER_MS",
    "local_level.QUARTER_VALUES",
    "local_level.VARIANCE_VALUES_MIN",
    "reference.BLOCK_MAX",
    "reference.RARE_BLOCK",
    "reference.RARE_RATE",
    "reference.RATE_SCALE_MIN",
    "reference.UPDATES_PER_S",
    "stabilising.DOMINATES",
    "stabilising.MARGIN",
    "stabilising.NEAR",
    "stabilising.NEAR_SHARE",
    "evidence.shifts.LOCAL_DELAYS",
    "thresholds.SCALE_STEP",
    "wandering.GAIN_MAX",
    "wandering.SMALLEST",
    "wandering.SURE",
    "whitening.CAUTION",
    "whitening.SURE",
)
"""Paths below driftline.detectors."""


class Scaled(NamedTuple):
    """A constant and what it is multiplied by."""

    path: str
    factor: float

    @property
    def name(self) -> str:
        return f"{self.path} × {self.factor:g}"

    @property
    def patches(self) -> tuple[Patch, ...]:
        return (times(self.path, self.factor),)


SCALED = {scaled.name: scaled for path in JUDGED for factor in FACTORS for scaled in (Scaled(path, factor),)}
