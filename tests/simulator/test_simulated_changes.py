"""Injected changes: the events show what the truth says, where it says, and nothing else moves."""

from bisect import bisect_left
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import orjson
import pytest
from numpy.typing import NDArray

from driftline.schemas import Kind
from driftline.stream_app.monitoring.signals.families import kind_of
from driftline.stream_app.simulator import Change, Cycle, Scenario, Truth, scenarios, write_truth
from tests.simulator.simulated_history import History, read

SCENARIOS = scenarios()
SEED = 20
SCALE = 0.4


@cache
def played(scenario: str) -> History:
    """A scenario at two fifths of its length: enough to measure rates to a tenth."""
    return read(SCENARIOS[scenario].events(SEED, SCALE))


@cache
def truth_of(scenario: str) -> dict[str, Truth]:
    """Its truth by the id of the change."""
    return {truth.change: truth for truth in SCENARIOS[scenario].truth(SEED, SCALE)}


def split(history: History, truth: Truth, column: NDArray[np.float64]) -> tuple[float, float]:
    """Mean of a column (an entry per prediction) before the change and while it lasts."""
    times_ms = history.times()
    until_ms = np.inf if truth.ended_ms is None else truth.ended_ms
    before = column[times_ms < truth.began_ms]
    after = column[(times_ms >= truth.began_ms) & (times_ms < until_ms)]
    return float(np.nanmean(before)), float(np.nanmean(after))


def test_new_words_raises_errors_and_leaves_the_features_alone() -> None:
    """Concept drift that also moved a feature would let a feature monitor claim credit."""
    history, truth = played("new-words"), truth_of("new-words")["words"]
    before, after = split(history, truth, history.errors())
    assert before == pytest.approx(0.06, abs=0.02)
    assert after == pytest.approx(0.15, abs=0.025)
    for behavior, least in (("redo_search", 1.5), ("switch_to_typing", 1.5)):
        before, after = split(history, truth, history.did(behavior))
        assert after > least * before
    for feature in ("clip_seconds", "volume_dbfs", "snr_db", "words", "silence_before_ms"):
        column = history.feature(feature)
        before, after = split(history, truth, column)
        assert abs(after - before) < 4.5 * np.nanstd(column) / np.sqrt(len(column) / 4)


def test_new_microphone_is_louder_and_cuts_silence() -> None:
    """The data drift of the demo: without a real shift its alarm would be a false one."""
    history, truth = played("new-microphone"), truth_of("new-microphone")["microphone"]
    before, after = split(history, truth, history.feature("volume_dbfs"))
    assert after - before == pytest.approx(6.0, abs=0.3)
    for feature in ("silence_before_ms", "silence_after_ms"):
        before, after = split(history, truth, history.feature(feature))
        assert after / before == pytest.approx(0.65, abs=0.03)
    before, after = split(history, truth, history.did("redo_search"))
    assert after == pytest.approx(before, abs=0.01)


def test_broken_upstream_loses_snr_and_gets_it_back() -> None:
    """A change with an end must end, or its alert could never resolve."""
    history, truth = played("broken-upstream"), truth_of("broken-upstream")["snr-missing"]
    missing = np.isnan(history.feature("snr_db")).astype(np.float64)
    before, during = split(history, truth, missing)
    assert before == pytest.approx(0.01, abs=0.005)
    assert during == pytest.approx(0.30, abs=0.025)
    assert truth.ended_ms is not None
    assert missing[history.times() >= truth.ended_ms].mean() == pytest.approx(0.01, abs=0.005)


def test_slow_rollout_moves_the_traffic_to_a_version_that_errs_more() -> None:
    """The worse version must be worse itself; the old one must stay as good as it was."""
    history, truth = played("slow-rollout"), truth_of("slow-rollout")["worse-version"]
    new = np.array([prediction["version"] == truth.version for prediction in history.predictions])
    assert not new[: truth.first_prediction].any()
    shares = [part.mean() for part in np.array_split(new[truth.first_prediction :], 5)]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    errors = history.errors()
    assert np.nanmean(errors[~new]) == pytest.approx(0.06, abs=0.015)
    assert np.nanmean(errors[new]) == pytest.approx(0.13, abs=0.02)
    assert {report["version"] for report in history.reports[-2:]} == {truth.version}


def test_latency_regression_slows_answers_and_fills_queues() -> None:
    """The serving incident: latency by its factor, and back when it is over."""
    history, truth = played("latency-regression"), truth_of("latency-regression")["slower"]
    latency = np.array([prediction["serving"]["latency_ms"] for prediction in history.predictions])
    before, during = split(history, truth, latency)
    assert during / before == pytest.approx(1.6, abs=0.05)
    depth = [(report["time"], report["values"]["queue_depth"]) for report in history.reports]
    ends_at = orjson.loads(truth.encode())["ended_at"]
    busy = [value for time, value in depth if orjson.loads(truth.encode())["began_at"] <= time < ends_at]
    calm = [value for time, value in depth if time >= ends_at]
    assert np.mean(busy) / np.mean(calm) == pytest.approx(1.25, abs=0.12)


def test_bot_traffic_triples_the_volume() -> None:
    """Three times the predictions while the bots are at work, and as many as before afterwards."""
    times_ms, truth = played("bot-traffic").times(), truth_of("bot-traffic")["bots"]
    assert truth.ended_ms is not None
    during = ((times_ms >= truth.began_ms) & (times_ms < truth.ended_ms)).sum()
    duration_s = (truth.ended_ms - truth.began_ms) / 1000
    assert during / duration_s == pytest.approx(1.5, abs=0.09)
    before, after = (times_ms < truth.began_ms).sum(), (times_ms >= truth.ended_ms).sum()
    assert before / (SCALE * 10 * 3600) == pytest.approx(0.5, abs=0.03)
    assert after / (SCALE * 11 * 3600) == pytest.approx(0.5, abs=0.03)


