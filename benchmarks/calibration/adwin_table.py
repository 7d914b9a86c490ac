"""Makes the table of detectors/calibration/adwin.py: ADWIN's mean number of updates between false alarms.

ADWIN's bound holds for any distribution and is far from tight, so the rate follows from simulation, not
from delta: independent N(0, 1) scores are fed to river's ADWIN, which has first seen a reference of 2,000
values; at an alarm a fresh one takes over, and one that lasted 50,000 updates is replaced too. Run it with

    python -m benchmarks.calibration.adwin_table

It takes about five minutes on one core; the seed is fixed, so the table comes out the same.
"""

import sys

import numpy as np
from river import drift

CLOCKS = (1, 2, 4, 8, 16, 32)
DELTAS = (0.5, 0.2, 0.05, 0.01, 0.002)
UPDATES_MAX = 20_000_000
ALARMS = 400
RUN = 50_000


def fresh(delta: float, clock: int) -> drift.ADWIN:
    """An ADWIN that has seen a reference of 2,000 values as blocks of 32 / clock."""
    adwin = drift.ADWIN(delta=delta, clock=clock)
    for _ in range(1000 * clock // 32):
        adwin.update(-1.0)
        adwin.update(1.0)
    return adwin


def mean_updates_between_alarms(delta: float, clock: int) -> tuple[int, int]:
    """Updates and alarms, until there are 400 alarms or 20 million updates."""
    random = np.random.default_rng([int(1e6 * delta), clock])
    updates = alarms = 0
    while updates < UPDATES_MAX and alarms < ALARMS:
        adwin = fresh(delta, clock)
        for score in random.standard_normal(RUN).tolist():
            adwin.update(score)
            updates += 1
            if adwin.drift_detected:
                alarms += 1
                break
    return updates, alarms


def main() -> None:
    """Prints one line per clock and delta."""
    for clock in CLOCKS:
        for delta in DELTAS:
            updates, alarms = mean_updates_between_alarms(delta, clock)
            print(
                f"clock {clock:2}  delta {delta:5}  {updates} updates  {alarms} alarms",
                file=sys.stdout,
                flush=True,
            )


if __name__ == "__main__":
    main()
