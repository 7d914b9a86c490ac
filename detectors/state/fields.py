"""The state of one signal, field by field: what each one is, and what becomes of it when its life turns.

```
new ──values──▶ warm-up ──armed──▶ watched ──a new version──▶ its heir: begins with what is INHERITED
 ▲                                 │  ▲  └──accepted, put back, a dormant one wakes──┐  (RESTARTED: 0 again)
 └──forgotten, of another type─────┘  ├──────────────────────────────────────────────┘
    (keeps its IDENTITIES)            └──a snapshot, also of another release: by name (DEFAULTS, FORMERLY)
```

What happens to a field then is its `Life`, declared with it; nothing else lists fields. A signal whose values
need a distribution (VALUE, CATEGORY, UNSEEN) has a Shape record too, and one that may have a cycle (VALUE,
BINARY, CATEGORY, TAIL) a Season record, and a Cycle record once it has one; the many 0/1 signals of data
quality do without until they are 1.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from math import inf
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.state.lanes import CROSSING_LEVELS, LANES, SHAPE_CELLS

Records = NDArray[np.void]
TEST_NAMES = ("page_hinkley", "e_detector", "variance", "shape", "dependence")
"""The tests that the kernel makes (`evidence/`): the place of each is its bit in `tested` and its place in
`shares`, so a new one is the last.
"""
Changed = Literal["mean", "variance", "shape", "dependence"]
"""What of a signal's distribution a test may find changed."""
GRID_POINTS = 129  # the quantile table's points lie at normal scores -3.2, -3.15, …, 3.2
GRID_LOW = -3.2
GRID_STEP = 0.05
RING_BLOCKS = 8
TOTALS = 6  # five sums, and the level at the time
CUSUMS = 6  # that remember where a change may have begun
MARKS = CUSUMS + 1  # and where a leap may
PAST_MEANS = 8  # of blocks of scores
SLOTS = 336  # half hours of a week
TALLY = 1 / 1024  # of a score: whole numbers of it are kept for each half hour, up to 32 either way
UNKNOWN = -32_768
CODES_FOR_THE_FREQUENT = 16
SETTLES_WITHIN = 2  # times the warm-up: what does not settle is learned from as it is
LONGEST = 4  # times the warm-up: no reference is made of more
# Judged: to show one to river's detectors takes a microsecond, the first missing value may come after a
# thousand million, and what so many say is nothing beside the few that come then.
PRIMED_MAX = 65_536
REPEAT_SLOTS = 128  # a power of two
NOTED_VALUES = 4


class Life(NamedTuple):
    """What becomes of a field when a signal's life turns.

    inherited: an heir has its predecessor's value. restarts: it is 0 again when detectors start at a
    reference (before an heir takes what is inherited). is_identity: it is kept when all else is forgotten.
    """

    inherited: bool = False
    restarts: bool = False
    is_identity: bool = False


IDENTITY = Life(is_identity=True)
OWN = Life()
"""Of this signal alone: counts, times, windows, and what follows from other fields."""
REFERENCE = Life(inherited=True)
EVIDENCE = Life(restarts=True)
"""Of a change since the detectors started."""
LEARNED_SINCE = Life(inherited=True, restarts=True)
"""Of the reference, but learned while detectors ran."""


Default = float | Callable[[Records], NDArray[np.float64]]


class Field(NamedTuple):
    """One field of a record. default: what signals have of it whose state was written before the field was,
    a number or what follows from their other fields; formerly: what it was called then.
    """

    name: str
    format: str
    shape: tuple[int, ...]
    life: Life
    default: Default = 0.0
    formerly: str = ""


def floats(
    life: Life, *names: str, shape: tuple[int, ...] = (), default: float = 0.0, once_without: str = ""
) -> Iterator[Field]:
    """Numbers of eight bytes; ``once_without``: what names begin with that they did not before."""
    return (Field(name, "f8", shape, life, default, former(name, once_without)) for name in names)


def counts(
    life: Life, *names: str, shape: tuple[int, ...] = (), default: int = 0, once_without: str = ""
) -> Iterator[Field]:
    """Whole numbers of eight bytes: counts, places, times in ms."""
    return (Field(name, "i8", shape, life, default, former(name, once_without)) for name in names)


