"""What every detector must do, the kernel's Page-Hinkley and each registered one alike."""

import sys
from typing import Any

import numpy as np
import pytest
from river import drift

from driftline.detectors import Bank, BankSettings, Calibration, Finding, Signal, Transform, register
from tests.detectors.streams import feed, single


@register("kswin")
class Kswin:
    """Any river detector fits in a few lines."""

    def __init__(self, calibration: Calibration) -> None:
        assert calibration.values_per_update >= 1
        self.detector = drift.KSWIN(alpha=1e-6, window_size=60, stat_size=20, seed=1)

    def update(self, score: float) -> bool:
        self.detector.update(score)
        return bool(self.detector.drift_detected)

    def snapshot(self) -> list[float]:
        return list(self.detector.window)

    def restore(self, state: list[float]) -> None:
        self.detector.window.extend(state)


@register("nine_high")
class NineHigh:
    """One's own in ten lines: nine scores in a row beyond ±0.5 on the same side."""

    def __init__(self, calibration: Calibration) -> None:
        self.run = 0.0

    def update(self, score: float) -> bool:
        side = (score > 0.5) - (score < -0.5)
        self.run = self.run + side if side * self.run > 0 else float(side)
        return abs(self.run) == 9

    def snapshot(self) -> float:
        return self.run

    def restore(self, state: float) -> None:
        self.run = state


DETECTORS = ("page_hinkley", "adwin", "nine_high")
every_detector = pytest.mark.parametrize("name", DETECTORS)


def bank_of(name: str) -> Bank:
    """A bank whose one signal has one detector."""
    return single(warm_up=200, false_alarm_every=10_000, detectors=(name,))


