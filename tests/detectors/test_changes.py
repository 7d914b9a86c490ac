"""What a signal does after a change: it measures from there, and does not mistake it for another."""

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.detectors import Bank, BankSettings, Finding, Signal, Transform
from driftline.detectors.state.arrays import SEASONAL
from tests.detectors.streams import feed, numbered

MINUTE_MS = 60_000
DAY_MS = 86_400_000


def bank_of(columns: int, transform: Transform = Transform.VALUE, every: float = 1e6) -> Bank:
    """A bank of signals "0", "1", … that look at a column each."""
    return numbered(columns, transform, false_alarm_every=every)


def run(bank: Bank, values: NDArray[np.float64], spacing_ms: int) -> list[Finding]:
    """The findings in values [rows, columns]."""
    return feed(bank, values, [4096], spacing_ms=spacing_ms)


def test_after_a_change_of_variance_the_mean_is_measured_in_the_new_sd() -> None:
    """Every wider signal would raise alarms of its mean for ever (here one in 3.6 is to be expected)."""
    random = np.random.default_rng(1)
    values = random.standard_normal((60_000, 8))
    values[25_000:] *= 2.0
    findings = run(bank_of(8), values, 10_000)
    assert {found.signal for found in findings if found.of == "variance"} == {str(i) for i in range(8)}
    assert sum(found.of == "mean" and found.detected_offset > 25_500 for found in findings) <= 3


def test_at_another_level_variance_and_shape_are_not_judged() -> None:
    """Far out in a heavy tail scores lie closer or wider: one shift would be told as many changes."""
    values = np.random.default_rng(2).standard_t(3, (40_000, 8))
    values[25_000:] += 4.0
    findings = run(bank_of(8), values, 10_000)
    assert {found.of for found in findings} == {"mean"}


def test_a_jump_into_a_heavy_tail_is_found_in_a_few_values() -> None:
    """As normal scores 3 sd of Student's t are only 2.4: without a test for values close together out there
    it takes 4 values on average, and with it 3.3.
    """
    random = np.random.default_rng(13)
    values = random.standard_t(3, (25_010, 200))
    values[25_000:] += 3.0 * 3.0**0.5
    bank = Bank(BankSettings(false_alarm_every=1e4, warm_up=20_000))
    bank.add([Signal(str(i), i, Transform.VALUE, detectors=("e_detector",)) for i in range(200)], columns=200)
    late = [found.detected_offset - 24_999 for found in run(bank, values, 1_000)]
    delays = [delay for delay in late if delay > 0]
    assert len(delays) > 150
    assert np.mean(delays) < 3.6


def test_a_small_change_is_told_with_all_its_values() -> None:
    """A finding of a quarter sd that lasts for hundreds of values would tell of the last few lucky ones."""
    values = np.random.default_rng(3).standard_normal((30_000, 16))
    values[25_000:] += 0.25
    first = {found.signal: found for found in reversed(run(bank_of(16), values, 10_000))}
    assert len(first) == 16
    spans = [found.after.count / (found.detected_offset - 25_000 + 1) for found in first.values()]
    assert np.median(spans) == pytest.approx(1.0, abs=0.3)


@pytest.mark.parametrize("ratio", [2.0, 2.5])
def test_a_local_level_does_not_learn_a_doubled_rate_before_it_is_seen(ratio: float) -> None:
    """Until a cycle is known, users who give up twice as often would become the normal case in an hour."""
    random = np.random.default_rng(4)
    rate = np.where(np.arange(12_000) < 8_000, 0.06, 0.06 * ratio)[:, None]
    values = (random.random((12_000, 8)) < rate).astype(float)
    findings = run(bank_of(8, Transform.BINARY, every=1e8), values, 2_000)
    assert {found.signal for found in findings} == {str(column) for column in range(8)}
    assert min(found.detected_offset for found in findings) >= 8_000


def test_a_level_that_stays_half_a_day_is_told_once() -> None:
    """When a local level takes over a change, what follows it would tell the same change again."""
    random = np.random.default_rng(9)
    rate = np.where(np.arange(40_000) < 8_000, 0.06, 0.15)[:, None]
    values = (random.random((40_000, 8)) < rate).astype(float)
    findings = run(bank_of(8, Transform.BINARY, every=1e8), values, 3_000)
    assert {found.signal for found in findings if found.detected_offset < 12_000} == {
        str(i) for i in range(8)
    }
    assert [found for found in findings if found.detected_offset >= 20_000] == []


