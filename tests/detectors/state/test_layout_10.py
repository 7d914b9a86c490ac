"""Signals of version 10, whose evidence was CUSUMs, become such as add up likelihood ratios."""

import numpy as np
import pytest

from driftline.detectors import Signal, Transform
from driftline.detectors.kernels.lanes import EXPONENTS, LANES, LARGEST
from driftline.detectors.state.fields import SIGNAL
from driftline.detectors.state.layout_10 import with_evidence
from driftline.detectors.state.snapshot import pack_signal, unpack_signal


def test_what_a_cusum_added_up_is_evidence() -> None:
    """A change under way would be seen later, or a calm signal be an alarm: sums of 20 are no ratio of 20."""
    signals = np.zeros(3, SIGNAL)
    signals["transform"] = Transform.VALUE, Transform.VALUE, Transform.BINARY
    signals["shift_scale"] = 1.0
    signals["lanes"][0, 0] = 2.0
    signals["lanes"][2] = 50.0
    signals["crossings"] = signals["crossing_values"] = 7.0
    with_evidence(signals)
    assert signals["lanes"][0, 0] == pytest.approx(np.exp(2.0 * EXPONENTS) - 1.0, rel=1e-6)
    assert not signals["lanes"][1].any()
    assert (signals["lanes"][2] == 50.0).all()
    assert not signals["crossings"].any() and not signals["crossing_values"].any()


def test_more_than_there_can_be_is_not_more_than_is_kept() -> None:
    """Infinite evidence times nothing is no number, and no alarm ever again."""
    signals = np.zeros(2, SIGNAL)
    signals["transform"] = Transform.VALUE, Transform.BINARY
    signals["shift_scale"] = 1.0
    signals["lanes"][0], signals["lanes"][1] = 1e4, np.inf
    with_evidence(signals)
    assert signals["lanes"] == pytest.approx(np.full((2, 2, LANES), LARGEST), rel=1e-5)


def test_a_signal_of_its_own_detectors_has_those_of_today() -> None:
    """One that named `cusum` would be watched by nobody after an upgrade."""
    before = pack_signal(Signal("x", 0, Transform.VALUE, detectors=("cusum", "e_detector", "adwin")))
    assert unpack_signal(before).detectors == ("e_detector", "adwin")
