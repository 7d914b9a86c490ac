"""What is computed from measurements: medians, ratios, quantiles, goals."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import CalledProcessError

import pytest

from benchmarks.compiling import cpu_s_of
from benchmarks.contestants.driftline import Scrape, between, sums
from benchmarks.goals import goals
from benchmarks.latency import epoch_ms, quantile
from benchmarks.meter import Run
from benchmarks.race import race


def test_a_run_in_both_units() -> None:
    """The table's two columns would contradict each other."""
    run = Run(events=1_000, seconds=0.5, cpu_seconds=0.02)
    assert run.events_per_second == 2_000
    assert run.cpu_us_per_event == pytest.approx(20)


def test_metrics_are_added_up_over_their_labels() -> None:
    """Events of other types would be missing from the count."""
    page = '# HELP a b\na_total{type="x"} 2.0\na_total{type="y"} 3.0\nb 1e3\n'
    assert sums(page) == {"a_total": 5.0, "b": 1000.0}


def test_only_what_lies_between_two_scrapes_counts() -> None:
    """Start-up would be charged to the worker."""
    first = Scrape(10.0, 3.0, {"driftline_events_total": 500, "driftline_checkpoint_bytes_sum": 100})
    last = Scrape(12.0, 4.0, {"driftline_events_total": 2_500, "driftline_checkpoint_bytes_sum": 700})
    measured = between(first, last)
    assert measured.run == Run(2_000, 2.0, 1.0)
    assert measured.checkpoint_bytes_per_second == 300


def test_the_race_goes_in_rounds_and_takes_medians() -> None:
    """One disturbed run would decide."""
    order: list[str] = []

    def contestant(name: str, speeds: Iterator[float]) -> Mapping[str, float]:
        order.append(name)
        return {"events_per_second": next(speeds)}

    fast, slow = iter([9.0, 1.0, 8.0]), iter([3.0, 2.0, 4.0])
    figures = race({"fast": lambda: contestant("fast", fast), "slow": lambda: contestant("slow", slow)}, 3)
    assert figures == {"fast": {"events_per_second": 8.0}, "slow": {"events_per_second": 3.0}}
    assert order == ["fast", "slow"] * 3


def test_quantiles_are_values_that_were_measured() -> None:
    """An interpolated 99 % would hide the worst of few alerts."""
    assert quantile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.0
    assert quantile([1.0, 2.0, 3.0, 4.0], 0.99) == 4.0
    assert quantile([], 0.5) == float("inf")


def test_times_of_alerts_are_read_to_the_millisecond() -> None:
    """Latency would be off by hours or by a second."""
    assert epoch_ms("2026-11-22T10:00:00.120Z") == 1_795_341_600_120


def test_goals_say_which_promise_was_missed() -> None:
    """A missed goal would be printed as reached."""
    result = {"limit": 100.0, "stock": 4.0, "every_value": 32.0, "auto": 50.0}
    result_of = {goal.name: goal.reached for goal in goals(result)}
    assert result_of == {"auto / stock": False, "auto / limit": True, "every_value / stock": True}
    late = list(goals({"latency": {"p50_ms": 150.0, "p99_ms": 301.0}}))
    assert [goal.reached for goal in late] == [True, False]
    many = list(goals({"by_models": {"1": 100.0, "10": 90.0, "100": 69.0, "1000": 50.0}, "tick_ms": 0.2}))
    assert [goal.reached for goal in many] == [True, False, True, False]
    compiled = [next(goals({"compiling_cpu_s": seconds})).reached for seconds in (25.0, 25.1)]
    assert compiled == [True, False]


def test_the_time_of_a_process_is_its_own_and_that_of_a_failed_one_is_none(tmp_path: Path) -> None:
    """Compiling would be charged for what ran before it, or a program that broke off at once look fast."""
    spin = "import time\nwhile time.process_time() < 0.5:\n    pass"
    assert 0.5 <= cpu_s_of(spin, {}) < 2.0
    assert cpu_s_of("pass", {}) < 0.5
    cpu_s_of(
        "import os, pathlib; pathlib.Path(os.environ['WHERE'], 'here').touch()", {"WHERE": str(tmp_path)}
    )
    assert (tmp_path / "here").exists()
    with pytest.raises(CalledProcessError):
        cpu_s_of("raise SystemExit(1)", {})
