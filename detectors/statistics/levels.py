"""The statistics of a signal, read from its record: recent window, reference, quantiles."""

from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.kernels.reading import CATEGORY, VALUE
from driftline.detectors.state.arrays import Row
from driftline.detectors.state.fields import GRID_POINTS, RING_BLOCKS, Changed

PROBABILITIES = (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
# Sums of 10^6 values of one size are exact to some 10^-13 of it.
LOST_TO_ROUNDING = 1e-12
Phase = Literal["warm_up", "rough", "local_level", "reference"]
EFFECT_MAX = 100.0  # a change of a constant has no finite size in sd


@dataclass(frozen=True)
class Moments:
    """Mean, sd and count of values in the units of the signal (a rate for 0/1)."""

    mean: float
    sd: float
    count: int


@dataclass(frozen=True)
class Level:
    """What a signal is like over some values; a number's quantiles are those at 5, 25, 50, 75, 95, 99 %."""

    count: int
    missing: int
    mean: float
    sd: float
    minimum: float
    maximum: float
    quantiles: tuple[float, ...] | None


@dataclass(frozen=True)
class SignalState:
    """A signal now: recent window, reference (None before it is armed) and how far apart they are.

    block_effects: up to 8 mean scores of blocks of values in reference sd, the newest last.
    phase: what it is watched against: nothing yet, the first part of its warm-up, a local level (no cycle is
    known), or its reference.
    spread: its variance against the reference's, 1.0 while it is the same; differs_in: what else than its
    mean is another.
    away: whether it is at another level than its reference's, as far as is known.
    phi: its autocorrelation, and noise_sd: how it varies around what is expected at its time of the week, in
    reference sd (`standard_error_sd`).
    followed: by how many sd, in all, levels that stayed have become its level.
    seasonal: whether the time of the week moves it, so that its values alone say little.
    rises: whether it only ever rose while its reference was learned, as an id or a clock does.
    """

    name: str
    armed: bool
    seen: int
    recent: Level
    reference: Level | None
    effect_size_sd: float
    block_effects: tuple[float, ...]
    phase: Phase = "reference"
    spread: float = 1.0
    differs_in: frozenset[Changed] = frozenset()
    away: bool = False
    phi: float = 0.0
    followed: float = 0.0
    seasonal: bool = False
    rises: bool = False
    noise_sd: float = 1.0

    def standard_error_sd(self, values: float) -> float:
        """Of the mean of so many values, in reference sd: sqrt((1 + phi) / (1 - phi) / n) of their noise."""
        return self.noise_sd * sqrt((1 + self.phi) / (1 - self.phi) / values)


def moments(origin: float, totals: NDArray[np.float64]) -> Moments:
    """From totals (count, sum, sum of squares of value - origin, …); of a number measured from its anchor."""
    count = int(totals[0])
    if count == 0:
        return Moments(0.0, 0.0, 0)
    deviation, square = float(totals[1]) / count, float(totals[2]) / count
    variance = square - deviation**2
    spread = sqrt(variance) if variance > LOST_TO_ROUNDING * square else 0.0
    return Moments(added(origin, deviation), spread, count)


def added(one: float, other: float) -> float:
    """The sum of two numbers; 0 where nothing but rounding is left of them: no rate is -7e-16 events/s."""
    total = one + other
    return total if abs(total) > LOST_TO_ROUNDING * max(abs(one), abs(other)) else 0.0


def in_units(signal: np.void, measured: Moments) -> Moments:
    """Moments in the units of the signal, from those that are measured from its anchor."""
    return (
        replace(measured, mean=added(measured.mean, float(signal["anchor"]))) if measured.count else measured
    )


def measured_in_scores(signal: np.void) -> bool:
    """Whether the reference mean is not what the signal is compared with at this time of the week."""
    if signal["transform"] == CATEGORY:
        return True
    return bool(signal["season"] and signal["reference_sd"] and (signal["local"] or signal["cyclic"]))


def score_unit(signal: np.void) -> float:
    """The sd of the reference that one unit of a score is."""
    if signal["transform"] in (VALUE, CATEGORY):
        return 1.0
    return float(signal["scale"]) / float(signal["reference_sd"])


def effect_size(signal: np.void, mean: float, mean_score: float) -> float:
    """How far a mean, measured from the anchor, lies from the reference, in reference sd, within ±100.

    Of a signal with a cycle or a local level it is the mean distance from what was to be expected; for
    categories the mean normal score: it moves when categories of the same surprise change places.
    """
    if measured_in_scores(signal):
        return mean_score * score_unit(signal)
    difference = mean - float(signal["reference_mean"])
    if difference == 0.0:
        return 0.0
    sd = float(signal["reference_sd"])
    if abs(difference) >= EFFECT_MAX * sd:
        return EFFECT_MAX if difference > 0 else -EFFECT_MAX
    return difference / sd


class Stay(NamedTuple):
    """Some values at one level: their moments, measured from the anchor, and their mean score."""

    values: Moments
    score: float


def step_size(signal: np.void, was: Stay, now: Stay) -> float:
    """By how many sd a signal has left one level for another, within ±100.

    In sd of the reference, or of the level that it left where that varies more. Of a signal with a cycle, a
    local level or categories it is the difference of mean scores.
    """
    if measured_in_scores(signal):
        return (now.score - was.score) * score_unit(signal)
    difference = now.values.mean - was.values.mean
    sd = max(float(signal["reference_sd"]), was.values.sd)
    if abs(difference) >= EFFECT_MAX * sd:
        return 0.0 if difference == 0.0 else EFFECT_MAX if difference > 0 else -EFFECT_MAX
    return difference / sd


def recent_level(signal: np.void, shape: np.void, values: NDArray[np.float64]) -> Level:
    """The sliding recent window, one to two halves long; `values` are what a signal not armed has kept."""
    recent = signal["recent"]
    totals = recent.sum(axis=0)
    of = in_units(signal, moments(float(signal["origin"]), totals))
    filled = recent[recent[:, 0] > 0]
    low, high = (float(filled[:, 3].min()), float(filled[:, 4].max())) if of.count else (0.0, 0.0)
    quantiles = None
    if of.count and signal["transform"] == VALUE:
        if signal["armed"]:
            quantiles = table_quantiles(signal, shape, (low, high))
        else:
            quantiles = tuple((np.quantile(values[-of.count :], PROBABILITIES) + signal["anchor"]).tolist())
    return Level(of.count, int(signal["gaps"].sum()), of.mean, of.sd, low, high, quantiles)


def table_quantiles(signal: np.void, shape: np.void, ends: tuple[float, float]) -> tuple[float, ...]:
    """Quantiles of the recent window from its histogram: interpolated within a cell, but exact for atoms."""
    points = int(signal["atoms"]) or GRID_POINTS
    counts = shape["cells"].sum(axis=0)[: points + 1]
    table = shape["table"][:points] + signal["anchor"]
    if signal["atoms"]:
        values = np.append(table, max(ends[1], float(table[-1])))
        places = np.searchsorted(np.cumsum(counts), np.array(PROBABILITIES) * counts.sum())
        return tuple(np.clip(values[places], *ends).tolist())
    edges = np.concatenate(([min(ends[0], table[0])], table, [max(ends[1], table[-1])]))
    cumulated = np.concatenate(([0], np.cumsum(counts)))
    quantiles = np.interp(np.array(PROBABILITIES) * cumulated[-1], cumulated, edges)
    return tuple(np.clip(to_grain(signal, quantiles - signal["anchor"]) + signal["anchor"], *ends).tolist())


def to_grain(signal: np.void, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """What follows from whole numbers, measured as the reference is, as whole ones: between two of them
    nobody has a value.
    """
    grain, first = float(signal["grain"]), float(signal["reference_low"])
    if not grain or not signal["reference_sd"]:  # of a constant it says something else (`beyond_atoms`)
        return numbers
    return np.asarray(first + np.round((numbers - first) / grain) * grain)


def reference_level(signal: np.void, shape: np.void) -> Level | None:
    """The reference, None before the signal is armed."""
    if not signal["armed"]:
        return None
    quantiles = None
    if signal["transform"] == VALUE:
        points = int(signal["atoms"])
        table, level = shape["table"], shape["level"]
        if points:
            places = table[np.searchsorted(level[: points - 1], np.array(PROBABILITIES, np.float32))]
        else:
            places = np.interp(PROBABILITIES, level[:GRID_POINTS], table[:GRID_POINTS])
        quantiles = tuple((to_grain(signal, places) + signal["anchor"]).tolist())
    count, missing = int(signal["reference_count"]), int(signal["reference_missing"])
    names = ("reference_mean", "reference_low", "reference_high")
    mean, low, high = (float(signal[name] + signal["anchor"]) for name in names)
    sd = float(signal["reference_sd"])
    return Level(count, missing, mean, sd, low, high, quantiles)


def block_effects(signal: np.void) -> tuple[float, ...]:
    """The last block means in reference sd, the newest last."""
    if not signal["armed"]:
        return ()
    rings = int(signal["rings"])
    unit = score_unit(signal)
    ring = signal["ring"]
    return tuple(float(ring[i % RING_BLOCKS]) * unit for i in range(max(rings - RING_BLOCKS, 0), rings))


def phase_of(signal: np.void) -> Phase:
    """What a signal is measured against (`SignalState`)."""
    if not signal["armed"]:
        return "warm_up"
    if signal["rough"]:
        return "rough"
    return "local_level" if signal["local"] else "reference"


def noise_sd(signal: np.void) -> float:
    """How a number with a cycle varies around it, in reference sd; of what has none, that is its sd."""
    if signal["transform"] != VALUE or not signal["season"] or signal["local"] or not signal["cyclic"]:
        return 1.0
    phi = float(signal["phi"])
    return min(float(signal["sigma"]) * float(signal["local_sd"]) / sqrt(1 - phi**2), 1.0)


def signal_state(
    name: str, row: Row, values: NDArray[np.float64], differs_in: frozenset[Changed]
) -> SignalState:
    """Everything that can be said about a signal."""
    signal, shape = row.signal, row.shape
    recent = recent_level(signal, shape, values)
    effect = 0.0
    if signal["armed"] and recent.count:
        totals = signal["recent"].sum(axis=0)
        mean = moments(float(signal["origin"]), totals).mean
        effect = effect_size(signal, mean, float(totals[5]) / recent.count)
    reference = reference_level(signal, shape)
    armed, seen = bool(signal["armed"]), int(signal["seen"])
    phase = phase_of(signal)
    blocks = block_effects(signal)
    if not armed:
        return SignalState(name, armed, seen, recent, reference, effect, blocks, phase)
    spread, away = float(signal["spread"]), bool(signal["away"])
    followed, seasonal = float(signal["carried"]), bool(signal["season"] and signal["cyclic"])
    varies = signal["reference_sd"] or away  # at a constant there is no noise to be correlated
    phi = float(signal["phi"]) if varies else 0.0
    told = (spread, differs_in, away, phi, followed, seasonal, bool(signal["rises"]), noise_sd(signal))
    return SignalState(name, armed, seen, recent, reference, effect, blocks, phase, *told)
