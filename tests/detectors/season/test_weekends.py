"""Weekends, and clocks that are changed, for a bank: told at first, silent later."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.detectors import Bank, BankSettings, Finding, Signal, Transform
from tests.detectors.streams import autoregressive

MONDAY_MS = 1_794_787_200_000  # 2026-11-16T00:00:00Z
DAY_MS, HOUR_MS = 86_400_000, 3_600_000
SPACING_MS = 60_000
EVERY = 1e7  # values between false alarms, about what the budget asks for
Numbers = NDArray[np.float64]


def times(days: int, first_day: int = 0) -> NDArray[np.int64]:
    """One value a minute, from the start of a day of the week on."""
    return MONDAY_MS + first_day * DAY_MS + np.arange(0, days * DAY_MS, SPACING_MS)


def on_days(times_ms: NDArray[np.int64], *days: int) -> NDArray[np.bool_]:
    """Whether times lie on these days of the week, 0 for Monday."""
    return np.isin((times_ms - MONDAY_MS) // DAY_MS % 7, days)


def noise(times_ms: NDArray[np.int64], phi: float = 0.0, seed: int = 1) -> Numbers:
    return autoregressive(np.random.default_rng(seed), (len(times_ms), 1), phi)[:, 0]


def daily(times_ms: NDArray[np.int64], height: float) -> Numbers:
    """Two humps a day."""
    hours = (times_ms - MONDAY_MS) % DAY_MS / HOUR_MS
    return np.asarray(height * (np.exp(-(((hours - 13) / 4) ** 2)) + np.exp(-(((hours - 19) / 2) ** 2)) / 2))


def bank_of(transform: Transform = Transform.VALUE, timezone: str = "UTC") -> Bank:
    bank = Bank(BankSettings(false_alarm_every=EVERY, timezone=timezone))
    bank.add([Signal("x", 0, transform)], columns=1)
    return bank


def watch(
    bank: Bank, times_ms: NDArray[np.int64], values: NDArray[np.generic], size: int = 5000
) -> list[Finding]:
    """All findings, batch by batch."""
    matrix, found = values[:, np.newaxis].astype(float), []
    for row in range(0, len(values), size):
        part = slice(row, row + size)
        found += bank.update(matrix[part], times_ms[part], np.arange(row, row + len(matrix[part])))
    return [replace(finding, row=0) for finding in found]


def found_on(found: list[Finding]) -> list[int]:
    """The days, counted from the Monday, with a finding that is told: of a tenth of an sd at least."""
    told = [each for each in found if abs(each.effect_size_sd) >= 0.1 or each.of != "mean"]
    return sorted({(each.detected_ms - MONDAY_MS) // DAY_MS for each in told})


@pytest.mark.parametrize("phi", [0.0, 0.9])
@pytest.mark.parametrize("shift", [-2.0, 1.0, 4.0])
def test_the_third_weekend_is_silent(shift: float, phi: float) -> None:
    """A feature that is lower every weekend would be an incident every week."""
    times_ms = times(28)
    found = found_on(watch(bank_of(), times_ms, noise(times_ms, phi) + shift * on_days(times_ms, 5, 6)))
    assert {5, 12} <= set(found)  # new once, and once more perhaps not for ever
    assert not [day for day in found if day >= 18]


@pytest.mark.parametrize("first_day", range(6))
def test_a_stream_may_begin_on_any_day(first_day: int) -> None:
    """Weekends would stay news for streams that begin on one, or shortly before."""
    times_ms = times(28, first_day)
    found = found_on(watch(bank_of(), times_ms, noise(times_ms, 0.5) - 2.0 * on_days(times_ms, 5, 6)))
    assert not [day for day in found if day >= 20]  # on the Saturday one may be found to be back


@pytest.mark.parametrize("days", [(6,), (4, 5)], ids=["Sundays", "Fridays and Saturdays"])
def test_other_weekends(days: tuple[int, ...]) -> None:
    """Two days of rest would be known, other weeks of the world not."""
    times_ms = times(28)
    found = found_on(watch(bank_of(), times_ms, noise(times_ms) + 2.0 * on_days(times_ms, *days)))
    assert found
    assert not [day for day in found if day >= 14 + days[0]]


def test_an_evening_that_begins_within_a_half_hour() -> None:
    """Its first minutes would be an incident each Friday, for they do not fill the half hour of its mean."""
    times_ms = times(28)
    minutes = (times_ms - MONDAY_MS) % DAY_MS // SPACING_MS
    evening = on_days(times_ms, 4) & (minutes >= 18 * 60 + 10)
    found = found_on(watch(bank_of(), times_ms, noise(times_ms) + 3.0 * evening))
    assert found
    assert not [day for day in found if day >= 18]


def test_beside_a_daily_cycle() -> None:
    """Until a week is over the level is local, so that the first weekend moves it."""
    times_ms = times(28)
    values = noise(times_ms, 0.5) + daily(times_ms, 2.0) - 2.0 * on_days(times_ms, 5, 6)
    assert not [day for day in found_on(watch(bank_of(), times_ms, values)) if day >= 18]


def test_a_rate_that_is_twice_as_high() -> None:
    """People who search again twice as often on weekends would be an incident every week."""
    times_ms = times(28)
    rate = np.where(on_days(times_ms, 5, 6), 0.4, 0.2)
    values = np.random.default_rng(1).random(len(rate)) < rate
    found = found_on(watch(bank_of(Transform.BINARY), times_ms, values))
    assert {5, 12} <= set(found)
    assert not [day for day in found if day >= 18]


def test_categories_of_other_shares() -> None:
    """Two that change places on weekends would be one, for mean and shape alike."""
    times_ms = times(28)
    random = np.random.default_rng(1)
    shares = ([0.5, 0.3, 0.15, 0.05], [0.2, 0.3, 0.35, 0.15])
    week, weekend = (random.choice([1, 2, 3, 4], len(times_ms), p=each) for each in shares)
    values = np.where(on_days(times_ms, 5, 6), weekend, week)
    found = found_on(watch(bank_of(Transform.CATEGORY), times_ms, values))
    assert found
    assert not [day for day in found if day >= 18]


def test_a_change_that_lasts_is_no_weekend_though_it_begins_with_one() -> None:
    """It would be learned away after two weeks."""
    times_ms = times(42)
    bank = bank_of()
    found = watch(bank, times_ms, noise(times_ms) - 2.0 * (times_ms >= MONDAY_MS + 12 * DAY_MS))
    assert found_on(found) == [12]
    assert bank.states()[0].away


def test_a_change_of_many_days_that_ends_is_no_cycle() -> None:
    """The weeks of the change would look as if they shared it."""
    times_ms = times(49)
    changed = (times_ms >= MONDAY_MS + 12 * DAY_MS) & (times_ms < MONDAY_MS + 29 * DAY_MS)
    found = found_on(watch(bank_of(), times_ms, noise(times_ms) - 2.0 * changed))
    assert not [day for day in found if day >= 30]


def test_an_outage_on_one_weekend_is_no_cycle() -> None:
    """The next weekend would be an incident for being as all others."""
    times_ms = times(35)
    out = (times_ms >= MONDAY_MS + 12 * DAY_MS) & (times_ms < MONDAY_MS + 14 * DAY_MS)
    found = found_on(watch(bank_of(), times_ms, noise(times_ms) - 3.0 * out))
    assert 12 in found
    assert not [day for day in found if day >= 15]


def test_a_weekend_that_is_known_still_tells_of_a_change() -> None:
    """What is expected on a weekend would hide whatever comes on one."""
    times_ms = times(35)
    values = noise(times_ms) - 2.0 * on_days(times_ms, 5, 6) + 1.5 * (times_ms >= MONDAY_MS + 26 * DAY_MS)
    bank = bank_of()
    found = watch(bank, times_ms, values)
    assert [day for day in found_on(found) if day >= 18] == [26]
    assert bank.states()[0].away


def test_batches_and_snapshots_change_nothing() -> None:
    """A restart in a week, or other fetch sizes, would learn another week."""
    times_ms = times(22)
    values = noise(times_ms, 0.5) + daily(times_ms, 2.0) - 2.0 * on_days(times_ms, 5, 6)
    hour_earlier = daily(times_ms + HOUR_MS, 2.0) - daily(times_ms, 2.0)
    values += np.where(times_ms >= MONDAY_MS + 21 * DAY_MS, hour_earlier, 0.0)
    one, other = bank_of(), bank_of()
    whole = watch(one, times_ms, values)
    parts = []
    for row in range(0, len(values), 7013):
        part = slice(row, row + 7013)
        parts += watch(other, times_ms[part], values[part], 333)
        other = Bank.restore(other.settings, other.snapshot())
    offsets_apart = [replace(each, detected_offset=0, began_offset=0) for each in parts]
    assert offsets_apart == [replace(each, detected_offset=0, began_offset=0) for each in whole]


@pytest.mark.parametrize("hours", [1, -1])
@pytest.mark.parametrize("height", [2.0, 5.0])
def test_a_clock_that_is_changed_is_found_once_at_most(height: float, hours: int) -> None:
    """A morning and an evening of four days would be eight incidents."""
    times_ms = times(35)
    changed = times_ms >= MONDAY_MS + 24 * DAY_MS
    cycle = daily(times_ms + hours * HOUR_MS * changed, height)
    bank = bank_of()
    found = found_on(watch(bank, times_ms, noise(times_ms, 0.5) + cycle))
    late = [day for day in found if day >= 24]
    assert len(late) <= 2  # the two flanks of a night are two days
    assert not late or late[-1] - late[0] <= 1
    assert not bank.states()[0].away


@pytest.mark.parametrize("shift", [0.5, 2.0])
@pytest.mark.parametrize("hour", [7, 10, 16])
def test_a_change_of_level_is_not_taken_for_a_clock(hour: int, shift: float) -> None:
    """On a flank of the day a real change would be explained away."""
    times_ms = times(28)
    began_ms = MONDAY_MS + 24 * DAY_MS + hour * HOUR_MS
    bank = bank_of()
    values = noise(times_ms, 0.5) + daily(times_ms, 2.0) + shift * (times_ms >= began_ms)
    found = watch(bank, times_ms, values)
    assert [each for each in found if began_ms < each.detected_ms < began_ms + 12 * HOUR_MS]
    assert bank.states()[0].away


def test_a_cycle_may_be_of_a_time_zone() -> None:
    """Days of Berlin would move by an hour in October, and be told."""
    times_ms = times(35) - 28 * DAY_MS  # from the 19th of October on
    summer = times_ms < 1_792_890_000_000
    local_ms = times_ms + np.where(summer, 2 * HOUR_MS, HOUR_MS)
    values = noise(times_ms, 0.5) + daily(local_ms, 5.0)
    found = watch(bank_of(timezone="Europe/Berlin"), times_ms, values)
    assert not [each for each in found if each.detected_ms > times_ms[0] + 7 * DAY_MS]
