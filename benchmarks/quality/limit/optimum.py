"""The limit of a scenario: which exact CUSUM stands beside which noise and change."""

from math import nan

from benchmarks.quality.changes import Change
from benchmarks.quality.limit.chain import Limit
from benchmarks.quality.limit.gaussian import gaussian_limit
from benchmarks.quality.limit.lattice import bernoulli_limit, swap_limit
from benchmarks.quality.limit.poisson import poisson_limit
from benchmarks.quality.limit.variance import variance_limit
from benchmarks.quality.noises import Classes, Counts, Flags, Noise


def optimum(noise: Noise, change: Change, false_alarm_every: float) -> Limit | None:
    """One-sided, for independent values; numbers of every continuous distribution are measured at the
    Gaussian's.

    None for gradual changes, for which no CUSUM is the optimum.
    """
    if change.course == "gradual":
        return None
    if isinstance(noise, Flags):
        return bernoulli_limit(noise.rate, noise.changed_rate(change), false_alarm_every)
    if isinstance(noise, Classes):
        frequent, rare = noise.shares[list(noise.swapped)].tolist()
        return swap_limit(frequent, rare, false_alarm_every)
    if isinstance(noise, Counts):
        return poisson_limit(noise.rate, noise.changed_rate(change), false_alarm_every)
    if change.kind == "variance":
        return variance_limit(change.size, false_alarm_every)
    return gaussian_limit(change.size, false_alarm_every)


def optimum_values(noise: Noise, change: Change, false_alarm_every: float) -> float:
    """Mean delay of the optimum, from zero; for AR(1) (1 + phi) / (1 - phi) times that. NaN: none."""
    limit = optimum(noise, change, false_alarm_every)
    if limit is None:
        return nan
    stretch = (1 + noise.phi) / (1 - noise.phi) if change.kind == "mean" else 1.0
    return limit.zero_state * stretch
