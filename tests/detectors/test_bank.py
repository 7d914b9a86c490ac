"""The bank as its callers use it: growing, inheriting, correcting, telling its state, snapshots."""

import doctest
import tracemalloc
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline import detectors
from driftline.detectors import Bank, BankSettings, Signal, SnapshotError, Transform
from driftline.detectors.state.arrays import CODED
from driftline.detectors.state.fields import SIGNAL
from tests.detectors.streams import EVERYTHING, everything, feed, single

SETTINGS = BankSettings(warm_up=200, false_alarm_every=5000, window=100)


def bank_of_everything(rows: int = 0) -> Bank:
    bank = Bank(SETTINGS)
    bank.add(EVERYTHING, columns=4)
    feed(bank, everything(max(rows, 1), seed=1)[:rows])
    return bank


def column(*values: float) -> NDArray[np.float64]:
    return np.array(values)[:, None]


# --- state


def test_recent_window_is_the_last_values() -> None:
    """Summaries and baselines would describe other values than they say."""
    values = np.random.default_rng(2).gamma(2.0, 3.0, 1730)
    bank = single(warm_up=200, window=300)
    feed(bank, values[:, None], [77])
    recent = bank.state(0).recent
    expected = values[-recent.count :]
    assert 300 <= recent.count <= 600
    assert recent.mean == pytest.approx(expected.mean())
    assert recent.sd == pytest.approx(expected.std())
    assert (recent.minimum, recent.maximum) == (expected.min(), expected.max())
    exact = np.quantile(expected, [0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
    assert np.abs(np.array(recent.quantiles) - exact).max() < 0.15 * values.std()


def test_reference_is_the_warm_up() -> None:
    """Every effect size is measured against it."""
    values = np.random.default_rng(3).normal(50, 2, 900)
    bank = single(warm_up=400)
    feed(bank, values[:, None])
    state = bank.state(0)
    assert state.armed
    assert state.seen == 900
    assert state.reference is not None
    assert state.reference.count == 400
    assert state.reference.mean == pytest.approx(values[:400].mean())
    assert state.reference.sd == pytest.approx(values[:400].std())
    exact = np.quantile(values[:400], [0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
    assert np.abs(np.array(state.reference.quantiles) - exact).max() < 0.3
    assert state.phase == "local_level"
    assert abs(state.effect_size_sd) < 0.1
    assert len(state.block_effects) == 8


def test_state_before_arming_tells_what_was_seen() -> None:
    """A dashboard would be empty for the first hours."""
    bank = single(warm_up=1000)
    feed(bank, column(1.0, 2.0, np.nan, 3.0, 10.0, np.nan, -np.inf, np.inf))
    state = bank.state(0)
    assert (state.armed, state.seen, state.reference, state.block_effects) == (False, 4, None, ())
    assert (state.recent.count, state.recent.missing, state.recent.mean) == (4, 3, 4.0)
    assert state.recent.quantiles is not None
    assert state.recent.quantiles[2] == 2.5


@pytest.mark.parametrize("mean", [3.0, 30.0, 3_000.0])
def test_quantiles_of_counts_are_counts(mean: float) -> None:
    """A count of 3 would be told as 2.7."""
    values = np.random.default_rng(4).poisson(mean, 700).astype(float)
    bank = single(warm_up=300, window=1000)
    feed(bank, values[:, None])
    for level in (bank.state(0).recent, bank.state(0).reference):
        assert level is not None
        assert level.quantiles is not None
        assert all(quantile.is_integer() for quantile in level.quantiles)


def test_counts_that_are_accepted_at_another_level_stay_counts() -> None:
    """Their table would lie beside all values that come, which would be equal to none of it."""
    random = np.random.default_rng(4)
    bank = single(warm_up=500, window=500)
    feed(bank, random.poisson(30.0, 700).astype(float)[:, None])
    feed(bank, random.poisson(37.0, 1_000).astype(float)[:, None], first=700)
    bank.accept({"x"})
    feed(bank, random.poisson(37.0, 300).astype(float)[:, None], first=1_700)
    for level in (bank.state(0).recent, bank.state(0).reference):
        assert level is not None
        assert level.quantiles is not None
        assert all(quantile.is_integer() for quantile in level.quantiles)


def test_rates_count_the_cells_they_say() -> None:
    """A missing rate would be something else."""
    bank = bank_of_everything()
    cells = [np.nan, np.inf, -np.inf, 0.0, 5.0, -5.0, 1.0, 2.0]
    matrix = np.zeros((8, 4))
    matrix[:, 0] = cells
    feed(bank, matrix)
    rates = {state.name: (state.recent.mean, state.recent.count) for state in bank.states()}
    assert rates["missing"] == (1 / 8, 8)
    assert rates["null"] == (1 / 7, 7)
    assert rates["type"] == (1 / 7, 7)
    assert rates["range"] == (2 / 5, 5)
    assert rates["number"] == (3 / 5, 5)
    missing = {state.name: state.recent.missing for state in bank.states()}
    assert (missing["number"], missing["missing"]) == (2, 0)


def test_unseen_is_what_the_reference_did_not_have() -> None:
    """A new category would go unnoticed, or an old one be called new."""
    bank = single(Transform.UNSEEN, warm_up=100)
    feed(bank, column(*([1.0] * 60 + [2.0] * 40 + [1.0, 2.0, 3.0, 9.0])))
    assert bank.state(0).recent.mean == 0.5


def test_tail_counts_a_twentieth_of_the_reference() -> None:
    """A slow tail would be measured against another quantile than 0.95."""
    values = np.random.default_rng(5).lognormal(0, 1, 4000)
    bank = single(Transform.TAIL, warm_up=2000)
    feed(bank, values[:, None])
    state = bank.state(0)
    assert state.reference is not None
    assert state.reference.mean == pytest.approx(0.05, abs=0.001)
    assert state.recent.mean == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize("code", range(5))
def test_a_category_that_rises_is_found(code: int) -> None:
    """With equal frequencies the surprise does not move at all."""
    random = np.random.default_rng(code)
    before = random.choice(5, 3000)
    after = np.where(random.random(3000) < 0.3, code, random.choice(5, 3000))
    bank = single(Transform.CATEGORY, warm_up=1000)
    findings = feed(bank, np.concatenate([before, after])[:, None] + 1.0)
    assert findings
    assert findings[0].detected_offset >= 3000


@pytest.mark.parametrize("code", range(3))
def test_a_category_that_falls_is_found(code: int) -> None:
    """A category that vanishes makes nothing surprising."""
    random = np.random.default_rng(code)
    shares = np.array([0.5, 0.3, 0.2])
    before = random.choice(3, 3000, p=shares)
    shares[code] = 0
    after = random.choice(3, 2000, p=shares / shares.sum())
    findings = feed(single(Transform.CATEGORY, warm_up=1000), np.concatenate([before, after])[:, None] + 1.0)
    assert findings
    assert findings[0].detected_offset >= 3000


# --- resolution and dormant signals


@pytest.mark.parametrize(("spacing_ms", "every"), [(1000, 1), (100, 2), (10, 16), (1, 64), (0, 64)])
def test_blocks_follow_the_rate(spacing_ms: int, every: int) -> None:
    """river's detectors would see too much of a fast signal, or too little of a slow one."""
    bank = Bank(BankSettings(warm_up=100))
    bank.add([Signal("x", 0, Transform.VALUE)], columns=1)
    rows = np.arange(200)
    bank.update(np.random.default_rng(6).standard_normal((200, 1)), rows * spacing_ms, rows)
    packed = bank.snapshot()["arrays"]["signals"]
    assert np.frombuffer(packed["bytes"], SIGNAL)["every"][0] == every


def test_rare_events_come_in_blocks() -> None:
    """ADWIN would see single rare events and raise three times the false alarms that were requested."""
    bank = Bank(BankSettings(warm_up=100))
    bank.add([Signal(name, i, Transform.BINARY) for i, name in enumerate(("rare", "usual"))], columns=2)
    rows = np.arange(200)
    matrix = np.stack([rows % 25 == 0, rows % 2 == 0], axis=1).astype(float)
    bank.update(matrix, rows * 1000, rows)
    packed = bank.snapshot()["arrays"]["signals"]
    assert np.frombuffer(packed["bytes"], SIGNAL)["every"].tolist() == [8, 1]


def test_a_signal_that_was_never_one_has_no_detectors() -> None:
    """45 signals of data quality would cost as much as the features."""
    bank = single(Transform.MISSING, warm_up=100)
    feed(bank, np.zeros((500, 1)))
    assert bank.snapshot()["watches"] == [None]
    matrix = np.zeros((300, 1))
    matrix[100::2] = np.nan
    findings = feed(bank, matrix, first=500)
    assert {finding.detector for finding in findings} == {"adwin", "page_hinkley", "e_detector"}
    assert all(600 <= finding.began_offset <= 602 for finding in findings)


def test_the_first_one_after_a_thousand_million_values_takes_no_time() -> None:
    """Detectors were shown as many zeros as there were: the first missing value after 200 million stopped a
    worker for 13 seconds with 1.4 GB.
    """
    bank = single(Transform.MISSING, warm_up=100)
    feed(bank, np.zeros((500, 1)))
    snapshot = bank.snapshot()
    records = np.frombuffer(snapshot["arrays"]["signals"]["bytes"], SIGNAL).copy()
    records["seen"] = 1_000_000_000
    snapshot["arrays"]["signals"]["bytes"] = records.tobytes()
    bank = Bank.restore(bank.settings, snapshot)
    matrix = np.zeros((300, 1))
    matrix[100::2] = np.nan
    tracemalloc.start()
    findings = feed(bank, matrix, first=500)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert {finding.detector for finding in findings} >= {"adwin", "e_detector"}
    assert most < 50e6


# --- growing and inheriting


def test_adding_signals_leaves_the_others_alone() -> None:
    """A new feature would disarm the known ones."""
    matrix = everything(900, seed=9)
    grown, plain = bank_of_everything(), bank_of_everything()
    feed(grown, matrix[:450])
    grown.add([Signal("late", 4, Transform.VALUE)], columns=5)
    found = feed(grown, np.column_stack([matrix[450:], matrix[450:, 3]]), first=450)
    expected = [finding for finding in feed(plain, matrix) if finding.row >= 450]
    assert [replace(f, row=0) for f in found if f.signal != "late"] == [replace(f, row=0) for f in expected]
    assert grown.states()[:-1] == plain.states()
    assert grown.state(10).seen == 450


def test_what_cannot_be_added_is_refused() -> None:
    """A signal would silently replace another or read a column that is not there."""
    bank = single()
    with pytest.raises(ValueError, match="already has a signal 'x'"):
        bank.add([Signal("x", 0, Transform.VALUE)], columns=1)
    with pytest.raises(ValueError, match="reads column 3 of 2"):
        bank.add([Signal("y", 3, Transform.VALUE)], columns=2)
    with pytest.raises(ValueError, match="cannot shrink"):
        bank.add([], columns=0)
    with pytest.raises(ValueError, match="do not fit"):
        bank.update(np.zeros((3, 2)), np.zeros(3, np.int64), np.zeros(3, np.int64))


def test_a_worse_version_shows_at_once() -> None:
    """A new version would first be learned as the normal case."""
    random = np.random.default_rng(8)
    old, new = single(warm_up=500), single(warm_up=500)
    feed(old, random.standard_normal((800, 1)))
    new.inherit(old, ["x", "nobody's"])
    assert new.state(0).armed
    assert new.state(0).reference == old.state(0).reference
    findings = feed(new, random.standard_normal((300, 1)) + 1.5)
    assert {finding.detector for finding in findings} == {"adwin", "page_hinkley", "e_detector"}
    assert all(finding.direction == "up" and finding.began_offset < 5 for finding in findings)
    reference = old.state(0).reference
    assert reference is not None
    assert all(finding.before.mean == pytest.approx(reference.mean, abs=0.02) for finding in findings)


def test_an_equal_version_is_quiet() -> None:
    """Every rollout would raise an alarm."""
    matrix = everything(3000, seed=10)[:1900]
    old = Bank(replace(SETTINGS, false_alarm_every=1e6, warm_up=1000))
    old.add(EVERYTHING, columns=4)
    feed(old, matrix[:1100])
    new = Bank(old.settings)
    new.add(EVERYTHING, columns=4)
    new.inherit(old, [signal.name for signal in EVERYTHING])
    assert all(state.armed for state in new.states())
    assert feed(new, matrix[1100:]) == []


def test_nothing_is_inherited_from_a_bank_that_is_learning() -> None:
    """Half a reference would be taken for a whole one."""
    old, new = single(warm_up=500), single(warm_up=500)
    feed(old, np.zeros((499, 1)))
    new.inherit(old, ["x"])
    assert not new.state(0).armed


# --- another transform


def test_a_signal_without_a_reference_may_become_another() -> None:
    """What was taken for classes and is a number would stay a 0/1 signal for good."""
    values = np.random.default_rng(1).standard_normal((300, 2))
    bank, fresh = Bank(BankSettings(warm_up=200)), Bank(BankSettings(warm_up=200))
    bank.add([Signal("x", 0, Transform.BINARY), Signal("y", 1, Transform.VALUE)], columns=2)
    fresh.add([Signal("x", 0, Transform.VALUE), Signal("y", 1, Transform.VALUE)], columns=2)
    feed(bank, np.column_stack([np.ones(100), values[:100, 1]]))
    feed(fresh, np.column_stack([np.full(100, np.nan), values[:100, 1]]))
    assert bank.relearn("x", Transform.VALUE)
    assert not bank.relearn("x", Transform.VALUE)
    for each in (bank, Bank.restore(bank.settings, bank.snapshot())):
        feed(each, values[100:])
        assert each.state(0).seen == 200
        assert each.state(0).armed
        assert each.state(0).reference == bank.state(0).reference
    feed(fresh, values[100:])
    assert replace(bank.state(0).recent, missing=100) == fresh.state(0).recent
    assert bank.state(1) == fresh.state(1)
    assert bank.is_armed("x")


def test_the_rate_of_values_that_come_out_of_order_is_right() -> None:
    """Labels come newest first now and then: from the first to the last there would be no time at all."""
    values, times_ms = np.random.default_rng(2).standard_normal((400, 1)), np.arange(400) * 1000
    order = np.random.default_rng(3).permutation(400)
    whole, cut = single(warm_up=300), single(warm_up=300)
    whole.update(values, times_ms[order], np.arange(400))
    for start in range(0, 400, 7):
        rows = slice(start, start + 7)
        cut.update(values[rows], times_ms[order][rows], np.arange(400)[rows])
    assert whole.rates()[0] == pytest.approx(1 / 1000)
    assert whole.snapshot() == cut.snapshot()


# --- snapshots


@pytest.mark.parametrize("cut", [1, 150, 200, 201, 611, 640])
def test_everything_continues_to_the_bit(cut: int) -> None:
    """A restart would change what is found."""
    matrix = everything(900, seed=12)
    whole, first = bank_of_everything(), bank_of_everything()
    expected = [replace(finding, row=0) for finding in feed(whole, matrix) if finding.row >= cut]
    feed(first, matrix[:cut])
    second = Bank.restore(SETTINGS, first.snapshot())
    assert second.snapshot() == first.snapshot()
    assert [replace(finding, row=0) for finding in feed(second, matrix[cut:], first=cut)] == expected
    assert second.snapshot() == whole.snapshot()
    assert second.states() == whole.states()


def test_a_snapshot_of_another_version_is_refused() -> None:
    """Bytes would be read as what they are not."""
    snapshot = bank_of_everything(300).snapshot()
    with pytest.raises(SnapshotError, match="version 99"):
        Bank.restore(SETTINGS, {**snapshot, "version": 99})
    signals = snapshot["arrays"]["signals"]
    cut = {**snapshot["arrays"], "signals": {**signals, "bytes": signals["bytes"][:-8]}}
    with pytest.raises(SnapshotError, match="cut short"):
        Bank.restore(SETTINGS, {**snapshot, "arrays": cut})


def test_another_limit_of_categories_costs_only_them() -> None:
    """Whoever raised `categories_per_signal` lost every reference of the model."""
    bank = bank_of_everything(900)
    restored = Bank.restore(replace(SETTINGS, categories=300), bank.snapshot())
    coded = [signal.name for signal in bank.signals if signal.transform in CODED]
    assert restored.forgotten == coded
    assert len(coded) >= 2
    for before, after in zip(bank.states(), restored.states(), strict=True):
        assert after.armed == (before.armed and before.name not in coded)
        assert after.name in coded or after == before
    assert feed(restored, everything(900, seed=1), first=900)


def test_another_river_rebuilds_only_its_detectors() -> None:
    """An upgrade would lose all references, or read another release's bytes."""
    bank = bank_of_everything(450)
    restored = Bank.restore(SETTINGS, {**bank.snapshot(), "river": "0.1"})
    assert "number" in restored.rebuilt
    assert restored.states() == bank.states()
    assert feed(restored, everything(900, seed=1)[450:], first=450)


def test_damaged_bytes_of_adwin_do_not_reach_river() -> None:
    """river ends the process' thread with a panic on bytes it cannot read."""
    bank = single(warm_up=100)
    feed(bank, np.random.default_rng(0).standard_normal((300, 1)))
    snapshot = bank.snapshot()
    *told, (checksum, content) = snapshot["watches"][0]["adwin"]
    snapshot["watches"][0]["adwin"] = [*told, [checksum, content[:20]]]
    assert Bank.restore(bank.settings, snapshot).rebuilt == ["x"]


def test_a_snapshot_is_plain() -> None:
    """The state codec knows numbers, strings, bytes, lists and dictionaries."""

    def check(value: object) -> None:
        assert value is None or type(value) in (int, float, str, bytes, list, dict)
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for each in inner:
            check(each)

    check(bank_of_everything(450).snapshot())


# --- limits


@pytest.mark.parametrize(
    "wrong", [{"warm_up": 5}, {"window": 0}, {"false_alarm_every": 10}, {"resolution": "x"}]
)
def test_settings_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    """A mistake would show as strange alarms instead of a sentence."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        BankSettings(**wrong)  # type: ignore[arg-type]


def test_an_armed_signal_takes_less_than_eight_kilobytes() -> None:
    """Arithmetic: 1,816 bytes of record + 2,904 of distribution + up to 2,100 of ADWIN's state."""
    bank = single(warm_up=200)
    feed(bank, np.random.default_rng(0).standard_normal((20_000, 1)))
    arrays, watches = bank.snapshot()["arrays"], bank.snapshot()["watches"]
    record, shape = len(arrays["signals"]["bytes"]), len(arrays["shapes"]["bytes"]) // 2
    adwin = len(watches[0]["adwin"][-1][1])
    assert arrays["buffers"][1] == []
    assert record + shape + adwin < 8 * 1024


@pytest.mark.parametrize("module", [detectors, detectors.plugins.registry])
def test_examples_in_the_documentation_run(module: ModuleType) -> None:
    """The first thing a reader copies would fail."""
    assert doctest.testmod(module).failed == 0