def column(rows: int, shift: float = 0.0, seed: int = 0) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Noise [rows, 1] whose mean shifts after two thirds."""
    values = np.random.default_rng(seed).standard_normal(rows)
    values[2 * rows // 3 :] += shift
    return values[:, None]


def told(findings: list[Finding]) -> list[tuple[str, int]]:
    """Direction and place of findings."""
    return [(finding.direction, finding.detected_offset) for finding in findings]


@every_detector
@pytest.mark.parametrize(("shift", "direction"), [(3.0, "up"), (-3.0, "down")])
def test_fires_on_a_clear_shift(name: str, shift: float, direction: str) -> None:
    """A detector that misses three sd is none."""
    findings = feed(bank_of(name), column(900, shift))
    assert findings[0].direction == direction
    assert 600 <= findings[0].detected_offset < 700
    assert findings[0].detector == name
    assert abs(findings[0].began_offset - 600) < 10
    assert abs(findings[0].effect_size_sd - shift) < 1


@every_detector
def test_is_quiet_on_short_noise(name: str) -> None:
    """A detector that fires on nothing wakes people."""
    assert sum(len(feed(bank_of(name), column(600, seed=seed))) for seed in range(5)) <= 1


@every_detector
def test_never_fires_before_it_is_armed(name: str) -> None:
    """Without a reference there is nothing to compare with."""
    bank = bank_of(name)
    assert feed(bank, column(199, 50.0)) == []
    assert not bank.state(0).armed


@every_detector
def test_continues_from_a_snapshot_to_the_bit(name: str) -> None:
    """A restart would lose or invent alarms."""
    matrix = column(900, 2.0, seed=4)
    for cut in (100, 333, 607, 640):
        whole, first = bank_of(name), bank_of(name)
        expected = [finding for finding in feed(whole, matrix) if finding.row >= cut]
        feed(first, matrix[:cut])
        second = Bank.restore(first.settings, first.snapshot())
        assert second.rebuilt == []
        assert told(feed(second, matrix[cut:], first=cut)) == told(expected)
        assert second.snapshot() == whole.snapshot()


@every_detector
def test_no_other_cell_reaches_it(name: str) -> None:
    """One NaN blinds river's detectors for good."""
    matrix = column(900, 3.0, seed=5)
    holes = np.repeat(matrix, 2, axis=0)
    holes[1::2, 0] = np.resize([np.nan, np.inf, -np.inf, np.nan], len(matrix))
    expected = feed(bank_of(name), matrix)
    found = feed(bank_of(name), holes, spacing_ms=500)  # as many values an hour
    assert expected
    assert [(f.direction, f.detected_offset // 2, f.after) for f in found] == [
        (f.direction, f.detected_offset, f.after) for f in expected
    ]


@every_detector
def test_huge_numbers_stay_finite(name: str) -> None:
    """A sum that overflows would be infinite in an alert and for ever."""
    matrix = column(900)
    matrix[500:, 0] = np.resize([1.7e308, -1.7e308, 5e-324, 1e300], 400)
    bank = bank_of(name)
    for finding in feed(bank, matrix):
        numbers = (finding.effect_size_sd, finding.statistic, finding.before.sd, finding.after.mean)
        assert np.isfinite(numbers).all()
    state = bank.state(0)
    assert np.isfinite([state.effect_size_sd, state.recent.mean, state.recent.sd, *state.block_effects]).all()


@every_detector
def test_memory_is_bounded(name: str) -> None:
    """A worker that runs for months would run out of it. Arithmetic: 2,240 bytes of record, 3,586 of shape,
    5,376 of season, 2,343 for the names of their columns, up to 2,100 of ADWIN's state, and Python's objects.
    """

    def size(value: Any) -> int:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return sys.getsizeof(value) + sum(size(each) for each in inner)

    bank = bank_of(name)
    feed(bank, column(3000, 1.0))
    before = size(bank.snapshot())
    feed(bank, column(12_000, -1.0))
    assert size(bank.snapshot()) < before + 1000
    assert before < 18_000


@every_detector
def test_is_reproducible(name: str) -> None:
    """A backtest would differ from production."""
    matrix = column(900, 1.0, seed=6)
    assert feed(bank_of(name), matrix) == feed(bank_of(name), matrix)


@pytest.mark.parametrize("name", ["page_hinkley", "adwin"])
def test_one_change_is_one_finding(name: str) -> None:
    """The same change would be reported until somebody turns the alarms off."""
    findings = [feed(bank_of(name), column(1500, 2.0, seed=seed)) for seed in range(20)]
    assert all(findings)
    began = [[finding.began_offset for finding in each] for each in findings]
    assert all(sum(950 < offset < 1050 for offset in each) == 1 for each in began)
    assert sum(map(len, findings)) <= 26  # a few false alarms in 20 × 1,300 values are to be expected


def test_a_detector_of_river_fits_in_a_few_lines() -> None:
    """ "Any river detector" would be a claim only."""
    findings = feed(bank_of("kswin"), column(900, 3.0))
    assert findings[0].direction == "up"
    assert 600 <= findings[0].detected_offset < 650


def test_detectors_are_chosen_per_signal() -> None:
    """A deployment could not add its own detector where it wants it."""
    bank = Bank(BankSettings(warm_up=200, detectors=("page_hinkley",)))
    own = Signal("own", 0, Transform.VALUE, detectors=("nine_high", "adwin"))
    bank.add([Signal("usual", 0, Transform.VALUE), own], columns=1)
    found = {(finding.signal, finding.detector) for finding in feed(bank, column(900, 3.0))}
    assert found == {("usual", "page_hinkley"), ("own", "nine_high"), ("own", "adwin")}


def test_an_unknown_detector_is_refused_by_name() -> None:
    """A typing mistake would leave signals unwatched."""
    with pytest.raises(ValueError, match="there is no detector 'adwim'; known are adwin"):
        Bank(BankSettings(detectors=("adwim",)))
    with pytest.raises(ValueError, match="there is no detector 'x'"):
        single().add([Signal("y", 0, Transform.VALUE, detectors=("x",))], columns=1)
    with pytest.raises(ValueError, match="part of the compiled kernel"):
        register("page_hinkley")
