"""How the state of signals lies in memory."""

import numpy as np

from driftline.detectors import Bank, BankSettings, Signal, Transform
from driftline.detectors.state.fields import SEASON, SIGNAL, shape_dtype

SETTINGS = BankSettings(warm_up=100)


def learned() -> Bank:
    """A bank of a number, a rate and a category, armed."""
    bank, random = Bank(SETTINGS), np.random.default_rng(1)
    transforms = (Transform.VALUE, Transform.BINARY, Transform.CATEGORY)
    bank.add([Signal(f"s{place}", place, each) for place, each in enumerate(transforms)], 3)
    values = np.column_stack([random.normal(size=500), random.random(500) < 0.3, random.integers(1, 4, 500)])
    rows = np.arange(500)
    bank.update(values.astype(float), rows * 1000, rows)
    return bank


def test_layouts_are_the_declared_ones_whatever_happens_to_a_bank() -> None:
    """numba takes a tenth of a millisecond in each call to see that another layout is equal, after every
    restart.
    """
    bank = learned()
    restored = Bank.restore(SETTINGS, bank.snapshot())
    grown = learned()
    grown.add([Signal("more", 2, Transform.CATEGORY)], 3)
    fewer = learned()
    fewer.remove(["s0"])
    anew = learned()
    anew.relearn("s0", Transform.CATEGORY)
    anew.accept(["s1", "s2"])
    for each in (bank, restored, grown, fewer, anew):
        arrays = each._arrays
        assert arrays.signals.dtype is SIGNAL
        assert arrays.shapes.dtype is shape_dtype(SETTINGS.categories)
        assert arrays.seasons.dtype is SEASON
