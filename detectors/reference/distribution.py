"""How a number's values become scores: the table of its reference, made from the reference's own values."""

from math import fsum, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.kernels.scores import CLIP, score_reference
from driftline.detectors.kernels.scratch import DAY_MS, make_scratch
from driftline.detectors.reference.stabilising import (
    Pairs,
    dominates,
    is_dominated,
    pairs_of,
    stabilising_table,
)
from driftline.detectors.reference.table_ends import (
    GRID,
    Tails,
    half_sds,
    independent,
    lengthen_tails,
    scores_by_rank,
    smooth,
)
from driftline.detectors.season.cycle import DAY_SLOTS, looks_flat, means_of
from driftline.detectors.state.fields import GRID_POINTS

ATOMS_MAX = 16  # judged: with 8 hardly anything is otherwise; a table knows more of its tails
FARTHEST, FAR, SPIKES_OF = 4, 4.0, 100  # judged: three of fewer values are not a few
GRAIN_ERROR = 1e-3  # of a grain: what floating point makes of 0.1, 0.2, 0.3
GRAINS_MAX = 1e12  # derived: of more, floating point makes more than that
PAIRS_A_DAY = 336  # the values of a pair are so far apart: neighbours depend on each other more


def learn_distribution(
    signal: np.void, shape: np.void, values: NDArray[np.float64], *, spans_a_day: bool
) -> None:
    """The quantile table of a number [129 points], or its atoms when there are few distinct values."""
    atoms, counts = np.unique(values, return_counts=True)
    signal["grain"] = grain_of(atoms)
    if len(atoms) <= ATOMS_MAX:
        signal["atoms"] = len(atoms)
        signal["tails"] = (float(values.std()), 0.0)
        shape["table"][: len(atoms)] = atoms
        shape["level"][: len(atoms)] = np.cumsum(counts) / len(values)
    else:
        signal["atoms"] = 0
        places = np.clip(GRID * len(values) - 0.5, 0, len(values) - 1)
        shape["table"][:GRID_POINTS] = np.interp(places, np.arange(len(values)), np.sort(values))
        shape["level"][:GRID_POINTS] = GRID
        count = independent(values)
        smooth(shape["table"][:GRID_POINTS], count)
        known = Tails(count, half_sds(values), not spans_a_day)
        signal["tails"] = lengthen_tails(shape["table"][:GRID_POINTS], known)
    describe(signal, shape, values)


def grain_of(distinct: NDArray[np.float64]) -> float:
    """How far apart the values of a sorted list [distinct] are, where all of them are whole numbers of that;
    0 where they are not.
    """
    grain = float(np.diff(distinct).min(initial=np.inf))
    if not np.ptp(distinct) < GRAINS_MAX * grain < np.inf:
        return 0.0
    places = (distinct - distinct[0]) / grain
    return grain if np.abs(places - np.round(places)).max() < GRAIN_ERROR else 0.0


def learn_number(
    signal: np.void, shape: np.void, values: NDArray[np.float64], slots: NDArray[np.integer[Any]]
) -> None:
    """The table that fits a number best, from its values in the order of time and their half hours."""
    days = max((int(signal["last_ms"]) - int(signal["first_ms"])) / DAY_MS, 1.0)
    apart = max(int(len(values) / days) // PAIRS_A_DAY, 1)
    scores = scores_by_rank(values)  # of an amount a few wild values would say that a cycle dominates it
    spans_a_day = len(np.unique(slots % DAY_SLOTS)) == DAY_SLOTS
    is_narrow = is_dominated(scores, pairs_of(scores, apart))
    if spans_a_day and is_narrow and dominates(scores, slots) and not looks_flat(*means_of(values, slots)):
        learn_stabilised(signal, shape, values, pairs_of(values, apart))
    else:
        learn_distribution(signal, shape, values, spans_a_day=spans_a_day)


def is_no_spike(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of the values [count] are none of up to three on a side that lie four times as far as the fourth.

    From the median, and as the median value at least: a single spike would make the tails and the sd those of
    a signal many times as wide. Healthy values, log-normal ones too, hardly ever reach so far.
    """
    if len(values) < SPIKES_OF:
        return np.ones(len(values), np.bool_)
    middle = float(np.median(values))
    usual = float(np.median(np.abs(values - middle)))
    low, high = np.partition(values, (FARTHEST - 1, len(values) - FARTHEST))[[FARTHEST - 1, -FARTHEST]]
    lowest = middle - FAR * max(middle - low, usual) if low < middle else -np.inf
    highest = middle + FAR * max(high - middle, usual) if high > middle else np.inf
    return np.asarray((values >= lowest) & (values <= highest))


def learn_stabilised(signal: np.void, shape: np.void, values: NDArray[np.float64], pairs: Pairs) -> None:
    """The table [129 points] of a number that a cycle dominates, from pairs of its values.

    Its noise has sd 1 in scores, and effects are measured in it: the sd of all values is the cycle's.
    """
    # Points lie by the noise, closer than whole numbers may.
    signal["atoms"], signal["grain"] = 0, 0.0
    signal["tails"] = (float(values.std()), 0.0)
    table = stabilising_table(pairs, (float(values.min()), float(values.max())))
    shape["table"][:GRID_POINTS] = table
    shape["level"][:GRID_POINTS] = np.searchsorted(np.sort(values), table, side="right") / len(values)
    describe(signal, shape, values)
    scores = Pairs(*(own_scores(signal, shape, part) for part in pairs))
    signal["scale"] *= scores.noise_sd()
    signal["effect_sd"] = pairs.noise_sd()


def describe(signal: np.void, shape: np.void, values: NDArray[np.float64]) -> None:
    """Moments and range of the reference's values [reference_count].

    Scores read from its table are corrected to mean 0 and sd 1 on these values themselves.
    """
    varies = bool(np.ptp(values))
    signal["center"], signal["scale"] = 0.0, 1.0
    signal["reference_sd"] = signal["effect_sd"] = values.std() if varies else 0.0
    scores = np.clip(own_scores(signal, shape, values), -CLIP, CLIP)
    if varies:
        signal["center"] = fsum(scores.tolist()) / len(scores)
        squares = (scores - signal["center"]) ** 2
        signal["scale"] = max(sqrt(fsum(squares.tolist()) / len(scores)), 0.1)
    signal["reference_mean"] = signal["origin"] = values.mean() if varies else values[0]
    signal["reference_low"], signal["reference_high"] = values.min(), values.max()


def own_scores(signal: np.void, shape: np.void, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The scores [values] of the reference's own values."""
    scores = np.empty(len(values))
    score_reference(signal, shape, make_scratch(), np.ascontiguousarray(values), scores)
    return scores


def rebuild_recent(signal: np.void, shape: np.void, values: NDArray[np.float64]) -> None:
    """The recent window again, now around the reference mean and with its histogram."""
    end = len(values)
    points = int(signal["atoms"]) or GRID_POINTS
    for half in (0, 1):
        part = values[end - int(signal["recent"][half, 0]) : end]
        end -= len(part)
        deviations = part - signal["origin"]
        signal["recent"][half, 1:3] = deviations.sum(), (deviations**2).sum()
        cells = np.searchsorted(shape["table"][:points], part)
        shape["cells"][half] = np.bincount(cells, minlength=shape["cells"].shape[1])
