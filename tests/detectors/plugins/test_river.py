"""The bank gives the same detections as river's own objects, fed one value at a time."""

import numpy as np
import pytest
from numpy.typing import NDArray
from river import drift

from driftline.detectors import Transform
from driftline.detectors.calibration.adwin import adwin_delta
from driftline.detectors.evidence.page_hinkley import detect, normal_parameters, reset
from driftline.detectors.plugins.adwin import Adwin
from driftline.detectors.plugins.registry import Calibration
from driftline.detectors.plugins.watches import BUCKET, Watch
from driftline.detectors.state.fields import SIGNAL
from tests.detectors.streams import feed, heard_scores, single

WARM_UP = 200


def random_values(seed: int, rows: int = 1200) -> NDArray[np.float64]:
    """Warm-up values, then a stream whose level jumps up to three times."""
    random = np.random.default_rng(seed)
    values = random.standard_normal(rows)
    for _ in range(random.integers(0, 4)):
        values[random.integers(WARM_UP, rows) :] += random.normal(0, 2)
    return values


@pytest.mark.parametrize("block", range(10))
def test_page_hinkley_equals_river(block: int) -> None:
    """2,500 random streams: "exactly river's recurrence" would be a claim only."""
    detections = 0
    for seed in range(250 * block, 250 * (block + 1)):
        random = np.random.default_rng([seed, 1])
        scores = random.standard_normal(250) * random.choice([0.1, 1, 3]) + random.choice([-5, 0, 5])
        for _ in range(random.integers(0, 3)):
            scores[random.integers(0, 250) :] += random.normal(0, 3)
        delta, threshold = random.choice([0.0, 0.005, 0.25]), random.choice([3.0, 8.0, 20.0])
        river = drift.PageHinkley(delta=delta, threshold=threshold, alpha=1.0)
        expected = [i for i, score in enumerate(scores.tolist()) if _fires(river, score)]
        assert kernel_detections(scores, (delta, threshold), random) == expected
        detections += len(expected)
    assert detections > 100


def _fires(detector: drift.PageHinkley | drift.ADWIN, score: float) -> bool:
    detector.update(score)
    return bool(detector.drift_detected)


def kernel_detections(
    scores: NDArray[np.float64], parameters: tuple[float, float], random: np.random.Generator
) -> list[int]:
    """Where the compiled test fires, given the scores in pieces of random size."""
    signal = np.zeros(1, SIGNAL)[0]
    reset(signal)
    signal["ph_delta"], signal["ph_threshold"] = parameters
    found, place = [], 0
    while place < len(scores):
        if signal["ph_drift"] != 0:
            reset(signal)
        piece = scores[place : place + int(random.integers(1, 60))]
        place += detect(signal, piece)
        if signal["ph_drift"] != 0:
            found.append(place - 1)
    return found


def test_a_restored_window_has_the_threshold_that_it_was_made_with() -> None:
    """A finding would say another one after a restart, once the budget had moved a little."""
    made, restored = Adwin(Calibration(2e5, 1)), Adwin(Calibration(1.5e5, 1))
    assert made.threshold != restored.threshold
    for score in (0.5, -0.5) * 50:
        made.update(score)
    restored.restore(made.snapshot())
    assert restored.threshold == made.threshold
    assert restored.snapshot() == made.snapshot()


@pytest.mark.parametrize("name", ["page_hinkley", "adwin"])
def test_the_bank_equals_river(name: str) -> None:
    """The path from cell to detector would lose, repeat or reorder values: odd batches of 120 streams."""
    found = 0
    for seed in range(120):
        values = random_values(seed)
        river: drift.PageHinkley | drift.ADWIN
        if name == "adwin":
            river = drift.ADWIN(delta=adwin_delta(2000, 32), clock=32)
        else:
            delta, threshold = normal_parameters(2000)
            river = drift.PageHinkley(delta=delta, threshold=threshold, alpha=1.0)
        heard = heard_scores(values, Transform.VALUE, WARM_UP, 2000)
        for score in heard[:WARM_UP]:  # the reference
            river.update(score)
        expected = [WARM_UP + i for i, score in enumerate(heard[WARM_UP:]) if _fires(river, score)]
        bank = single(warm_up=WARM_UP, false_alarm_every=2000, detectors=(name,))
        rows = [f.detected_offset for f in feed(bank, values[:, None], [1, 7, 63, 2, 311])]
        # river's class forgets the new level, the bank's ADWIN does not
        first_only = 1 if name == "adwin" else None
        assert rows[:first_only] == expected[:first_only]
        found += len(rows)
    assert found > 100


def test_adwin_after_a_change_is_the_window_that_river_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bank would forget the new level, as river's Python class does, or find a change that is none."""
    several = 0
    monkeypatch.setattr(Watch, "tells", lambda watch, found: True)  # what is told already is compared too
    for seed in range(60):
        values = random_values(seed)
        heard = heard_scores(values, Transform.VALUE, WARM_UP, 2000)
        window = drift.ADWIN(delta=adwin_delta(2000, 32), clock=32)._helper
        expected: list[int] = []
        for number, score in enumerate(heard, 1):
            since = number - (expected[-1] if expected else 0)
            if window.update(score) and (not expected or window.get_width() * (1 + BUCKET) < since):
                expected.append(number)
        bank = single(warm_up=WARM_UP, false_alarm_every=2000, detectors=("adwin",))
        rows = [f.detected_offset + 1 for f in feed(bank, values[:, None], [13, 1, 170])]
        assert rows == expected
        several += len(rows) > 1
    assert several > 5
