"""Values that repeat themselves: mean, spread and shape stay, and each says more of the next than it did."""

from functools import cache
from math import sqrt

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter

from driftline.detectors import Bank, BankSettings, Finding, Transform
from tests.detectors.streams import feed, numbered

CHANGED_AT = 6_000
MINUTE_MS = 60_000
COLUMNS = 8
BATCHES = [1_000]  # a finding is looked at by the values of its batch
OURS = (*BankSettings().detectors, "dependence")


def carried(healthy: NDArray[np.float64], share: float, until: int | None = None) -> NDArray[np.float64]:
    """The values [rows, columns], of which from CHANGED_AT on such a share is the one before, again."""
    values, again = healthy.copy(), np.random.default_rng(7).random(healthy.shape) < share
    for row in range(CHANGED_AT, until or len(values)):
        values[row] = np.where(again[row], values[row - 1], values[row])
    return values


@cache
def normal(rows: int = 9_000) -> NDArray[np.float64]:
    """Independent values [rows, COLUMNS]."""
    return np.random.default_rng(5).standard_normal((rows, COLUMNS))


def found(
    values: NDArray[np.float64], transform: Transform = Transform.VALUE, every: float = 1e7
) -> list[Finding]:
    """What the test says beside all others."""
    bank = numbered(values.shape[1], transform, false_alarm_every=every, detectors=OURS)
    findings = feed(bank, values, BATCHES, spacing_ms=MINUTE_MS)
    return [finding for finding in findings if finding.of == "dependence"]


def delays(findings: list[Finding]) -> list[int]:
    """Values from the change to the first finding of each signal that was not early."""
    first: dict[str, int] = {}
    for finding in findings:
        first.setdefault(finding.signal, finding.detected_offset - CHANGED_AT)
    return sorted(first.values())


@pytest.mark.parametrize(("share", "median", "within"), [(0.3, 500, 1500), (0.6, 200, 400)])
def test_values_carried_forward_are_found(share: float, median: float, within: int) -> None:
    """A join that has no fresh value for a third of its rows looks as healthy as ever."""
    findings = found(carried(normal(), share))
    assert {finding.direction for finding in findings} == {"up"}
    assert len(delays(findings)) == COLUMNS
    assert 0 < delays(findings)[0] <= delays(findings)[-1] < within
    assert np.median(delays(findings)) < median
    told = [finding.effect_size_sd for finding in findings]
    assert np.median(told) == pytest.approx(share, abs=0.15)
    first = findings[0]
    assert first.began_ms > (CHANGED_AT - 200) * MINUTE_MS
    assert first.before.sd == pytest.approx(first.after.sd, rel=0.3)


def test_flags_carried_forward_are_found() -> None:
    """Of a flag it is all that could be seen: its rate stays."""
    flags = (np.random.default_rng(3).random((9_000, COLUMNS)) < 0.3).astype(float)
    assert len(delays(found(carried(flags, 0.6), Transform.BINARY))) == COLUMNS


def test_a_smoother_that_keeps_the_spread_is_found() -> None:
    """A filter that somebody switched on makes the same values later."""
    values = normal().copy()
    values[CHANGED_AT:] = lfilter([1 / sqrt(3)] * 3, 1.0, values, axis=0)[CHANGED_AT:]
    assert len(delays(found(values))) == COLUMNS


def test_less_dependence_is_another_direction() -> None:
    """It would be told as its opposite."""
    values = normal().copy()
    values[CHANGED_AT:] = lfilter([1.0, -0.8], 1.0, values, axis=0)[CHANGED_AT:] / sqrt(1.64)
    assert {finding.direction for finding in found(values)} == {"down"}


@pytest.mark.parametrize(
    ("phi", "steps"), [(0.0, "heavy"), (0.5, "skewed"), (0.9, "normal"), (0.9, "skewed")]
)
def test_healthy_signals_keep_to_what_was_asked(phi: float, steps: str) -> None:
    """What it says would be worth nothing on values that depend on each other, or have long tails."""
    random, shape = np.random.default_rng(4), (12_000, 16)
    draw = {
        "normal": random.standard_normal,
        "skewed": random.standard_exponential,
        "heavy": lambda shape: random.standard_t(3, shape),
    }
    values = lfilter([sqrt(1 - phi**2)], [1.0, -phi], draw[steps](shape), axis=0)
    bank = numbered(16, false_alarm_every=2e3, detectors=("dependence",))
    findings = feed(bank, np.asarray(values), BATCHES, spacing_ms=MINUTE_MS)
    asked = 16 * 9_000 / 2e3
    assert len(findings) < 2 * asked


def test_nobody_has_it_who_did_not_ask() -> None:
    """It takes false alarms from all others."""
    assert "dependence" not in BankSettings().detectors
    bank = numbered(COLUMNS, false_alarm_every=1e7)
    findings = feed(bank, carried(normal(), 0.6)[:7_000], BATCHES, spacing_ms=MINUTE_MS)
    assert "dependence" not in {finding.of for finding in findings}


def test_it_lasts_until_values_are_their_own_again() -> None:
    """An incident would be over while the join still repeats itself, or stay open for good."""
    values = carried(normal(12_000), 0.6, until=9_000)
    bank = numbered(COLUMNS, false_alarm_every=1e7, detectors=("dependence",))
    feed(bank, values[:9_000], BATCHES, spacing_ms=MINUTE_MS)
    assert all("dependence" in state.differs_in for state in bank.states())
    findings = feed(bank, values[9_000:], BATCHES, first=9_000, spacing_ms=MINUTE_MS)
    assert not any(state.differs_in for state in bank.states())
    assert findings == []


def test_batches_and_snapshots_change_no_bit() -> None:
    """A replay would tell something else than the worker did."""
    values = carried(normal(), 0.6)[:7_500]
    whole, cut = (numbered(COLUMNS, false_alarm_every=1e7, detectors=OURS) for _ in range(2))
    expected = feed(whole, values, [2_000], spacing_ms=MINUTE_MS)
    findings = feed(cut, values[:6_100], [1000, 77, 256, 300], spacing_ms=MINUTE_MS)
    cut = Bank.restore(cut.settings, cut.snapshot())
    findings += feed(cut, values[6_100:], [500, 3, 41], first=6_100, spacing_ms=MINUTE_MS)
    places = [(each.signal, each.detector, each.detected_offset, each.statistic) for each in expected]
    assert [(each.signal, each.detector, each.detected_offset, each.statistic) for each in findings] == places
    assert cut.snapshot() == whole.snapshot()
