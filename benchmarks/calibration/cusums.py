"""Makes the constants of detectors/calibration/cusum.py: what the CUSUMs do on independent normal scores.

    python -m benchmarks.calibration.cusums

The kernel's own CUSUMs begin anew after each false alarm, each alone and then all together, at several
thresholds. It takes a minute or so; the seed is fixed, so the numbers come out the same.
"""

from collections.abc import Callable
from math import inf

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.calibration.cusum import LANES_TOGETHER, cusum_height, cusum_heights
from driftline.detectors.evidence.cusum import run_cusums
from driftline.detectors.kernels.compiled import compiled
from driftline.detectors.kernels.lanes import EXPONENTS, LANES
from driftline.detectors.kernels.scores import CLIP
from driftline.detectors.kernels.scratch import CHUNK, make_scratch
from driftline.detectors.state.fields import SIGNAL

Draw = Callable[[int], NDArray[np.float64]]
FALSE_ALARMS = 3_000.0  # asked of each run
ALONE, TOGETHER = (500.0, 2_000.0, 10_000.0), (1_000.0, 5_000.0, 20_000.0)
compiled_cusums = compiled(run_cusums)  # for Python it is but a plain function
SHIFT_SCALES = (1.0, 0.76, 0.48)  # of coefficients of 0, 0.5 and 0.9


def realised(heights: tuple[float, ...], values: float, draw: Draw, shift_scale: float = 1.0) -> float:
    """The mean number of values between false alarms in about so many values; draw: that many scores."""
    signal, scratch = np.zeros(1, SIGNAL)[0], make_scratch()
    signal["heights"], signal["shift_scale"] = heights, shift_scale
    alarms, chunks = 0, int(values / CHUNK)
    for _ in range(chunks):
        scores = draw(CHUNK)
        taken = 0
        while taken < CHUNK:
            scratch.anchored[: CHUNK - taken] = scores[taken:]
            more, fired = compiled_cusums(signal, scratch, CHUNK - taken)
            taken += more
            if fired:
                alarms += 1
                signal["lanes"] = 0.0
    return chunks * CHUNK / max(alarms, 1)


def main() -> None:
    """Prints realised ÷ requested, for each CUSUM alone and for all together."""
    random = np.random.default_rng(1)

    def draw(count: int) -> NDArray[np.float64]:
        return np.clip(random.standard_normal(count), -CLIP, CLIP)

    for lane, exponent in enumerate(EXPONENTS):
        ratios = []
        for every in ALONE:
            heights = tuple(cusum_height(lane, every) if each == lane else inf for each in range(LANES))
            ratios.append(realised(heights, every * FALSE_ALARMS, draw) / every)
        print(f"alone, exponent {exponent:5}:", *(f"{ratio:.2f}" for ratio in ratios))
    for scale in SHIFT_SCALES:
        ratios = [realised(cusum_heights(e, scale), e * FALSE_ALARMS, draw, scale) / e for e in TOGETHER]
        print(f"{LANES_TOGETHER:g} together, shift scale {scale}:", *(f"{ratio:.2f}" for ratio in ratios))


if __name__ == "__main__":
    main()
