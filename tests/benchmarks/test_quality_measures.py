"""The measures of the scoreboard, on lists of alarms written by hand."""

from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from benchmarks.quality import arl, delay, desk, labels
from benchmarks.quality.__main__ import run_all
from benchmarks.quality.changes import CHANGES
from benchmarks.quality.contestants import OURS, Alarm
from benchmarks.quality.episodes import episodes
from benchmarks.quality.feed import Feed
from benchmarks.quality.goals import goals
from benchmarks.quality.noises import NOISES
from benchmarks.quality.plot import draw
from benchmarks.quality.tables import tables
from benchmarks.quality.tasks import Task, plain


def began(alarms: list[Alarm], open_values: float = inf) -> list[int]:
    """Where the episodes of the first signal began."""
    return [each.began for each in episodes(alarms, open_values).get(0, [])]


def test_a_return_counts_for_nothing() -> None:
    """A signal that was fooled and came back would count twice."""
    fooled = [Alarm(0, 100, 0.8), Alarm(0, 150, 0.6), Alarm(0, 300, 0.1), Alarm(0, 900, -0.7)]
    assert began(fooled) == [100, 900]


def test_an_episode_ends_by_itself() -> None:
    """One false alarm would hide all that follow."""
    assert began([Alarm(0, 100, 0.8), Alarm(0, 900, 0.9), Alarm(0, 1_101, 0.9)], 1_000) == [100, 1_101]


def test_who_says_nothing_of_the_level_cannot_hold_an_episode_open() -> None:
    """To fire always would be one alarm per change, and perfect."""
    assert len(began([Alarm(0, offset) for offset in range(0, 5_000, 100)])) == 5


def healthy(rows: int = 11_000, columns: int = 2) -> Feed:
    return Feed(NOISES["gaussian"], columns, rows, 1_000)


def test_realised_is_time_outside_of_episodes_by_episodes() -> None:
    """Values that could not raise an alarm would flatter the rate."""
    alarms = [Alarm(0, 2_000, 0.9), Alarm(0, 2_099, 0.0), Alarm(1, 10_500, 0.9)]
    found = arl.realised(episodes(alarms, 1_000), healthy(), 1_000, 10_000.0)
    assert found.episodes == 2
    assert found.values == 20_000 - 99 - 499
    assert found.ratio == pytest.approx((20_000 - 99 - 499) / 2 / 10_000)
    assert found.low < found.ratio < found.high
    assert [round(hazard, 1) for hazard in found.hazard] == [0, 5.3, *[0] * 7, 6.7]


def test_no_alarm_at_all_has_a_lower_bound() -> None:
    """An infinite ratio would claim more than was measured."""
    found = arl.realised({}, healthy(), 1_000, 10_000.0)
    assert (found.ratio, found.high) == (inf, inf)
    assert found.low == pytest.approx(2 / 3)


def test_signals_that_differ_widen_the_interval() -> None:
    """Sixty false alarms of one bad signal would look as sure as those of sixty signals."""
    even, uneven = arl.interval(np.full(60, 1.0), 60.0), arl.interval(np.eye(60)[0] * 60, 60.0)
    assert uneven[0] < even[0] < 1 < even[1] < uneven[1]


def changed(change: str = "mean_1") -> Feed:
    """Four signals that change at value 3,000 of 5,000."""
    at = np.full(4, 3_000)
    return Feed(NOISES["gaussian"], 4, 5_000, 1_000, change=CHANGES[change], changes_at=at)


def test_delays_missed_and_disturbed() -> None:
    """A signal that fired just before its change would count as fast, one that never fired as absent."""
    alarms = [Alarm(0, 2_500, 0.4), Alarm(0, 3_001, 0.9), Alarm(1, 3_000, 1.0), Alarm(2, 3_009, 1.0)]
    found = delay.measured(alarms, changed(), 5.0)
    assert (found.changes, found.missed, found.median) == (3, 1, 10)
    assert found.mean == pytest.approx((1 + 10 + 2_000) / 3)
    assert found.ratio == pytest.approx(found.mean / 5)
    assert found.exactly_one == pytest.approx(2 / 3)


def test_a_change_that_returns_is_due_twice() -> None:
    """A second occurrence that nobody reports would look like one alert per change."""
    once = [Alarm(0, 3_010, 1.0)]
    twice = [*once, Alarm(0, 4_000, 0.0), Alarm(0, 4_500, 1.0)]
    assert delay.measured(once, changed("recurring"), nan).exactly_one == 0
    assert delay.measured(twice, changed("recurring"), nan).exactly_one == 0.25


def test_a_label_score_punishes_alarms_before_the_change() -> None:
    """To fire always would be the best classifier of changes."""
    quiet = labels.score([Alarm(0, 6_049, 0.9)], 2)
    assert (quiet["precision"], quiet["recall"], quiet["delay"]) == (1, 0.5, 50)
    noisy = labels.score([Alarm(0, offset) for offset in range(2_000, 10_000, 100)], 1)
    assert noisy["f1"] < 0.3


