"""Realised mean number of values between false alarms, per detector and kind of data.

    python -m benchmarks.calibration.false_alarms [requested ...]

Each kind of data is 40 independent signals without any change, armed after 2,000 values; all findings count,
those after a first false alarm too. Seeds are fixed. Without arguments 2,000 and 10,000 are requested; larger
numbers take proportionally longer (10,000: about a second and a half per kind).
"""

import sys
from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from driftline.detectors import Bank, BankSettings, Signal, Transform

SIGNALS = 40
WARM_UP = 2000
BATCH = 5000
Draw = Callable[[np.random.Generator, tuple[int, int]], NDArray[np.float64]]


def autoregressive(random: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
    """AR(1) with coefficient 0.2: a mild breach of independence."""
    noise = random.standard_normal(shape)
    for row in range(1, shape[0]):
        noise[row] += 0.2 * noise[row - 1]
    return noise


def bernoulli(rate: float) -> Draw:
    """0/1 values with a rate."""
    return lambda random, shape: (random.random(shape) < rate).astype(float)


SHARES = np.array([0.4, 0.25, 0.15, 0.1, 0.05, 0.03, 0.02])
KINDS: dict[str, tuple[Transform, Draw]] = {
    "normal": (Transform.VALUE, lambda random, shape: random.standard_normal(shape)),
    "t, 3 degrees": (Transform.VALUE, lambda random, shape: random.standard_t(3, shape)),
    "log-normal": (Transform.VALUE, lambda random, shape: random.lognormal(0, 1, shape)),
    "Poisson(4)": (Transform.VALUE, lambda random, shape: random.poisson(4, shape).astype(float)),
    "AR(0.2)": (Transform.VALUE, autoregressive),
    "7 categories": (Transform.CATEGORY, lambda random, shape: random.choice(7, shape, p=SHARES) + 1.0),
    "0/1, rate 0.3": (Transform.BINARY, bernoulli(0.3)),
    "0/1, rate 0.06": (Transform.BINARY, bernoulli(0.06)),
    "0/1, rate 0.005": (Transform.BINARY, bernoulli(0.005)),
}


def realised(kind: str, requested: float, spacing_ms: int) -> dict[str, float]:
    """Mean number of values between findings, by detector; values come `spacing_ms` apart."""
    transform, draw = KINDS[kind]
    random = np.random.default_rng([list(KINDS).index(kind), spacing_ms])
    bank = Bank(BankSettings(warm_up=WARM_UP, false_alarm_every=requested))
    bank.add([Signal(f"{kind} {i}", i, transform) for i in range(SIGNALS)], columns=SIGNALS)
    alarms: Counter[str] = Counter()
    rows = 0
    while rows < WARM_UP + 5 * requested:
        offsets = np.arange(rows, rows + BATCH)
        findings = bank.update(draw(random, (BATCH, SIGNALS)), offsets * spacing_ms, offsets)
        alarms.update(finding.detector for finding in findings)
        rows += BATCH
    values = (rows - WARM_UP) * SIGNALS
    return {name: values / max(alarms[name], 1) for name in ("page_hinkley", "adwin")}


def main() -> None:
    """Prints a line per kind of data and requested number."""
    for requested in [float(argument) for argument in sys.argv[1:]] or [2000.0, 10_000.0]:
        print(f"requested {requested:,.0f}      page_hinkley   adwin, every value   adwin, blocks of 8")
        for kind in KINDS:
            each, blocks = realised(kind, requested, 1000), realised(kind, requested, 16)
            print(f"{kind:20} {each['page_hinkley']:15,.0f} {each['adwin']:15,.0f} {blocks['adwin']:20,.0f}")


if __name__ == "__main__":
    main()
