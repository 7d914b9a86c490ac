"""Categories: what is known of their shares, and how often their tests raise false alarms."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.calibration.shifts import realised, signal_of
from driftline.detectors import Transform
from driftline.detectors.calibration.categories import drifts_of_categories, groups, mean, sums_of
from driftline.detectors.kernels.scores import CLIP
from driftline.detectors.kernels.scratch import CHUNK
from driftline.detectors.state.lanes import BENDS, EXPONENTS
from tests.detectors.streams import feed, single

DAY_MS = 86_400_000


def drawn(shares: NDArray[np.float64], rows: int, seed: int) -> NDArray[np.float64]:
    """Codes from 1 on [rows, 1], independent of each other."""
    codes = np.random.default_rng(seed).choice(len(shares), rows, p=shares / shares.sum())
    return codes[:, None] + 1.0


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_drifts_know_what_the_scores_are_like(share: float) -> None:
    """Where one category is nearly all there is, normal drifts raise four times too many false alarms."""
    random = np.random.default_rng(3)
    common, rare, center, scale = groups(share)

    def draw(count: int) -> NDArray[np.float64]:
        scores = np.sort(np.clip(random.standard_normal(count * 8), -CLIP, CLIP))
        places = random.integers(0, len(scores), count)
        sums = scores[places] + np.where(places < share * len(scores), common, rare)
        return np.clip((sums - center) / scale, -CLIP, CLIP)

    requested = 2_000.0
    categories = signal_of(requested, share=share)
    assert 0.7 < realised(categories, 4_000.0 * CHUNK, draw) / requested < 2.0


@given(st.floats(0.001, 0.999))
def test_a_ratio_is_1_on_average(share: float) -> None:
    """Evidence that grows of itself is a false alarm, sooner or later."""
    sums, probabilities = sums_of(share)
    center, scale = groups(share)[2:]
    scores = np.clip((sums - center) / scale, -CLIP, CLIP)
    drifts = drifts_of_categories(share)
    for lane in np.flatnonzero(BENDS == 0):  # those that count
        for direction, sign in enumerate((1.0, -1.0)):
            ratios = np.exp(EXPONENTS[lane] * (sign * scores - drifts[direction, lane]))
            assert mean(probabilities, ratios) == pytest.approx(1.0, rel=1e-9)


def test_categories_that_stay_for_a_while_raise_few_false_alarms() -> None:
    """What repeats itself half of the time depends on what was before: that is whitened, not ignored."""
    random = np.random.default_rng(5)
    fresh, stays = random.choice(3, 210_000, p=[0.6, 0.3, 0.1]), random.random(210_000) < 0.5
    codes = fresh[np.maximum.accumulate(np.where(stays, 0, np.arange(210_000)))]
    bank = single(Transform.CATEGORY, warm_up=10_000, false_alarm_every=1e4, detectors=("e_detector",))
    moments = [finding.detected_offset for finding in feed(bank, codes[:, None] + 1.0, spacing_ms=10_000)]
    assert np.count_nonzero(np.diff(moments, prepend=-inf) > 1_000) < 30  # 20 and fewer are asked for


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