def small(
    life: Life, *names: str, shape: tuple[int, ...] = (), default: int = 0, once_without: str = ""
) -> Iterator[Field]:
    """Whole numbers of four bytes: places, values of a warm-up, a window or a block. An even number of them
    in a row, so that what follows begins at a multiple of eight bytes.
    """
    return (Field(name, "i4", shape, life, default, former(name, once_without)) for name in names)


def flags(life: Life, *names: str, once_without: str = "") -> Iterator[Field]:
    """States of one byte."""
    return (Field(name, "i1", (), life, 0.0, former(name, once_without)) for name in names)


def former(name: str, beginning: str) -> str:
    """What a field was called before its name began with that of its family."""
    return name.removeprefix(beginning) if beginning else ""


def tails_by(sd: NDArray[np.float64]) -> NDArray[np.float64]:
    """tails [signals, 2, 2] that grow by an sd [signals] for a score of 1."""
    tails = np.zeros((len(sd), 2, 2))
    tails[:, :, 0] = np.maximum(sd, 1e-100)[:, None]
    return tails


SIGNAL_FIELDS: Final = (
    # what it is; shape, season, cycle and buffer are rows of the other arrays, 0 for none
    *small(IDENTITY, "column", "shape", "season"),
    *small(OWN, "cycle", "buffer"),
    Field("seed", "u4", (), IDENTITY),
    *floats(IDENTITY, "minimum", "maximum"),
    # what is so with it, small so that a record stays so: local while no cycle is known, cyclic is 1 when one
    # is removed and 2 when it is a material one, stepped when it has steps; moved by that, by a cycle that is
    # not known, or by what wanders; away from its level, and returned after the value with which that ends;
    # turned, widened and ph_drift (Page-Hinkley's) are ±1 after the value at which a change was found, and
    # widened 2 where it is known better what the variance has become; odd as the last window of the shape
    # test was; awake when it is no dormant one; stale asks for what can be learned; tested is a set of bits,
    # one per test of the kernel; suspects are how many values of `noted` stand out, mass_due is 1 while the
    # one that stands out of the reference has not come again and 2 until it is watched; rough while it is
    # watched by the first part of a warm-up that goes on (`first_look.py`); rises of a number that only ever
    # rose, 2 once that was said (`rising.py`); extremes says how many values of late were far beyond the
    # others, at_extreme whether the last one was (`kernels/extremes.py`); dependent is ±1 while neighbouring
    # values say more, or less, of each other than they did
    *flags(REFERENCE, "local", "cyclic", "moved"),
    *flags(EVIDENCE, "away", "returned", "turned", "widened"),
    *flags(OWN, "ph_drift", once_without="ph_"),
    *flags(EVIDENCE, "odd"),
    *flags(OWN, "awake", "stale", "armed", "watched", "tested"),
    *flags(OWN, "suspects", "mass_due"),
    *flags(REFERENCE, "stepped"),
    *flags(OWN, "rough"),
    *flags(REFERENCE, "rises"),
    *flags(EVIDENCE, "extremes", "at_extreme", "dependent"),
    *flags(IDENTITY, "transform"),
    *flags(EVIDENCE, "level_direction"),  # so many that numbers begin at multiples of eight bytes
    # how far it is
    *counts(OWN, "seen", "missing", "first_ms", "last_ms"),
    # of the warm-up: how many values it has, which are all that were seen but for those of another level, and
    # the sum of a 0/1 signal's; with how many its reference is made anew, 0 when it stays; with how many to
    # look next, and while it is watched and learns with how many that was; what is learned from begins after
    # the last step in it (`steps.py`); of the values learned, the first ones are another signal's
    # (`inheritance.py`)
    Field("learned", "i8", (), OWN, lambda signals: signals["seen"]),
    *floats(OWN, "learned_ones"),
    *small(EVIDENCE, "relearn_at"),
    *small(OWN, "look_at", "settled_from", "taken_up"),
    # how many scores of its reference its detectors were shown before its first value
    Field("primed", "i4", (), OWN, lambda signals: np.minimum(signals["reference_count"], PRIMED_MAX)),
    *small(REFERENCE, "atoms"),  # distinct values of the reference, 0 for many
    *floats(REFERENCE, "ones"),
    # the mean number of values between false alarms that is asked of all its detectors together
    *floats(IDENTITY, "requested"),
    *floats(OWN, "shares", shape=(len(TEST_NAMES),)),  # of the false alarms, by test of the kernel
    # the reference and how a value becomes a score under it
    *counts(REFERENCE, "reference_count", "reference_missing"),
    *floats(REFERENCE, "reference_mean", "reference_sd", "reference_low", "reference_high"),
    *floats(REFERENCE, "center", "scale", "cut", "common", "rare", "origin"),
    # how a number's quantiles go on beyond the lower and the upper end of its table: by how much for a score
    # of 1, and by how much that grows (`table_ends.py`); before they were known, by its sd
    Field("tails", "f8", (2, 2), REFERENCE, lambda signals: tails_by(signals["reference_sd"])),
    # by how much the value changes with an effect of one sd: by the reference's, or by that of its noise
    *floats(REFERENCE, "effect_sd"),
    # the first value of a number: all others are kept as their difference from it, so that what is added to a
    # number changes no bit of what is found
    *floats(REFERENCE, "anchor"),
    # what a value of a tail is measured from: the line through the last hour, learned from `base_counted`
    # values up to `base_memory` of them; a value counts for no more than `base_limit` away from it; grain is
    # how far apart values are that are only few, such as whole numbers
    *floats(REFERENCE, "base", "base_trend", "base_counted", "base_memory", "base_limit", "grain"),
    *floats(REFERENCE, "base_variance"),
    *floats(REFERENCE, "base_steps", shape=(2, 2)),
    # of a number the last extreme value, of a signal that counts extremes the value before
    *floats(OWN, "base_last"),
    # the recent window, [0] the half being filled and [1] the full one before: missing values, and count, sum
    # and sum of squares of value - origin, minimum, maximum, sum of scores
    *counts(OWN, "gaps", shape=(2,)),
    *floats(OWN, "recent", shape=(2, 6)),
    # from a score to an innovation: coefficient and sd of the AR(1) process, the residual before; the level
    # (with its trend while it is local), learned from `counted` values up to `memory` of them
    *floats(REFERENCE, "phi", "sigma", "previous", "level", "trend", "counted", "memory"),
    # how long a changed level is held while it is local, in values, and a healthy one remembered
    *floats(REFERENCE, "hold"),
    *floats(IDENTITY, "remembered_ms"),
    # what the fit of a cycle leaves uncertain, in sd
    *floats(REFERENCE, "allowance"),
    # the memory of a local level in time; the sd of innovations of late where a cycle moves it too, learned
    # from `variance_counted` values up to `variance_memory` of them (0: it is not)
    *floats(REFERENCE, "local_ms", "local_sd", "variance_counted", "variance_memory"),
    # the variance of means of innovations, and of their squares, against that of independent normal ones; of
    # blocks of innovations (`kernels/long_run.py`): values and sums in the open one, how many blocks, and
    # their sums
    *floats(REFERENCE, "long_run", "long_run_squares"),
    *floats(OWN, "open_block", shape=(4,)),
    *floats(REFERENCE, "blocks", shape=(4,)),
    # what wanders: how far it takes the level now, the share of an innovation that it learns, what is left of
    # it after a value, its variance in that of innovations; of means of blocks of scores, how many, their
    # squares, their products with those some blocks before; the last ones, the newest last
    *floats(EVIDENCE, "wander"),
    *floats(REFERENCE, "wander_gain", "wander_kept", "wander_variance"),
    *floats(REFERENCE, "wander_sums", shape=(4,)),
    *floats(EVIDENCE, "past_means", shape=(PAST_MEANS,)),
    # when more can be learned: count, sum of squares and of lagged products of scores, the score before, the
    # count and the time at which to look again
    *floats(REFERENCE, "products", shape=(3,)),
    *floats(REFERENCE, "score_before", "learn_at"),
    *counts(REFERENCE, "season_from_ms", "season_ms"),
    # the latest half hour of local time, counted from 1970, sum and count of its values so far, and for how
    # many half hours on end it has been away (`kernels/weeks.py`); how sure it is that a step of its cycle
    # came early or late; when to look whether a clock was changed, from which half hour on (`clock.py`)
    *counts(REFERENCE, "half_hour"),
    *counts(EVIDENCE, "away_half_hours"),
    *counts(EVIDENCE, "clock_from", "clock_ms"),
    *floats(REFERENCE, "half_hour_sum", "half_hour_count"),
    *floats(EVIDENCE, "hour", shape=(2,)),
    # after a change: by how many sd it is away from its level, known from how many values, and by how many
    # the level had begun to follow; by how many levels that stayed have moved it in all; the variance of
    # innovations around the level that it is at, where that is wider than the reference's
    *floats(EVIDENCE, "shift", "shift_count", "drifted", "carried", "away_square"),
    # the e-detector: what its smallest shifts are multiplied by; its lanes, upwards and downwards, how much
    # they count (1 is an alarm), and the factors that make their ratios 1 on average
    *floats(OWN, "shift_scale"),
    Field("lanes", "f4", (2, LANES), EVIDENCE),
    Field("weights", "f4", (LANES,), OWN),
    Field("gains", "f4", (2, LANES), OWN),
    # how often sums of the healthy signal came over each of two levels, in how many values
    Field("crossings", "f4", np.shape(CROSSING_LEVELS), LEARNED_SINCE),
    Field("pad", "f4", (1,), OWN),  # so that numbers begin at multiples of eight bytes
    *floats(LEARNED_SINCE, "crossing_values"),
    # the variance test: sums for wider and narrower, with count and squares since each was 0; the ratio that
    # the variance has changed by; since then count and squares, and those up to the last whole block, and
    # sigma then
    *floats(EVIDENCE, "spreads", shape=(2, 3)),
    *floats(EVIDENCE, "spread_stay", shape=(4,)),
    *floats(OWN, "spread_height"),
    *floats(REFERENCE, "spread_error"),
    *floats(OWN, "spread", default=1.0),
    # the shape test: values in the window and the time of the first, windows in the pattern; cells of
    # categories that are judged
    *small(EVIDENCE, "shape_tallied", "shape_patterned", once_without="shape_"),
    *counts(OWN, "shape_window_ms", once_without="shape_"),
    *small(REFERENCE, "shape_cells"),
    *small(REFERENCE, "every"),  # so many values make a block for the per-signal detectors
    *floats(OWN, "shape_height"),
    *floats(OWN, "shape_pattern_height", once_without="shape_"),
    *floats(EVIDENCE, "shape_statistic"),
    # the dependence test: the innovation before, cut off; how many products are known, their mean and their
    # variance; of blocks of them what `learn_deviation` says; sums for more and for less dependence, with
    # values since each was 0; when phi would have been learned again
    *floats(EVIDENCE, "dependence_before"),
    *floats(LEARNED_SINCE, "dependence_known", shape=(3,)),
    *floats(LEARNED_SINCE, "dependence_blocks", shape=(5,)),
    *floats(EVIDENCE, "dependence_sums", shape=(2, 2)),
    *floats(OWN, "dependence_height", "dependence_due", default=inf),
    # those blocks, and blocks for the confirmation of an alarm
    *counts(EVIDENCE, "emitted"),
    *small(EVIDENCE, "block_count", "ring_count"),
    *floats(EVIDENCE, "block_sum", "ring_sum"),
    *counts(EVIDENCE, "rings"),
    *floats(EVIDENCE, "ring", shape=(RING_BLOCKS,)),
    # Page-Hinkley; ph_told is how often it fired at this level
    *floats(OWN, "ph_delta", "ph_threshold", "ph_mean", "ph_increase", "ph_decrease", once_without="ph_"),
    *floats(OWN, "ph_increase_min", "ph_decrease_max", once_without="ph_"),
    *counts(OWN, "ph_instances", once_without="ph_"),
    *counts(EVIDENCE, "ph_told", once_without="ph_"),
    # totals (count, sum, sum of squares, sum of scores, sum of innovations; and what was expected then) of
    # the level, of the one before, and of the level when each of six CUSUMs last was zero: upwards and
    # downwards, with three drifts; and after the last value that was no part of a leap
    *floats(OWN, "totals", shape=(TOTALS,)),
    *floats(EVIDENCE, "before", shape=(TOTALS,)),
    *floats(EVIDENCE, "onset_cusums", shape=(CUSUMS,), once_without="onset_"),
    *floats(OWN, "onset_marks", shape=(MARKS, TOTALS), once_without="onset_"),
    *counts(EVIDENCE, "onset_marks_ms", "onset_marks_offset", shape=(MARKS,), once_without="onset_"),
    *counts(EVIDENCE, "level_ms", "level_offset"),
)
SIGNAL = np.dtype([(field.name, field.format, field.shape) for field in SIGNAL_FIELDS])

