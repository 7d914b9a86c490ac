"""The mechanisms of the detection chain by name: what each is, and the patch that leaves it out.

What is left out gives its false alarms to the others where it has a share of them. A renamed constant or
function breaks tests/benchmarks/test_quality_ablation.py, not silently the table.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from benchmarks.quality import replacements
from benchmarks.quality.patches import Patch, constant
from driftline.detectors.forecast import learning, local_level
from driftline.detectors.forecast.wandering import NONE
from driftline.detectors.season.cycle import Fit
from driftline.detectors.season.weekly import SMOOTH
from driftline.detectors.state.fields import SLOTS
from driftline.detectors.state.lanes import DRIFTS, LANES, SDS, SHIFTS

UNREACHED = 1e9  # a threshold
NEVER_MS = 10**15


class Mechanism(NamedTuple):
    """What it is, in a few words, and what leaves it out."""

    what: str
    patches: tuple[Patch, ...]


def without_lane(lane: int) -> Patch:
    """A shift that is not looked for; the others have its false alarms."""

    def make(original: Callable[..., bool]) -> Callable[..., bool]:
        return lambda signal, each, every: each != lane and original(signal, each, every)

    return Patch("evidence.shifts.is_in_reach", make)


def without_detector(name: str) -> Patch:
    """A detector that no signal has."""

    def make(original: Callable[..., tuple[str, ...]]) -> Callable[..., tuple[str, ...]]:
        return lambda signal, asked: tuple(each for each in original(signal, asked) if each != name)

    return Patch("plugins.choice.detectors_of", make)


def function(path: str, instead: Callable[..., Any], *, here: bool = False) -> Patch:
    """Another function."""
    return constant(path, instead, here=here)


def then(path: str, more: Callable[..., Any]) -> Patch:
    """The same function, and then more with the same arguments."""

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def both(*arguments: Any) -> None:
            original(*arguments)
            more(*arguments)

        return both

    return Patch(path, make)


def setting(**fields: float) -> Callable[..., None]:
    """Sets fields of the signal that is the first argument."""

    def set_fields(signal: Any, *_: Any) -> None:
        for name, value in fields.items():
            signal[name] = value

    return set_fields


def end_local(signal: Any, season: Any, _values: float) -> None:
    """Against its reference from the first value on."""
    if not signal["armed"]:
        learning.leave_local(signal, season, 0.0)


def keep_an_hour(signal: Any) -> None:
    """The line of a local level is that of an hour from the first value on."""
    signal["local_ms"] = local_level.LOCAL_MS
    local_level.set_memory(signal)


def ask_again(signal: Any) -> None:
    """Only when the next conclusion is due."""
    signal["learn_at"] = 2.0 * float(signal["products"][0])


def lane_name(lane: int) -> str:
    """By its shift, or the tail's."""
    return f"shift_{SHIFTS[lane]:g}" if SDS[lane] == 1.0 else "shift_in_the_tail"


