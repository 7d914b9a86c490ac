"""Checks the drifts of detectors/calibration/categories.py on many distributions.

    python -m benchmarks.calibration.categories

Nothing is fitted to them: values between false alarms, realised ÷ requested, are 0.65 to 1.09. It takes a
minute; the seed is fixed, so the numbers come out the same.
"""

import numpy as np

from benchmarks.quality.arl import horizon_values, measure
from benchmarks.quality.feed import YOUNG_MS, Feed
from benchmarks.quality.noises import Classes, Matrix, zipf

COLUMNS, REQUESTED, FALSE_ALARMS = 96, 1e4, 250
WARM_UPS = (20_000, 2_000)
DISTRIBUTIONS: dict[str, Matrix] = {
    "2 alike": np.full(2, 1 / 2),
    "3 alike": np.full(3, 1 / 3),
    "5 alike": np.full(5, 1 / 5),
    "50 alike": np.full(50, 1 / 50),
    "90 and 10 %": np.array([0.9, 0.1]),
    "95 and 5 %": np.array([0.95, 0.05]),
    "70 and 30 %": np.array([0.7, 0.3]),
    "5, halving": np.array([0.5, 0.25, 0.13, 0.07, 0.05]),
    "20, Zipf": zipf(20),
    "50, Zipf": zipf(50),
    "200, Zipf": zipf(200),
    "80 % and 49 others": np.array([0.8] + [0.2 / 49] * 49),
}


def ratio_of(shares: Matrix, warm_up: int) -> float:
    """Realised ÷ requested mean number of values between false alarms."""
    noise = Classes("categories", shares, swapped=(0, 1))
    rows = warm_up + horizon_values(REQUESTED, COLUMNS, FALSE_ALARMS)
    return measure("driftline:e_detector", Feed(noise, COLUMNS, rows, YOUNG_MS), warm_up, REQUESTED).ratio


def main() -> None:
    """Prints a line for each distribution: with a long and with a short reference."""
    for name, shares in DISTRIBUTIONS.items():
        ratios = (ratio_of(shares, warm_up) for warm_up in WARM_UPS)
        print(f"{name:18}", *(f"{ratio:.2f}" for ratio in ratios), flush=True)


if __name__ == "__main__":
    main()