INHERITED: Final = tuple(field.name for field in SIGNAL_FIELDS if field.life.inherited)
RESTARTED: Final = tuple(field.name for field in SIGNAL_FIELDS if field.life.restarts)
INHERITED_AFTER_THE_RESTART: Final = tuple(name for name in INHERITED if name in RESTARTED)
IDENTITIES: Final = tuple(field.name for field in SIGNAL_FIELDS if field.life.is_identity)
DEFAULTS: Final = {field.name: field.default for field in SIGNAL_FIELDS}
FORMERLY: Final = {field.name: field.formerly for field in SIGNAL_FIELDS if field.formerly}

SEASON = np.dtype(
    [("weeks", "i2", (2, SLOTS)), ("weight", "u2", (SLOTS,)), ("mean", "f4", (SLOTS,))],
)
"""What a signal is like at each half hour of the week, 3,360 bytes: the mean score of the last one and of the
one before, values seen, and their mean score. An heir has all of it.
"""

CYCLE = np.dtype([("knots", "f4", (SLOTS,)), ("steps", "i2", (SLOTS,))])
"""The cycle that is removed, as waves and as steps, 2,016 bytes: of signals that have one. An heir has it."""

SHAPE_INHERITED: Final = (
    *("table", "level"),
    *("usual", "mode", "usual_middle", "usual_spread", "middle", "spread", "still"),
)
SHAPE_DEFAULTS: Final = {"usual": 0.04, "mode": np.nan}
"""Of references that knew nothing of single values: each may have been nearly a quantile (`MASS_SHARE`)."""