def test_slow_drift_moves_day_by_day() -> None:
    """A gradual change that jumped would be found too easily."""
    history, truth = played("slow-drift"), truth_of("slow-drift")["longer-queries"]
    twelfth = (history.times() - SCENARIOS["slow-drift"].start_ms) // round(SCALE * 86_400_000)
    words = [history.feature("words")[twelfth == number].mean() for number in range(12)]
    assert truth.gradual
    assert max(words[:3]) < 4.4
    assert all(0.1 < later - earlier < 0.7 for earlier, later in pairwise(words[3:9]))
    assert min(words[9:]) > 6.3


def test_jump_overnight_brings_headsets_and_german() -> None:
    """The mix of categories must move, not only the numbers."""
    history, truth = played("jump-overnight"), truth_of("jump-overnight")["call-centre"]

    def share(feature: str, value: str) -> tuple[float, float]:
        column = [float(prediction["features"][feature] == value) for prediction in history.predictions]
        return split(history, truth, np.array(column))

    assert share("language", "de") == pytest.approx((0.09, 0.09 + 0.35 * 0.91), abs=0.02)
    assert share("device", "headset") == pytest.approx((0.03, 0.03 + 0.4 * 0.97), abs=0.02)


def test_demo_mix_fits_its_two_minutes() -> None:
    """At 1,000 events a second the first incident must begin within 20 s and all end within two minutes."""
    truths = SCENARIOS["demo-mix"].truth(SEED)
    times_ms = [event.time_ms for event in SCENARIOS["demo-mix"].events(SEED)]
    assert 60_000 <= len(times_ms) <= 105_000
    assert bisect_left(times_ms, truths[0].began_ms) < 20_000
    assert truths[0].first_prediction > 3 * 2_000
    assert len({truth.kind for truth in truths}) == 3
    for earlier, later in pairwise(truths):
        assert earlier.ended_ms is not None
        assert later.began_ms - earlier.ended_ms > 15 * 60_000


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_first_affected_prediction_is_where_the_truth_says(scenario: str) -> None:
    """Delays in predictions are counted from this index."""
    world = SCENARIOS[scenario].scaled(0.04)
    times_ms = read(world.events(SEED)).times()
    assert world.prediction_times(SEED).tolist() == times_ms.tolist()
    for truth in world.truth(SEED):
        assert times_ms[truth.first_prediction - 1] < truth.began_ms <= times_ms[truth.first_prediction]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_expected_signals_are_named_as_the_engine_names_them(scenario: str) -> None:
    """A misspelt signal or kind could never be matched by an alert."""
    features = {"volume_dbfs", "silence_before_ms", "silence_after_ms", "snr_db", "words", "clip_seconds"}
    subjects = features | {"language", "device", "intent", "latency_ms", "cpu", "queue_depth", "load"}
    subjects |= {"redo_search", "switch_to_typing", "click", "predictions"}
    for change in SCENARIOS[scenario].changes:
        kinds = set()
        for signal in change.signals:
            prefix, _, subject = signal.partition(":")
            assert subject in subjects
            assert (subject in {"cpu", "queue_depth", "load"}) == prefix.startswith("host")
            kinds.add(kind_of(signal))
        assert change.kind in kinds


def test_scale_moves_changes_in_time_and_leaves_their_size() -> None:
    """A short run for a test must meet the same change, only earlier."""
    whole, part = (SCENARIOS["new-words"].truth(SEED, scale)[0] for scale in (1.0, SCALE))
    start_ms = SCENARIOS["new-words"].start_ms
    assert part.began_ms - start_ms == pytest.approx(SCALE * (whole.began_ms - start_ms))
    redo = played("new-words").did("redo_search")
    assert redo[part.first_prediction :].mean() == pytest.approx(0.0885, abs=0.012)


def test_healthy_weeks_have_no_truth() -> None:
    """Every alarm in them is a false one."""
    assert SCENARIOS["steady-week"].truth(SEED) == []
    assert SCENARIOS["quiet-week"].truth(SEED) == []


def test_truth_is_written_as_json_lines(tmp_path: Path) -> None:
    """Other tools read the change points from this file."""
    path = tmp_path / "truth.jsonl"
    write_truth(path, SCENARIOS["broken-upstream"].truth(SEED))
    (record,) = (orjson.loads(line) for line in path.read_bytes().splitlines())
    assert record["change"] == "snr-missing"
    assert record["kind"] == "data_quality"
    assert record["signals"] == ["missing:snr_db"]
    assert record["began_at"].startswith("2026-11-02T08:00:00")
    assert record["ended_at"].startswith("2026-11-02T14:00:00")


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        (lambda: Cycle("volume", daily=1.0), "unknown condition 'volume'"),
        (lambda: Change("x", Kind.VOLUME, (), {"trafic": 2.0}, begins_s=0), "unknown condition 'trafic'"),
        (lambda: Change("x", Kind.VOLUME, (), {"traffic": 2.0}, begins_s=5, ends_s=5), "before it begins"),
        (lambda: Scenario("x", "", 10.0, 1.0).scaled(0), "scale must be above 0"),
    ],
)
def test_mistakes_in_a_declaration_are_said(mistake: Callable[[], object], sentence: str) -> None:
    """A misspelt condition would silently inject nothing."""
    with pytest.raises(ValueError, match=sentence):
        mistake()
