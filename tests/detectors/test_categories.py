"""Categories: what is known of their shares, and how often their tests raise false alarms."""

from math import inf

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.calibration.cusums import realised
from driftline.detectors import Transform
from driftline.detectors.calibration.categories import category_heights, groups
from driftline.detectors.calibration.cusum import cusum_heights
from driftline.detectors.kernels.scores import CLIP
from driftline.detectors.kernels.scratch import CHUNK
from tests.detectors.streams import feed, single

DAY_MS = 86_400_000


def drawn(shares: NDArray[np.float64], rows: int, seed: int) -> NDArray[np.float64]:
    """Codes from 1 on [rows, 1], independent of each other."""
    codes = np.random.default_rng(seed).choice(len(shares), rows, p=shares / shares.sum())
    return codes[:, None] + 1.0


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_thresholds_know_what_the_scores_are_like(share: float) -> None:
    """Where one category is nearly all there is, normal thresholds raise six times too many false alarms."""
    random = np.random.default_rng(3)
    common, rare, center, scale = groups(share)

    def draw(count: int) -> NDArray[np.float64]:
        scores = np.sort(np.clip(random.standard_normal(count * 8), -CLIP, CLIP))
        places = random.integers(0, len(scores), count)
        return (scores[places] + np.where(places < share * len(scores), common, rare) - center) / scale

    requested = 2_000.0
    assert 0.5 < realised(category_heights(share, requested), 4_000.0 * CHUNK, draw) / requested < 4.0


def test_no_threshold_is_far_below_that_of_normal_scores() -> None:
    """Categories that repeat themselves would raise hundreds of alarms a day: tails are not as light."""
    for share in (0.05, 0.5, 0.7, 0.95, 0.999):
        for requested in (1e3, 1e6, 1e10):
            heights = category_heights(share, requested)
            assert all(
                a < inf and a >= b for a, b in zip(heights, cusum_heights(requested * 0.35), strict=True)
            )


@pytest.mark.parametrize("shares", [np.ones(1_000), np.ones(50), np.array([19.0, 1.0]), np.array([9.0, 1.0])])
def test_categories_raise_no_more_false_alarms_than_asked_for(shares: NDArray[np.float64]) -> None:
    """A city, a product, a flag that is rarely set would be told six times as often as the budget allows."""
    bank = single(Transform.CATEGORY, warm_up=10_000, false_alarm_every=1e4)
    found = feed(bank, drawn(shares, 410_000, len(shares)), spacing_ms=10_000)
    moments = sorted(finding.detected_offset for finding in found)
    assert np.count_nonzero(np.diff(moments, prepend=-inf) > 1_000) < 60  # 40 and fewer are asked for


def test_a_share_that_follows_the_day_is_no_change_of_shape() -> None:
    """The reference of the first minutes says nothing of noon: each such feature would be told in a week."""
    rows, spacing_ms = 60_000, 15_000
    random = np.random.default_rng(8)
    phase = 2 * np.pi * np.arange(rows) * spacing_ms / DAY_MS
    at_noon = random.random(rows) < 0.5 * (1 + 0.6 * np.sin(phase))
    codes = np.where(at_noon, random.integers(0, 3, rows), random.integers(3, 6, rows))
    bank = single(Transform.CATEGORY, warm_up=500)
    told = feed(bank, codes[:, None] + 1.0, spacing_ms=spacing_ms)
    assert not [finding for finding in told if finding.detector == "shape"]