MECHANISMS: dict[str, Mechanism] = {
    "nothing": Mechanism("the detectors as they are", ()),
    **{
        lane_name(lane): Mechanism(f"the evidence of {SHIFTS[lane]:g} sd", (without_lane(lane),))
        for lane in range(LANES)
    },
    **{
        name: Mechanism(f"what {name} tells", (without_detector(name),))
        for name in ("e_detector", "variance", "shape", "adwin", "page_hinkley")
    },
    "whitening": Mechanism(
        "phi: what the score before foretells",
        (
            Patch(
                "forecast.whitening.whitening",
                lambda original: lambda count, squares, _, **how: original(count, squares, 0.0, **how),
            ),
        ),
    ),
    "first_look": Mechanism(
        "a first look at 300 values",
        (
            Patch(
                "engine.driver.Limits", lambda original: lambda most, _, *sizes: original(most, most, *sizes)
            ),
        ),
    ),
    "learning_on": Mechanism(
        "a reference made anew of more values, where these are worth little",
        (constant("reference.warm_up.INDEPENDENT_SHARE", 0.0),),
    ),
    "caution": Mechanism(
        "what phi and sigma are not known by", (constant("forecast.whitening.CAUTION", 0.0),)
    ),
    "long_run": Mechanism(
        "what no AR(1) describes",
        (then("forecast.learning.set_long_run", setting(long_run=1.0, long_run_squares=1.0)),),
    ),
    "shift_scale": Mechanism(
        "small shifts made what phi leaves of them",
        (function("evidence.thresholds.shift_in_innovations", lambda _: 1.0, here=True),),
    ),
    "wandering": Mechanism(
        "a level that comes and goes", (function("forecast.wandering.wandering", lambda *_: NONE),)
    ),
    "local_level": Mechanism(
        "a level of the last hour until a cycle is known",
        (then("forecast.learning.conclude_season", end_local),),
    ),
    "local_line": Mechanism(
        "a line, not a mean, through that hour",
        (function("kernels.residuals.gains", replacements.mean_gains),),
    ),
    "following": Mechanism(
        "a line as short as the day needs",
        (function("forecast.local_level.following_ms", lambda *_: 3_600_000.0),),
    ),
    "first_quarter": Mechanism(
        "a quarter of an hour on the first day", (then("forecast.local_level.begin_local", keep_an_hour),)
    ),
    "reachable": Mechanism(
        "no shift that a local level would follow",
        (constant("evidence.shifts.LOCAL_DELAYS", 0.0),),
    ),
    "hold": Mechanism(
        "a local level takes over after half a day", (constant("forecast.local_level.HOLD_MS", NEVER_MS),)
    ),
    "flat_in_two_days": Mechanism(
        "two days that show no cycle",
        (function("forecast.learning.looks_flat", lambda *_: False, here=True),),
    ),
    "cycle": Mechanism(
        "the cycle of day and week",
        (function("season.weekly.fit_cycle", lambda *_: Fit(np.zeros(SLOTS), 0.0), here=True),),
    ),
    "stabilising": Mechanism(
        "a table by the noise near a value",
        (function("reference.distribution.is_dominated", lambda *_: False),),
    ),
    "lengthen_tails": Mechanism(
        "tails of a short reference go on",
        (function("reference.distribution.lengthen_tails", lambda *_: None),),
    ),
    "short_end": Mechanism(
        "the short end of a skewed table shrinks",
        (function("reference.table_ends.surely_shrinks", lambda *_: 0.0),),
    ),
    "hidden_noise": Mechanism(
        "slow noise that a local level hid", (function("forecast.learning.give_back_noise", lambda *_: None),)
    ),
    "grain": Mechanism(
        "single events are no step of a week", (function("forecast.allowance.grain_of", lambda *_: SMOOTH),)
    ),
    "atoms": Mechanism(
        "few distinct values, each its probability", (constant("reference.distribution.ATOMS_MAX", 1),)
    ),
    "ties": Mechanism("equal values told apart", (function("kernels.scores.uniform", replacements.middle),)),
    "allowance": Mechanism(
        "what the cycle's fit is uncertain by", (constant("forecast.learning.ALLOWANCE", 0.0),)
    ),
    "misfit": Mechanism(
        "what half hours differ from the cycle by",
        (function("forecast.learning.allow_for_misfit", lambda *_: None),),
    ),
    "local_sd": Mechanism(
        "the variance of late",
        (then("forecast.local_level.set_variance_memory", setting(variance_memory=0.0, local_sd=1.0)),),
    ),
    "moved": Mechanism(
        "room for a variance that a cycle moves",
        (constant("evidence.variance.MOVED", 0.0), constant("evidence.variance.MOVED_FAR", 0.0)),
    ),
    "spread_error": Mechanism(
        "what the reference's variance is not known by",
        (then("forecast.learning.set_whitening", setting(spread_error=0.0)),),
    ),
    "crossings": Mechanism(
        "thresholds raised by crossings of lower levels",
        (function("calibration.crossings.raised", lambda height, *_: height),),
    ),
    "e_margin": Mechanism(
        "a standard error of the rate given away", (constant("evidence.odds.MARGIN", 0.0),)
    ),
    "give_way": Mechanism(
        "what was learned around another level counts less",
        (function("forecast.learning.give_way", ask_again),),
    ),
    "begin_far": Mechanism(
        "after a leap the last value is the level", (constant("kernels.change_point.SATURATED", UNREACHED),)
    ),
    "followed": Mechanism(
        "what the level followed before a change was found",
        (function("kernels.change_point.followed", replacements.nothing_followed),),
    ),
    "marks": Mechanism(
        "three pairs of marks for where a change began",
        (function("kernels.change_point.best_mark", replacements.one_mark),),
    ),
    "pattern": Mechanism(
        "the shape against its healthy windows",
        (function("evidence.shape.pattern_statistic", replacements.even_pattern),),
    ),
    "category_groups": Mechanism(
        "a step between common and rare categories",
        (function("reference.categories.weigh_groups", setting(center=0.0, scale=1.0)),),
    ),
    "category_drifts": Mechanism(
        "likelihood ratios for the scores of categories",
        (function("evidence.shifts.drifts_of_categories", lambda _: np.tile(DRIFTS, (2, 1)), here=True),),
    ),
    "tail_steps": Mechanism(
        "a tail follows a step at once", (function("kernels.scores.follow_steps", replacements.no_steps),)
    ),
    "rare_blocks": Mechanism(
        "ADWIN reads blocks of rare events", (constant("reference.arming.RARE_BLOCK", 1),)
    ),
    "comes_daily": Mechanism(
        "a jump of yesterday and the day before", (function("season.daily.comes_daily", lambda *_: False),)
    ),
    "daily_steps": Mechanism(
        "jumps that days share are steps", (function("season.daily.daily_steps", lambda _: np.zeros(SLOTS)),)
    ),
    "seen_twice": Mechanism(
        "what a rate did on two days it may do again", (function("season.weekly.seen_twice", lambda *_: 0.0),)
    ),
    "known_codes": Mechanism(
        "categories are new twice", (function("kernels.known_codes.know_codes", replacements.always_new),)
    ),
    "dormant": Mechanism(
        "zeros of data quality are only counted",
        (function("kernels.dormant.is_dormant", replacements.never_dormant),),
    ),
}
