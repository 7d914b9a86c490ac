"""0/1 signals: what never happened is seen as soon as it does."""

import numpy as np
import pytest

from driftline.detectors import Transform
from tests.detectors.streams import feed, single


@pytest.mark.parametrize("usual", [0.0, 1.0])
@pytest.mark.parametrize("healthy", [4_000, 30_000])
def test_a_flag_that_never_changed_is_seen_within_values(usual: float, healthy: int) -> None:
    """It looked perfectly autocorrelated, and half of all answers being wrong took 600 values to be told."""
    random = np.random.default_rng(healthy)
    values = np.where(np.arange(healthy + 1_000) < healthy, usual, random.random(healthy + 1_000) < 0.5)
    found = feed(single(Transform.BINARY, warm_up=1_000, false_alarm_every=1e6), values[:, None])
    assert found
    assert healthy <= found[0].detected_offset < healthy + 40
