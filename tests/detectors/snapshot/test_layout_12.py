"""Signals of before a variance was asked block by block whether it is over."""

import numpy as np

from driftline.detectors.snapshot.columns import packed
from driftline.detectors.snapshot.layout_12 import has_blocks
from driftline.detectors.snapshot.snapshot import unpack_records
from driftline.detectors.state.fields import CYCLE, SEASON, SIGNAL, shape_dtype

BEFORE = np.dtype(
    [
        (name, (SIGNAL.fields or {})[name][0] if name != "spread_stay" else ("f8", (2,)))
        for name in SIGNAL.names or ()
    ]
)


def test_a_change_of_the_variance_that_is_open_stays_open() -> None:
    """All squares since the change would count as those of one block, and half the variance as all of it."""
    signals = np.zeros(1, BEFORE)
    signals["spread"], signals["sigma"], signals["spread_stay"] = 0.5, 0.8, (255.0, 255.0)
    shape = shape_dtype(100)
    tables = {"signals": signals, "shapes": np.zeros(0, shape)}
    tables |= {"seasons": np.zeros(0, SEASON), "cycles": np.zeros(0, CYCLE)}
    content = {name: packed(table) for name, table in tables.items()}
    assert not has_blocks(content["signals"])
    found = unpack_records(content, shape).signals
    assert found["spread"][0] == 0.5
    assert found["spread_stay"][0].tolist() == [0.0, 0.0, 0.0, 0.8]
    assert has_blocks(packed(found))
