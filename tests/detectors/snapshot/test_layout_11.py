"""Signals of version 11, which had a lane more, go on with what the others have added up."""

import numpy as np

from driftline.detectors import Transform
from driftline.detectors.snapshot.columns import packed, unpacked
from driftline.detectors.snapshot.layout_11 import has_todays_lanes, without_2_sd
from driftline.detectors.state.fields import SIGNAL
from driftline.detectors.state.lanes import LANES

LAYOUT_11 = np.dtype(
    [
        ("transform", "i8"),
        ("lanes", "f4", (2, 6)),
        ("weights", "f4", (6,)),
        ("gains", "f4", (2, 6)),
        ("crossings", "f4", (2, 8)),
    ]
)


def test_lanes_keep_their_evidence() -> None:
    """What 3 sd has added up would count as the tail's, and how often variance was high as a shift's."""
    before = np.zeros(2, LAYOUT_11)
    before["transform"] = Transform.VALUE, Transform.MISSING
    for name in ("lanes", "weights", "gains", "crossings"):
        before[name] = np.arange(before[name].shape[-1])
    content = packed(before)
    signals = unpacked(content, SIGNAL, "signals")
    assert not has_todays_lanes(content)
    without_2_sd(content, signals)
    for name in ("lanes", "weights", "gains"):
        number, rate = signals[name].reshape(2, -1, LANES)
        assert (number == [0, 1, 2, 4, 5]).all()
        assert (rate == [0, 1, 2, 3, 4]).all()
    assert (signals["crossings"] == [0, 1, 2, 4, 5, 6, 7]).all()
    assert has_todays_lanes(packed(signals))