def codes_told_apart(categories: int) -> int:
    """How many codes of categories, from 1 on, a bank with this limit of them tells apart: a Shape has room
    for the points of a number's table.
    """
    return max(GRID_POINTS, categories + 2) - 2


def codes_at_first_sight(categories: int) -> int:
    """How many of them belong to what comes first; some more are for what turns out to be frequent."""
    return min(categories, codes_told_apart(categories) - CODES_FOR_THE_FREQUENT)


@lru_cache(maxsize=64)
def shape_dtype(categories: int) -> np.dtype[Any]:
    """The Shape record: 129 quantiles, or one entry per code, 0 being "other" and the last one "unseen".

    table: VALUE reference quantiles or atoms; CATEGORY the reference share of each code. level: the
    cumulative probability up to and including each entry. cells: values of the two halves of the recent
    window per cell between table entries, or per code. tally: values of the window of the shape test per cell
    or code (of UNSEEN, while it learns, at which value each code came first); counts: of the last window per
    cell of it; pattern: the same of healthy windows together. An heir has SHAPE_INHERITED.

    Of single values of a number (`kernels/repeats.py`; 608 bytes): the largest share that one had in the
    reference which has not several quantiles of its own; the value that stood out there (NaN: none); the
    median and the median deviation from it, of the reference and of late; the values that stand out now, the
    hash of the last value, since how many values the median and the deviation are the reference's, and how
    often each value that stands out came; of each slot the value that it holds, as a hash, and how often it
    came. Of categories, which have no such slots, tags are the last codes and held is how many there were.
    """
    repeats: list[Any] = [
        *((name, "f8") for name in ("usual", "mode", "usual_middle", "usual_spread", "middle", "spread")),
        ("noted", "f8", (NOTED_VALUES,)),
        ("held", "i8"),
        ("still", "i8"),
        ("tags", "u2", (REPEAT_SLOTS,)),
        ("hits", "u2", (REPEAT_SLOTS,)),
        ("noted_hits", "u2", (NOTED_VALUES,)),
    ]
    points = codes_told_apart(categories) + 2
    windows = [("cells", "u2", (2, points + 1)), ("tally", "u2", (points,))]
    cells = [(name, "f4", (SHAPE_CELLS,)) for name in ("counts", "pattern")]
    return np.dtype([("table", "f8", (points,)), ("level", "f4", (points,)), *repeats, *windows, *cells])
