"""Makes EXCESS of detectors/evidence/shifts.py: how long normal scores take to raise a false alarm.

    python -m benchmarks.calibration.shifts

The kernel's own evidence begins anew after each false alarm, with the usual smallest shifts and with smaller
ones, at several thresholds. It takes a minute or so; the seed is fixed, so the numbers come out the same.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.compiled import compiled
from driftline.detectors.evidence.e_detector import set_threshold
from driftline.detectors.evidence.shifts import run_shifts
from driftline.detectors.kernels.scores import CLIP
from driftline.detectors.kernels.scratch import CHUNK, make_scratch
from driftline.detectors.state.fields import SIGNAL

Draw = Callable[[int], NDArray[np.float64]]
FALSE_ALARMS = 3_000.0  # asked of each run
REQUESTED = (1_000.0, 5_000.0, 20_000.0)
compiled_shifts = compiled(run_shifts)  # for Python it is but a plain function
SHIFT_SCALES = (1.0, 0.76, 0.48)  # of coefficients of 0, 0.5 and 0.9


def signal_of(requested: float, shift_scale: float = 1.0, share: float = 0.0) -> np.void:
    """A number for so many values between false alarms, or categories with a share of common ones."""
    signal: np.void = np.zeros(1, SIGNAL)[0]
    signal["shift_scale"], signal["cut"] = shift_scale, share
    set_threshold(signal, requested)
    return signal


def realised(signal: np.void, values: float, draw: Draw) -> float:
    """The mean number of values between false alarms in about so many values; draw: that many scores."""
    scratch, alarms, chunks = make_scratch(), 0, int(values / CHUNK)
    for _ in range(chunks):
        scores = draw(CHUNK)
        taken = 0
        while taken < CHUNK:
            scratch.anchored[: CHUNK - taken] = scores[taken:]
            more, fired = compiled_shifts(signal, scratch, CHUNK - taken)
            taken += more
            if fired:
                alarms += 1
                signal["lanes"] = 0.0
    return chunks * CHUNK / max(alarms, 1)


def main() -> None:
    """Prints realised ÷ requested."""
    random = np.random.default_rng(1)

    def draw(count: int) -> NDArray[np.float64]:
        return np.clip(random.standard_normal(count), -CLIP, CLIP)

    for scale in SHIFT_SCALES:
        ratios = [realised(signal_of(e, scale), e * FALSE_ALARMS, draw) / e for e in REQUESTED]
        print(f"shift scale {scale}:", *(f"{ratio:.2f}" for ratio in ratios))


if __name__ == "__main__":
    main()
