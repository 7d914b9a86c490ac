"""Makes the constants of detectors/evidence/dependence.py: what its sums do on independent normal values.

    python -m benchmarks.calibration.dependence

The kernel's own test is fed normal numbers and learns from them, as it does in a signal that stays healthy.
It takes a minute; the seed is fixed, so the numbers come out the same.
"""

import numpy as np

from driftline.detectors.compiled import compiled
from driftline.detectors.evidence.dependence import BLOCKS_MIN, LEARNED_MIN, dependence_height, run_dependence
from driftline.detectors.kernels.long_run import BLOCK
from driftline.detectors.kernels.scores import CLIP
from driftline.detectors.kernels.scratch import CHUNK, make_scratch
from driftline.detectors.state.fields import SIGNAL

compiled_dependence = compiled(run_dependence)
REQUESTED = (300.0, 1_000.0, 10_000.0, 100_000.0)
FALSE_ALARMS = 500.0  # asked of each run
LEARNED = LEARNED_MIN + BLOCKS_MIN * BLOCK


def realised(every: float) -> float:
    """The mean number of values between false alarms where so many are asked for."""
    random = np.random.default_rng(1)
    signal, scratch = np.zeros(1, SIGNAL)[0], make_scratch()
    signal["spread"], signal["dependence_height"] = 1.0, dependence_height(every)
    alarms, chunks = 0, int((every * FALSE_ALARMS + LEARNED) / CHUNK)
    for _ in range(chunks):
        scratch.anchored[:] = np.clip(random.standard_normal(CHUNK), -CLIP, CLIP)
        compiled_dependence(signal, scratch, CHUNK)
        alarms += int(scratch.found[0, 0])
        scratch.found[0, 0] = 0
    return (chunks * CHUNK - LEARNED) / max(alarms, 1)


def main() -> None:
    """Prints realised ÷ requested."""
    for every in REQUESTED:
        print(f"{every:10,.0f} requested: realised ÷ requested {realised(every) / every:.2f}")


if __name__ == "__main__":
    main()
