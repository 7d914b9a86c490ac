"""The judged constants of the detectors: what the grid of `ablation.py` says of each at half and at double.

    python -m benchmarks.quality --sensitivity all --write

Judged: neither derived nor fitted by a script. What is fixed when a module is imported (the alternatives of
the tests, places of a table) is left out, and so is what has no half or double, such as a largest phi or a
factor by which something grows.
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
    "state.lanes.SHAPE_WINDOW",
    "calibration.crossings.EXPONENT_MIN",
    "calibration.crossings.PRIOR",
    "calibration.crossings.SURE",
    "evidence.table.WEIGHTS",
    "evidence.variance.OVERSHOOT",
    "season.cycle.COVERED_MIN",
    "season.cycle.EXPECTED",
    "season.cycle.UNEXPECTED",
    "season.cycle.VALUES_ENOUGH",
    "season.cycle.SLOW_WAVES",
    "reference.distribution.ATOMS_MAX",
    "reference.distribution.PAIRS_A_DAY",
    "reference.table_ends.TAIL_VALUES",
    "reference.first_look.INDEPENDENT_MIN",
    "reference.warm_up.INDEPENDENT_SHARE",
    "forecast.learning.ALLOWANCE",
    "forecast.learning.FEW_IN_A_HALF_HOUR",
    "forecast.learning.MEMORY_MS",
    "forecast.local_level.FOLLOWING_MS_MIN",
    "forecast.local_level.HOLD_MS",
    "forecast.local_level.LAG",
    "forecast.local_level.LOCAL_MS",
    "forecast.local_level.LOCAL_ONES",
    "forecast.local_level.LOCAL_TAIL_ONES",
    "forecast.local_level.LOCAL_VALUES",
    "forecast.local_level.LOCAL_VALUES_MIN",
    "forecast.local_level.MATERIAL",
    "forecast.local_level.QUARTER_MS",
    "forecast.local_level.QUARTER_VALUES",
    "forecast.local_level.VARIANCE_VALUES_MIN",
    "reference.arming.BLOCK_MAX",
    "reference.arming.RARE_BLOCK",
    "reference.arming.RARE_RATE",
    "reference.arming.RATE_SCALE_MIN",
    "reference.arming.UPDATES_PER_S",
    "reference.stabilising.DOMINATES",
    "reference.stabilising.MARGIN",
    "reference.stabilising.NEAR",
    "reference.stabilising.NEAR_SHARE",
    "evidence.shifts.LOCAL_DELAYS",
    "evidence.thresholds.SCALE_STEP",
    "forecast.wandering.GAIN_MAX",
    "forecast.wandering.SMALLEST",
    "forecast.wandering.SURE",
    "forecast.whitening.CAUTION",
    "forecast.whitening.SURE",
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