RESULT: dict[str, Any] = {
    "profile": "quick",
    "arl": [
        {
            "contestant": "driftline",
            "noise": noise,
            "warm_up": 20_000,
            "requested": 1e4,
            "episodes": 10,
            "ratio": ratio,
            "low": 0.5,
            "high": 2.0,
            "hazard": [1.0] * 10,
        }
        for noise, ratio in (("gaussian", 1.1), ("ar_90", None))
    ],
    "delay": [
        {
            "contestant": "driftline",
            "noise": "gaussian",
            "change": "mean_1",
            "requested": 1e4,
            "changes": 60,
            "median": 17.0,
            "mean": 18.0,
            "ninety": 30.0,
            "missed": 0,
            "exactly_one": 0.9,
            "limit": 15.1,
            "ratio": 1.19,
        }
    ],
    "desk": [
        {"contestant": OURS, "features": 20, "exactly_one": 1.0},
        {"contestant": OURS, "features": 20, "exactly_one": 0.8},
        {"contestant": "never-fire", "features": 20, "exactly_one": 0.0},
    ],
    "healthy": [
        {"contestant": OURS, "alerts": 1, "days": 7.0},
        {"contestant": OURS, "alerts": 0, "days": 7.0},
        {"contestant": "always-fire", "alerts": 1_008, "days": 7.0},
    ],
    "scenarios": [
        {"contestant": OURS, "due": 2, "right_kind": 2, "extra": 0},
        {"contestant": OURS, "due": 0, "right_kind": 0, "extra": 1},
        {"contestant": "never-fire", "due": 2, "right_kind": 0, "extra": 0},
    ],
}


def test_the_desk_is_not_asked_for_what_is_over_before_any_test_could_see_it() -> None:
    """A rare rate that is high for 3,000 values would count as a miss of the detectors."""
    assert desk.can_be_seen("bernoulli_06", "rate_recurring")
    assert not desk.can_be_seen("bernoulli_003", "rate_recurring")
    assert desk.can_be_seen("bernoulli_003", "rate_15")  # it lasts for as long as it takes


def test_goals_name_the_worst_and_say_what_was_missed() -> None:
    """A goal would be reached by the average while one noise breaks it."""
    verdicts: dict[str, Any] = {goal.name: (goal.value, goal.reached) for goal in goals(RESULT)}
    title = "realised ÷ requested ARL0 10,000, warm-up 20,000"
    assert verdicts[f"{title}, lowest (gaussian)"] == (1.1, True)
    assert verdicts[f"{title}, highest (ar_90)"] == (inf, False)
    assert verdicts["delay ÷ exact CUSUM at 10,000, i.i.d. mean_1, highest (gaussian)"] == (1.19, True)
    assert verdicts["40 changes: with exactly one alert, share"] == (pytest.approx(0.9), False)
    assert verdicts["healthy model of 40 signals: alerts in 30 days"] == (pytest.approx(30 / 14), False)
    assert verdicts["scenarios: changes found with the right kind, share"] == (1, True)
    assert verdicts["scenarios: runs without an extra alert, share"] == (0.5, False)


def test_who_knows_nothing_stands_beside_a_healthy_model() -> None:
    """Nobody would see how many alerts an hour of nothing is worth."""
    task = Task("healthy_beside", (0, 0.05))
    part, rows = task.run()
    alerts = {row["contestant"]: row["alerts"] for row in rows}
    assert part == "healthy"
    assert alerts["never-fire"] == 0
    assert alerts["always-fire"] > 0
    assert {"river ADWIN", "river PageHinkley"} < set(alerts)


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    """A plot that cannot be drawn would end a run of hours without a result."""
    file = tmp_path / "out" / "quality.png"
    draw(RESULT, file)
    assert file.read_bytes().startswith(b"\x89PNG")


def test_tables_hold_what_was_measured() -> None:
    """A part without a table would be measured for nobody."""
    some = {part: RESULT[part] for part in ("arl", "delay")}
    assert [table.row_count for table in tables(some)] == [2, 1]


def test_what_json_cannot_hold_is_null() -> None:
    """NaN in the file could be read by Python alone."""
    assert plain({"a": inf, "b": [nan, 1.0], "c": {"d": "x"}}) == {
        "a": None,
        "b": [None, 1.0],
        "c": {"d": "x"},
    }


def test_a_task_that_fails_costs_no_other() -> None:
    """A run of hours would end without a result because of one bad seed."""
    chosen = [Task("labels", ("no such stream", "abrupt", 1)), Task("desk", ("no such noise", "mean_1", 1))]
    failures = run_all(chosen, Console(quiet=True), processes=1)["failures"]
    assert [row["part"] for row in failures] == ["labels", "desk"]
    assert "no such stream" in failures[0]["error"]


def test_a_detector_that_sees_nothing_is_not_one_that_holes_cannot_blind() -> None:
    """A detector that is left out of the count would make the count perfect."""
    row = {"cells": 1_000_000, "changes": 16, "with_holes": 8, "blinded": 0}
    rows = [{**row, "detector": "a", "without_holes": 16}, {**row, "detector": "b", "without_holes": 7}]
    verdicts: dict[str, Any] = {g.name: (g.value, g.reached) for g in goals({"blinded": rows})}
    assert verdicts["blinded detectors after 1,000,000 mixed cells"] == (0, True)
    assert verdicts["detectors that find all their changes without holes, share"] == (0.5, False)
