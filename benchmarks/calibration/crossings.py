"""Makes the numbers of detectors/calibration/crossings.py: how often sums of normal innovations cross levels.

The kernel's own evidence of shifts and sums of variance are fed independent normal numbers and never fire,
with the usual smallest shifts, of which the constants are, and with smaller ones, for which they are scaled.
Run it with

    python -m benchmarks.calibration.crossings

It takes some minutes; the seed is fixed, so the numbers come out the same.
"""

from math import inf

import numpy as np

from benchmarks.calibration.shifts import SHIFT_SCALES, compiled_shifts, signal_of
from driftline.detectors.compiled import compiled
from driftline.detectors.evidence.variance import run_variance
from driftline.detectors.kernels.crossings import LEVELS
from driftline.detectors.kernels.scores import CLIP
from driftline.detectors.kernels.scratch import CHUNK, make_scratch

compiled_variance = compiled(run_variance)
WINDOWS = 400
VALUES = 3_906 * CHUNK  # of a window, about a million


def main() -> None:
    """Prints what is counted for each scale of the smallest shifts."""
    for shift_scale in SHIFT_SCALES:
        count(shift_scale)


def count(shift_scale: float) -> None:
    """Prints values between two crossings, and variance of their number in a window by its mean."""
    random = np.random.default_rng(1)
    signal, scratch = signal_of(1e6, shift_scale), make_scratch()
    signal["weights"], signal["spread_height"] = 0.0, inf
    signal["long_run"] = 1.0
    counts = np.empty((WINDOWS, *LEVELS.shape))
    for window in counts:
        signal["crossings"] = 0.0
        for values in random.standard_normal((VALUES // CHUNK, CHUNK)):
            scratch.anchored[:] = np.clip(values, -CLIP, CLIP)
            compiled_shifts(signal, scratch, CHUNK)
            compiled_variance(signal, scratch, CHUNK)
        window[:] = signal["crossings"]
    print("shift scale", shift_scale)
    print("values between two crossings\n", np.round(VALUES / counts.mean(axis=0), 1))
    print("variance ÷ mean of their number\n", np.round(counts.var(axis=0) / counts.mean(axis=0), 1))


if __name__ == "__main__":
    main()
