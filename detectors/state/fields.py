"""The state of one signal, a record of plain numbers: the bytes of many are a snapshot.

A signal whose values need a distribution (VALUE, CATEGORY, UNSEEN) has a Shape record too, and one that
may have a cycle (VALUE, BINARY, CATEGORY, TAIL) a Season record; the many 0/1 signals of data quality do
without and stay below 2 KB.
"""

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.kernels.lanes import CROSSING_LEVELS, LANES, SHAPE_CELLS, SLOW_LANES
from driftline.detectors.kernels.names import NAMES

Records = NDArray[np.void]
GRID_POINTS = 129  # the quantile table's points lie at normal scores -3.2, -3.15, …, 3.2
GRID_LOW = -3.2
GRID_STEP = 0.05
RING_BLOCKS = 8
TOTALS = 6  # five sums, and the level at the time
MARKS = 6  # where a change may have begun
PAST_MEANS = 8  # of blocks of scores
SLOTS = 336  # half hours of a week

SIGNAL = np.dtype(
    [
        # what it is; shape, season and buffer are rows of the other arrays, 0 for none
        *((name, "i8") for name in ("transform", "column", "shape", "season", "buffer", "seed")),
        *((name, "f8") for name in ("minimum", "maximum")),
        # what is so with it, small so that a record stays so: local while no cycle is known, cyclic is 1 when
        # one is removed and 2 when it is a material one; moved by that, by a cycle that is not known, or by
        # what wanders; away from its level, and returned after the value with which that ends; turned,
        # widened and drift (Page-Hinkley's) are ±1 after the value at which a change was found; odd as the
        # last window of the shape test was; awake when it is no dormant one; stale asks for what can be
        # learned; tested is a set of bits, one per test of the kernel
        *((name, "i1") for name in ("local", "cyclic", "moved", "away", "returned", "turned", "widened")),
        *((name, "i1") for name in ("drift", "odd", "awake", "stale", "armed", "watched", "tested")),
        ("spare", "i1", (2,)),  # so that numbers begin at multiples of eight bytes
        # how far it is; what it is learned from begins after the last step in it (`steps.py`)
        *((name, "i8") for name in ("seen", "settled_from", "missing", "first_ms", "last_ms")),
        ("ones", "f8"),
        # the mean number of values between false alarms that is asked of all its detectors together
        ("requested", "f8"),
        ("shares", "f8", (len(NAMES),)),  # of the false alarms, by test of the kernel
        # the reference and how a value becomes a score under it
        *((name, "i8") for name in ("reference_count", "reference_missing", "atoms")),
        *((name, "f8") for name in ("reference_mean", "reference_sd", "reference_low", "reference_high")),
        *((name, "f8") for name in ("center", "scale", "cut", "common", "rare", "origin")),
        # by how much the value changes with an effect of one sd: by the reference's, or by that of its noise
        ("effect_sd", "f8"),
        # how a number's quantiles go on beyond the lower and the upper end of its table: by how much for a
        # score of 1, and by how much that grows (`distribution.py`)
        ("tails", "f8", (2, 2)),
        # the first value of a number: all others are kept as their difference from it, so that what is added
        # to a number changes no bit of what is found
        ("anchor", "f8"),
        # what a value of a tail is measured from: the line through the last hour, learned from `base_counted`
        # values up to `base_memory` of them; a value counts for no more than `base_limit` away from it; grain
        # is how far apart values are that are only few, such as whole numbers
        *(
            (name, "f8")
            for name in ("base", "base_trend", "base_counted", "base_memory", "base_limit", "grain")
        ),
        ("base_variance", "f8"),
        ("base_steps", "f8", (2, 2)),
        # the recent window, [0] the half being filled and [1] the full one before: missing values, and count,
        # sum and sum of squares of value - origin, minimum, maximum, sum of scores
        ("gaps", "i8", (2,)),
        ("recent", "f8", (2, 6)),
        # from a score to an innovation: coefficient and sd of the AR(1) process, the residual before; the
        # level (with its trend while it is local), learned from `counted` values up to `memory` of them
        *((name, "f8") for name in ("phi", "sigma", "previous", "level", "trend", "counted", "memory")),
        # how long a changed level is held while it is local, in values, and a healthy one remembered
        *((name, "f8") for name in ("hold", "remembered_ms")),
        # what the fit of a cycle leaves uncertain, in sd: all of it, the waves of a day or less, and what of
        # it each CUSUM allows for
        *((name, "f8") for name in ("allowance", "allowance_daily")),
        ("allowances", "f8", (LANES,)),
        # the memory of a local level in time; the sd of innovations of late where a cycle moves it too,
        # learned from `variance_counted` values up to `variance_memory` of them (0: it is not)
        *((name, "f8") for name in ("local_ms", "local_sd")),
        *((name, "f8") for name in ("variance_counted", "variance_memory")),
        # the variance of means of innovations, and of their squares, against that of independent normal ones;
        # of blocks of innovations (`kernels/long_run.py`): values and sums in the open one, how many blocks,
        # and their sums
        *((name, "f8") for name in ("long_run", "long_run_squares")),
        ("open_block", "f8", (4,)),
        ("blocks", "f8", (4,)),
        # what wanders: how far it takes the level now, the share of an innovation that it learns, what is
        # left of it after a value, its variance in that of innovations; of means of blocks of scores, how
        # many, their squares, their products with those some blocks before; the last ones, the newest last
        *((name, "f8") for name in ("wander", "wander_gain", "wander_kept", "wander_variance")),
        ("wander_sums", "f8", (4,)),
        ("past_means", "f8", (PAST_MEANS,)),
        # when more can be learned: count, sum of squares and of lagged products of scores, the score before,
        # the count and the time at which to look again, since when the first day is sampled (0: it is not)
        # and when the next value is due
        ("products", "f8", (3,)),
        *((name, "f8") for name in ("score_before", "learn_at")),
        *((name, "i8") for name in ("season_from_ms", "season_ms", "sampled_from_ms", "sample_next_ms")),
        # after a change: by how many sd it is away from its level, known from how many values, and by how
        # many the level had begun to follow; by how many levels that stayed have moved it in all
        *((name, "f8") for name in ("shift", "shift_count", "drifted", "carried")),
        # what the smallest shifts of the CUSUMs are multiplied by; the lanes of the CUSUMs or of the
        # e-detector, upwards and downwards, and their thresholds
        ("shift_scale", "f8"),
        ("lanes", "f8", (2, LANES)),
        ("absorbed", "f8", (2, SLOW_LANES)),
        ("heights", "f8", (LANES,)),
        # how often sums of the healthy signal came over each of two levels, in how many values
        ("crossings", "f4", np.shape(CROSSING_LEVELS)),
        ("crossing_values", "f8"),
        # the variance test: sums for wider and narrower, with count and squares since each was 0; the ratio
        # that the variance has changed by
        ("spreads", "f8", (2, 3)),
        *((name, "f8") for name in ("spread_height", "spread_error", "spread", "spread_count")),
        # the shape test: values in the window and the time of the first, windows in the pattern; cells of
        # categories that are judged; how much more than by chance windows of categories differ from the
        # reference, and from how many windows that is known
        *((name, "i8") for name in ("tallied", "window_ms", "patterned", "shape_cells", "dispersed")),
        *((name, "f8") for name in ("shape_height", "pattern_height", "shape_statistic", "dispersion")),
        # blocks of `every` values for the per-signal detectors
        *((name, "i8") for name in ("every", "emitted", "block_count")),
        ("block_sum", "f8"),
        # blocks for the confirmation of an alarm
        *((name, "i8") for name in ("ring_count", "rings")),
        ("ring_sum", "f8"),
        ("ring", "f8", (RING_BLOCKS,)),
        # Page-Hinkley; told is how often it fired at this level
        *((name, "f8") for name in ("delta", "threshold", "mean", "increase", "decrease")),
        *((name, "f8") for name in ("increase_min", "decrease_max")),
        *((name, "i8") for name in ("instances", "told")),
        # totals (count, sum, sum of squares, sum of scores, sum of innovations; and what was expected then)
        # of the level, of the one before, and of the level when each of six CUSUMs last was zero: upwards and
        # downwards, with three drifts
        *((name, "f8", (TOTALS,)) for name in ("totals", "before")),
        ("cusums", "f8", (MARKS,)),
        ("marks", "f8", (MARKS, TOTALS)),
        *((name, "i8", (MARKS,)) for name in ("marks_ms", "marks_offset")),
        *((name, "i8") for name in ("level_ms", "level_offset", "level_direction")),
    ]
)
SEASON = np.dtype(
    {
        "names": ["mean", "knots", "weight", "sample"],
        "formats": [("f4", (SLOTS,)), ("f4", (SLOTS,)), ("u2", (SLOTS,)), ("f8", (SLOTS,))],
        "offsets": [0, 4 * SLOTS, 8 * SLOTS, 0],
    }
)
"""What a signal is like at each half hour of the week: mean score, the cycle that is removed, values seen.

While the first day is sampled (`kernels/sample.py`) the sample stands where mean and knots will stand.
"""


def shape_dtype(categories: int) -> np.dtype[np.void]:
    """The Shape record: 129 quantiles, or one entry per code, 0 being "other" and the last one "unseen".

    table: VALUE reference quantiles or atoms; CATEGORY the reference share of each code. level: the
    cumulative probability up to and including each entry. cells: values of the two halves of the recent
    window per cell between table entries, or per code. tally: values of the window of the shape test per cell
    or code; counts: of the last window per cell of it; pattern: the same of healthy windows together.
    """
    points = max(GRID_POINTS, categories + 2)
    counts = [("cells", "u2", (2, points + 1)), ("tally", "u2", (points,))]
    cells = [(name, "f4", (SHAPE_CELLS,)) for name in ("counts", "pattern")]
    return np.dtype([("table", "f8", (points,)), ("level", "f8", (points,)), *counts, *cells])
