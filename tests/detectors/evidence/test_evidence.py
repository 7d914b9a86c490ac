"""The table of the kernel's tests: each stands where records expect it, and says all that is asked of it."""

from math import log1p

import numpy as np
import pytest

from driftline.detectors import BankSettings, Transform, watches_means
from driftline.detectors.evidence.kernel_test import KernelTest
from driftline.detectors.evidence.table import TESTS, shares_of
from driftline.detectors.plugins.registry import applies, known_names
from driftline.detectors.state.fields import TEST_NAMES
from tests.detectors.streams import feed, numbered

every_test = pytest.mark.parametrize("test", TESTS, ids=lambda test: test.name)


def test_each_stands_in_its_place() -> None:
    """A finding would have the name of another test, and a snapshot the shares of others."""
    assert tuple(test.name for test in TESTS) == TEST_NAMES
    assert len({*TEST_NAMES}) == len(TEST_NAMES) < 8  # `tested` has one bit for each, and a sign


@every_test
def test_each_is_for_some_signals_and_has_a_share(test: KernelTest) -> None:
    """One that is for none, or has no false alarms to spend, would run for nothing."""
    assert test.name in known_names()
    for rate in (True, False):
        assert applies(test.name, rate=rate) == test.applies(rate=rate)
    assert test.applies(rate=True) or test.applies(rate=False)
    assert 0.0 < shares_of((test.name, "adwin"))[test.name] < 1.0


@every_test
def test_what_it_finds_changed_lasts_until_it_says_so(test: KernelTest) -> None:
    """An incident of something else than the mean would end at once, or never."""
    assert watches_means(test.name) == (test.of == "mean")
    assert (test.lasts is None) == (test.of == "mean")


@every_test
def test_each_is_near_where_its_statistic_is(test: KernelTest) -> None:
    """A dashboard would show a signal as calm that is about to fire."""
    number = test.applies(rate=False)
    transform = Transform.VALUE if number else Transform.BINARY
    bank = numbered(1, transform, warm_up=500, false_alarm_every=1e6, detectors=(test.name,))
    random = np.random.default_rng(1)
    values = random.standard_normal((6000, 1)) if number else random.random((6000, 1)) < 0.3
    feed(bank, values * 1.0, spacing_ms=60_000)
    signal = bank._arrays.signals[0]
    pairs = [test.statistic(signal, direction) for direction in (1, -1)]
    if test.name == "e_detector":  # which multiplies
        pairs = [(log1p(evidence), log1p(threshold)) for evidence, threshold in pairs]
    parts = [float(np.divide(*pair)) for pair in pairs]
    assert 0.0 < max(parts) < 1.0
    assert bank.nearness(0) == pytest.approx(max(parts), rel=1e-12)


def test_the_detectors_of_a_bank_are_known() -> None:
    """The list of settings would name what nobody makes."""
    assert {*BankSettings().detectors} <= known_names()