def test_whether_there_is_a_cycle_is_asked_as_soon_as_two_days_are_full() -> None:
    """A signal armed after a day and a half would stay at its local level for a third day."""
    values = np.random.default_rng(5).standard_normal((4_000, 4))
    bank = bank_of(4)
    run(bank, values[: 2 * 1_440 - 30], MINUTE_MS)
    assert {state.phase for state in bank.states()} == {"local_level"}
    offsets = np.arange(2 * 1_440 - 30, 2 * 1_440 + 30)
    bank.update(values[offsets], offsets * MINUTE_MS, offsets)
    assert {state.phase for state in bank.states()} == {"reference"}


def daily_load(days: int, columns: int) -> NDArray[np.float64]:
    """A value a minute [days · 1440, columns], three sd higher at noon than at midnight."""
    random = np.random.default_rng(6)
    minutes = np.arange(days * 1_440)[:, None]
    return random.standard_normal((len(minutes), columns)) + 1.5 * np.sin(2 * np.pi * minutes / 1_440)


def test_a_tail_follows_the_time_of_day() -> None:
    """Every noon would be reported as slow."""
    assert not run(bank_of(8, Transform.TAIL), daily_load(12, 8), MINUTE_MS)


def test_a_tail_of_small_counts_follows_the_time_of_day() -> None:
    """Between whole numbers the share beyond a moving line would jump fivefold, twice a day."""
    minutes = np.arange(12 * 1_440)[:, None]
    rate = 0.35 + 0.15 * np.sin(2 * np.pi * minutes / 1_440)
    counts = np.random.default_rng(10).poisson(rate, (len(minutes), 8)).astype(float)
    assert not run(bank_of(8, Transform.TAIL), counts, MINUTE_MS)


def test_a_tail_that_grows_is_found() -> None:
    """One answer in five that takes much longer moves the mean little and is what users complain of."""
    values = daily_load(8, 8)
    slow = np.random.default_rng(7).random(values.shape) < 0.2
    values[-1_440:] += np.where(slow[-1_440:], 5.0, 0.0)
    findings = run(bank_of(8, Transform.TAIL), values, MINUTE_MS)
    assert {found.signal for found in findings} == {str(column) for column in range(8)}
    assert all(found.direction == "up" for found in findings if found.detected_offset < len(values) - 1_000)


def test_a_tail_is_the_same_after_a_step() -> None:
    """The line through the last hour would go on falling after an incident, and values lie above it."""
    values = np.random.default_rng(13).standard_normal((12_000, 16))
    values[4_000:8_000] += 3.0
    findings = run(bank_of(16, Transform.TAIL), values, 10_000)
    assert [found for found in findings if found.detected_offset >= 8_000 and found.direction == "up"] == []


def test_a_variance_that_lasts_stays_another_in_any_batch() -> None:
    """Where a batch ends would say what is measured in which sd."""
    values = np.random.default_rng(14).standard_normal((100_000, 2))
    values[20_000:] *= 2.0
    whole, cut = bank_of(2), bank_of(2)
    assert {found.of for found in run(whole, values, 1_000)} == {"variance"}
    feed(cut, values, [977])
    assert cut.snapshot() == whole.snapshot()
    assert [state.spread for state in cut.states()] == pytest.approx([4.0, 4.0], rel=0.25)


@pytest.mark.parametrize("sd", [0.5, 1.5, 3.0])
def test_a_variance_that_is_back_is_another_no_more(sd: float) -> None:
    """By the few values that a test fires at it would be 0.8 of what it was, and another one for ever."""
    values = np.random.default_rng(15).standard_normal((30_000, 24))
    values[20_000:22_000] *= sd
    bank = bank_of(24)
    run(bank, values[:22_000], 1_000)
    assert sum("variance" in state.differs_in for state in bank.states()) >= 20
    feed(bank, values[22_000:], [4096], first=22_000)
    assert sum(bool(state.differs_in) for state in bank.states()) <= 1  # whose reference was wide by chance


def test_what_is_much_wider_is_not_learned_from() -> None:
    """In the first days a bad hour would teach that noise is three times what it is; the next is not seen."""
    values = np.random.default_rng(16).standard_normal((12_000, 16))
    values[4_000:7_000] *= 4.0
    bank = bank_of(16)
    run(bank, values, 10_000)
    sigmas = bank._arrays.signals["sigma"]
    assert sigmas == pytest.approx([1.0] * 16, abs=0.15)


def test_noise_around_another_level_is_learned_from_if_it_is_as_it_was() -> None:
    """Amounts in cents for four hours taught their noise: what came then varied less, "from sd 1,175"."""
    random, shape = np.random.default_rng(4), (9_000, 32)
    amounts = np.where(random.random(shape) < 0.7, 0.0, np.round(np.exp(random.normal(3.0, 0.7, shape)), 2))
    amounts[6_000:7_500] *= 100.0
    bank = bank_of(32)
    run(bank, amounts, 10_000)
    assert np.count_nonzero(bank._arrays.signals["sigma"] > 1.3) <= 2  # of 32; with noise of any width 8


