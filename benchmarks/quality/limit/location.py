"""The exact CUSUM for a shift of any continuous noise: what its own shape allows.

    python -m benchmarks.quality.limit.location

The log-likelihood ratio of a value x is log f(x - shift) - log f(x). Its distribution before and after the
shift is that of a million quantiles of the noise. The scoreboard measures numbers at the Gaussian's limit,
which says what an sd is worth; this one knows the noise, as no detector does.
"""

from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy import stats

from benchmarks.quality.limit.cells import cells_limit
from benchmarks.quality.limit.chain import Limit, Matrix
from benchmarks.quality.limit.gaussian import gaussian_limit
from benchmarks.quality.noises import NOISES, Numbers

QUANTILES, TOLERANCE = 1_000_000, 1e-3
# Of noises by their ids in `noises.py`.
DISTRIBUTIONS: dict[str, Any] = {
    "gaussian": stats.norm,
    "student_t3": stats.t(3),
    "log_normal": stats.lognorm(1.0),
}


def below(ratios: NDArray[np.float64], steps: Matrix) -> Matrix:
    """The share of sorted log-likelihood ratios that are smaller than each of these steps."""
    return np.searchsorted(ratios, steps) / len(ratios)


@cache
def location_limit(noise: str, shift_sd: float, false_alarm_every: float) -> Limit:
    """The optimum, one-sided, for a shift upwards by so many sd of a noise of DISTRIBUTIONS."""
    distribution, numbers = DISTRIBUTIONS[noise], NOISES[noise]
    assert isinstance(numbers, Numbers)
    shift = shift_sd * numbers.sd
    values = distribution.ppf((np.arange(QUANTILES) + 0.5) / QUANTILES)
    healthy, changed = (
        partial(below, np.sort(distribution.logpdf(x - shift) - distribution.logpdf(x)))
        for x in (values, values + shift)
    )
    return cells_limit(healthy, changed, false_alarm_every, tolerance=TOLERANCE)


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
