"""A number that a cycle takes many times as far as its noise, and what its table makes of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from driftline.detectors import Finding
from driftline.detectors.reference.stabilising import dominates, is_dominated, pairs_of, stabilising_table
from tests.detectors.streams import autoregressive, feed, numbered

DAY_S = 86_400
TOLD_SD = 0.1  # smaller changes are never told


def requests(days: float, middle: float, swing: float, columns: int = 2) -> NDArray[np.float64]:
    """Requests of each second [seconds, columns] of services with their noon at different hours."""
    seconds = np.arange(int(days * DAY_S))[:, None]
    turns = seconds / DAY_S + np.arange(columns) / columns + 0.1
    rate = middle + swing * np.sin(2 * np.pi * turns)
    return np.random.default_rng(7).poisson(rate).astype(float)


def told(values: NDArray[np.float64]) -> list[Finding]:
    """The findings that somebody would hear of, when one in 10^7 values is to be a false one."""
    bank = numbered(values.shape[1], false_alarm_every=1e7)
    return [found for found in feed(bank, values, [10_000]) if abs(found.effect_size_sd) >= TOLD_SD]


def table_of(sample: NDArray[np.float64]) -> NDArray[np.float64]:
    """The table of values some minutes apart."""
    return stabilising_table(pairs_of(sample, 1), (sample.min(), sample.max()))


def test_noise_is_as_wide_at_noon_as_at_night() -> None:
    """A change at night would have to be three times as large as one at noon, or noon would be wild."""
    sample = requests(1, 500, 400, columns=1)[::257, 0]
    assert is_dominated(sample, pairs_of(sample, 1))
    table = table_of(sample)
    random = np.random.default_rng(3)
    widths = [
        np.interp(random.poisson(rate, 4_000), table, np.arange(len(table))).std() for rate in (110, 300, 890)
    ]
    assert max(widths) < 1.5 * min(widths)  # in requests it is 2.8 times


def test_noise_without_a_cycle_keeps_its_quantiles() -> None:
    """Heavy tails are made normal by quantiles, which this table does not have."""
    random = np.random.default_rng(4)
    wave = np.sin(np.arange(336) / 336 * 2 * np.pi)
    for sample in (random.standard_t(3, 336), random.standard_normal(336) + wave, np.ones(336)):
        assert not is_dominated(sample, pairs_of(sample, 1))


def test_slow_noise_is_no_cycle() -> None:
    """What differs little from minute to minute got a table without tails, and was told every week."""
    minutes = np.arange(1_440)
    wave, slots = np.sin(minutes / 1_440 * 2 * np.pi), minutes // 30
    for seed in range(5):
        noise = autoregressive(np.random.default_rng(seed), (1_440, 1), 0.95)[:, 0]
        assert is_dominated(noise + wave, pairs_of(noise + wave, 4))
        assert not dominates(noise + wave, slots)
        assert dominates(noise + 5 * wave, slots)


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=168, max_size=336))
def test_a_table_grows(values: list[float]) -> None:
    """Equal points would divide by zero, and decreasing ones give a value two scores."""
    sample = np.array(values)
    if is_dominated(sample, pairs_of(sample, 1)):
        assert (np.diff(table_of(sample)) > 0).all()


def test_a_busy_service_has_quiet_days() -> None:
    """Between 100 and 900 requests a second every day: 250 findings a day, and a worker that ended."""
    assert len(told(requests(10, 500, 400))) <= 10


@pytest.mark.parametrize("days", [2, 16])
def test_a_baseline_of_days_gets_such_a_table(days: int) -> None:
    """A model that brings its history along would be the noisiest of all."""
    values = requests(days + 3, 500, 400)[::30]
    bank = numbered(2, false_alarm_every=1e7, warm_up=days * DAY_S // 30)
    findings = feed(bank, values, [10_000], spacing_ms=30_000)
    assert len([found for found in findings if abs(found.effect_size_sd) >= TOLD_SD]) <= 2
    sd = bank._arrays.signals["effect_sd"]
    assert sd == pytest.approx(np.sqrt([500.0, 500.0]), rel=0.1)  # of requests: noise, not the day


def test_what_is_accepted_keeps_such_a_table() -> None:
    """At whole numbers several of its points would be one, and scores those of another kind of table."""
    values = requests(5, 30, 28, columns=1)[::30]
    values[4 * DAY_S // 30 :] += 20
    bank = numbered(1, false_alarm_every=1e7, warm_up=2 * DAY_S // 30)
    feed(bank, values, [10_000], spacing_ms=30_000)
    [signal], [_, shape] = bank._arrays.signals, bank._arrays.shapes
    before = float(signal["reference_mean"])
    assert signal["effect_sd"] < signal["reference_sd"] / 2
    bank.accept({"0"})
    assert signal["reference_mean"] != before
    assert (np.diff(shape["table"]) > 0).all()


def test_an_outage_of_a_twentieth_is_seen_at_any_hour() -> None:
    """Quiet days would be those of a signal that sees nothing."""
    values = requests(10, 500, 400, columns=6)
    changed = 9 * DAY_S
    values[changed:] = np.random.default_rng(8).binomial(values[changed:].astype(int), 0.95)
    found = {finding.signal for finding in told(values) if finding.detected_offset >= changed}
    assert found == {str(column) for column in range(6)}