def test_what_comes_back_is_held_against_the_level_that_it_had() -> None:
    """After a first change a mark of where the next began had no level: the healthy one, half a sd beside a
    reference of a day and a third, was taken for what the change had moved it by, and back was never reached.
    """
    random = np.random.default_rng(17)
    minutes = np.arange(24 * 1_440)[:, None]
    values = random.standard_normal((len(minutes), 24)) + 3.3 * np.sin(2 * np.pi * minutes / 1_440)
    wide = (minutes >= 15 * 1_440) & (minutes < 17 * 1_440)
    values = np.where(wide, values + 1.7 * random.standard_normal(values.shape), values)
    bank = bank_of(24)
    found = run(bank, values, MINUTE_MS)
    assert found
    assert [state.name for state in bank.states() if state.away] == []


@pytest.mark.parametrize("rate", [0.02, 0.5])
def test_a_rate_is_told_within_its_bounds(rate: float) -> None:
    """An alert would speak of a rate below 0 or above 1."""
    random = np.random.default_rng(8)
    rates = np.where(np.arange(9_000) < 6_000, rate, min(4 * rate, 0.98))[:, None]
    findings = run(bank_of(8, Transform.BINARY), (random.random((9_000, 8)) < rates).astype(float), 2_000)
    assert findings
    for found in findings:
        assert 0.0 <= found.before.mean <= 1.0
        assert found.odds > 1.0


@pytest.mark.parametrize("lasted", [1_500, 4_000])
@pytest.mark.parametrize("sd", [2.0, 1.4, 0.6])
def test_what_lasted_does_not_outweigh_what_comes_after_it(sd: float, lasted: int) -> None:
    """Zeros of four hours were another variance for eight hours more: all values since the change, most of
    them zeros, were said to be what it had become.
    """
    values = np.random.default_rng(6).standard_normal((6_000 + lasted + 600, 24))
    values[6_000 : 6_000 + lasted] *= sd
    bank = numbered(24, warm_up=2_000, false_alarm_every=1e9)
    run(bank, values[: 6_000 + lasted], 10_000)
    assert sum("variance" in state.differs_in for state in bank.states()) >= 20
    feed(bank, values[6_000 + lasted :], [512], first=6_000 + lasted, spacing_ms=10_000)
    assert sum("variance" in state.differs_in for state in bank.states()) <= 2


@pytest.mark.parametrize("detector", ["variance", "shape"])
def test_a_test_that_is_alone_keeps_its_threshold(detector: str) -> None:
    """All false alarms that are asked for are its own: without a share it would fire at every value."""
    bank = Bank(BankSettings(false_alarm_every=1e6, detectors=(detector,)))
    bank.add([Signal("0", 0, Transform.VALUE)], columns=1)
    assert run(bank, np.random.default_rng(11).standard_normal((6_000, 1)), 1_000) == []


@pytest.mark.parametrize("transform", SEASONAL)
def test_a_state_is_plain_numbers(transform: Transform) -> None:
    """What the desk concludes from numpy's numbers cannot be written to a checkpoint: the worker ends."""
    bank = bank_of(1, transform)
    run(bank, (np.random.default_rng(12).random((4_000, 1)) < 0.3).astype(float), 1_000)
    state = bank.states()[0]
    parts = [state, state.recent, state.reference]
    values = [value for part in parts for value in vars(part).values()]
    values += [each for value in values if isinstance(value, tuple) for each in value]
    assert not [value for value in values if isinstance(value, np.generic)]


@pytest.mark.parametrize("transform", [Transform.BINARY, Transform.VALUE])
def test_a_level_that_was_followed_is_not_found_again(transform: Transform) -> None:
    """A lasting error rate was closed as the new level and fired again when the signal was measured from the
    mean of all that it had seen, of both levels: after two days, or after a week where a jump stands between
    them. Page-Hinkley's threshold is that of the rate before; alone it opens no incident.
    """
    random = np.random.default_rng(0)
    bank = Bank(BankSettings(warm_up=1000, false_alarm_every=1e6))
    bank.add([Signal("x", 0, transform)], 1)
    days = np.arange(43_200) * 20 / 86_400
    if transform is Transform.BINARY:
        values = (random.random(len(days)) < np.where(days > 1.4, 0.2, 0.05)).astype(float)
    else:
        values = random.standard_normal(len(days)) + 1.5 * (days > 1.4)
    found = feed(bank, values[:, None], spacing_ms=20_000)
    assert found
    later = {each.detector for each in found if days[each.detected_offset] > 2.0}
    assert later <= ({"page_hinkley"} if transform is Transform.BINARY else set())
    assert bank.state(0).phase == "reference"
    assert bank.state(0).followed != 0.0
