"""The exact CUSUM for a shift of any continuous noise, on a fine lattice: what its own shape allows.

    python -m benchmarks.quality.limit.location

The log-likelihood ratio of a value x is log f(x - shift) - log f(x). Its distribution before and after the
shift is that of a million quantiles of the noise; then as `variance.py`: the sums from zero to the threshold
are cut into cells, each stands for its middle. The scoreboard measures numbers at the Gaussian's limit, which
says what an sd is worth; this one knows the noise, as no detector does.
"""

from functools import cache, partial
from math import e, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy import stats
from scipy.optimize import brentq

from benchmarks.quality.limit.chain import Chain, Limit, Matrix, limit_of, run_lengths
from benchmarks.quality.limit.gaussian import gaussian_limit

CELLS, QUANTILES = 400, 1_000_000
# Noises by their ids in `noises.py`: distribution and sd.
DISTRIBUTIONS: dict[str, tuple[Any, float]] = {
    "gaussian": (stats.norm, 1.0),
    "student_t3": (stats.t(3), sqrt(3)),
    "log_normal": (stats.lognorm(1.0), sqrt((e - 1) * e)),
}


def transitions(ratios: NDArray[np.float64], threshold: float) -> Matrix:
    """Between the cells for sorted log-likelihood ratios; the first cell is the sum zero and half as wide."""
    width = threshold / (CELLS - 0.5)
    middles = np.arange(CELLS) * width
    steps = (middles + width / 2)[None, :] - middles[:, None]
    return np.diff(np.searchsorted(ratios, steps) / len(ratios), axis=1, prepend=0.0)


@cache
def location_limit(noise: str, shift_sd: float, false_alarm_every: float) -> Limit:
    """The optimum, one-sided, for a shift upwards by so many sd of a noise of DISTRIBUTIONS."""
    distribution, sd = DISTRIBUTIONS[noise]
    shift = shift_sd * sd
    values = distribution.ppf((np.arange(QUANTILES) + 0.5) / QUANTILES)

    def ratios(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.sort(distribution.logpdf(x - shift) - distribution.logpdf(x)))

    healthy, changed = (partial(transitions, ratios(x)) for x in (values, values + shift))

    def excess(threshold: float) -> float:
        return float(np.log(run_lengths(healthy(threshold))[0] / false_alarm_every))

    threshold = float(brentq(excess, 0.5, log(false_alarm_every) + 1, xtol=1e-3))
    return limit_of(Chain(healthy(threshold), changed(threshold)), threshold)


def main() -> None:
    """Values until the exact CUSUM sees a shift, at a false alarm in 10,000 values."""
    table = Table("sd", "Gaussian", "Student t, 3 degrees", "log-normal, upwards")
    for shift in (0.25, 0.5, 1.0, 2.0, 3.0):
        own = [location_limit(noise, shift, 1e4).zero_state for noise in ("student_t3", "log_normal")]
        figures = (gaussian_limit(shift, 1e4).zero_state, *own)
        table.add_row(str(shift), *(f"{figure:.2f}" for figure in figures))
    Console().print(table)


if __name__ == "__main__":
    main()
