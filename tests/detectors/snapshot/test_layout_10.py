"""Signals of version 10, whose evidence was CUSUMs, go on with what has raised their thresholds."""

import numpy as np
import pytest

from driftline.detectors import Signal, Transform
from driftline.detectors.calibration.crossings import Crossed, raised
from driftline.detectors.snapshot.layout_10 import CROSSED_EVERY, with_evidence
from driftline.detectors.snapshot.snapshot import pack_signal, unpack_signal
from driftline.detectors.state.fields import SIGNAL
from driftline.detectors.state.lanes import LANES

VALUES = 1e6


@pytest.mark.parametrize("times", [1.0, 10.0])
@pytest.mark.parametrize("shift_scale", [1.0, 0.5])
def test_what_was_raised_stays_raised(times: float, shift_scale: float) -> None:
    """A healthy signal that wanders would be an alarm after every upgrade, and a calm one slower for ever."""
    signals = np.zeros(1, SIGNAL)
    signals["shift_scale"], signals["crossing_values"] = shift_scale, VALUES
    scales = np.array([shift_scale**2, shift_scale, 1.0, 1.0, 1.0])
    signals["crossings"][0, :, :LANES] = times * VALUES / np.array(CROSSED_EVERY) * scales
    with_evidence(signals)
    crossed = Crossed(signals["crossings"][0], VALUES, shift_scale)
    more = [raised(15.0, lane, crossed) - 15.0 for lane in range(LANES)]
    assert more == pytest.approx([np.log(times)] * LANES, abs=0.1)


def test_no_sum_is_taken_for_evidence() -> None:
    """Infinite evidence times nothing is no number, and no alarm ever again."""
    signals = np.zeros(2, SIGNAL)
    signals["transform"] = Transform.VALUE, Transform.BINARY
    signals["lanes"][0], signals["lanes"][1] = 20.0, np.inf
    with_evidence(signals)
    assert not signals["lanes"].any()


def test_a_signal_of_its_own_detectors_has_those_of_today() -> None:
    """One that named `cusum` would be watched by nobody after an upgrade."""
    before = pack_signal(Signal("x", 0, Transform.VALUE, detectors=("cusum", "e_detector", "adwin")))
    assert unpack_signal(before).detectors == ("e_detector", "adwin")
