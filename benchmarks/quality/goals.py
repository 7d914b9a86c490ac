"""What was promised of detection, and whether it was kept: for driftline as it ships."""

from collections.abc import Iterator, Mapping, Sequence
from math import inf, nan
from typing import Any

from benchmarks.goals import Goal
from benchmarks.quality.contestants import OURS

Row = Mapping[str, Any]
Result = Mapping[str, Any]

INDEPENDENT = ("gaussian", "student_t3", "log_normal", "integer_counts")
AUTOREGRESSIVE = ("ar_50", "ar_90")
DELAY_BOUNDS = {"mean_025": 1.7, "mean_05": 1.5, "mean_1": 1.5, "mean_2": 1.5, "mean_3": 1.5}
LONG, SHORT = 20_000, 2_000
DAYS = 30.0
QUICK_SECONDS_MAX = 480.0


def goals(result: Result) -> Iterator[Goal]:
    """The goals that a result says something about."""
    yield from false_alarm_goals(ours(result, "arl"))
    yield from delay_goals(ours(result, "delay"))
    yield from invariance_goals(result)
    yield from system_goals(result)
    if result.get("profile") == "quick" and "seconds" in result:
        yield Goal("quick profile, seconds", result["seconds"], QUICK_SECONDS_MAX, False)


def ours(result: Result, part: str) -> list[Row]:
    """The rows of driftline as it ships."""
    return [row for row in result.get(part, []) if row["contestant"] == OURS]


def number(value: float | None) -> float:
    """JSON's null stands for an infinite ratio: there was no false alarm at all."""
    return inf if value is None else value


def worst(rows: Sequence[Row], key: str, *, lowest: bool) -> tuple[str, float]:
    """The noise with the lowest or highest figure, and the figure."""
    row = (min if lowest else max)(rows, key=lambda each: number(each[key]))
    return row["noise"], number(row[key])


def false_alarm_goals(rows: Sequence[Row]) -> Iterator[Goal]:
    """Within 0.5 to 2 times of what was requested; not noisier than that after a short warm-up."""
    for requested in sorted({row["requested"] for row in rows}):
        for warm_up, both in ((LONG, True), (SHORT, False)):
            some = [row for row in rows if (row["requested"], row["warm_up"]) == (requested, warm_up)]
            if not some:
                continue
            title = f"realised ÷ requested ARL0 {requested:,.0f}, warm-up {warm_up:,}"
            noise, value = worst(some, "ratio", lowest=True)
            yield Goal(f"{title}, lowest ({noise})", value, 0.5, True)
            if both:
                noise, value = worst(some, "ratio", lowest=False)
                yield Goal(f"{title}, highest ({noise})", value, 2.0, False)


def delay_goals(rows: Sequence[Row]) -> Iterator[Goal]:
    """Mean delay against the exact CUSUM, the worst noise of each family."""
    for requested in sorted({row["requested"] for row in rows}):
        for family, noises in (("i.i.d.", INDEPENDENT), ("AR(1)", AUTOREGRESSIVE)):
            for change, bound in DELAY_BOUNDS.items():
                some = [
                    row
                    for row in rows
                    if row["noise"] in noises and (row["change"], row["requested"]) == (change, requested)
                ]
                if some:
                    noise, value = worst(some, "ratio", lowest=False)
                    name = f"delay ÷ exact CUSUM at {requested:,.0f}, {family} {change}, highest ({noise})"
                    yield Goal(name, value, bound, False)


def invariance_goals(result: Result) -> Iterator[Goal]:
    """Units and holes; a difference of null is an infinite one: other findings."""
    for row in result.get("units", []):
        exact = max(number(row["power_of_two"]), number(row["power_of_two_and_b"]))
        yield Goal("x and a·x + b, a a power of two: largest difference", exact, 0.0, False)
        yield Goal("x and a·x + b otherwise: largest difference", number(row["any_other"]), 1e-9, False)
    holes = result.get("blinded", [])
    if holes:
        cells = holes[0]["cells"]
        hidden = [row["detector"] for row in holes if row["blinded"]]
        names = f" ({', '.join(hidden)})" if hidden else ""
        yield Goal(f"blinded detectors after {cells:,} mixed cells{names}", len(hidden), 0, False)
        # Without this row nobody could tell a detector that sees everything from one that sees nothing.
        able = sum(row["without_holes"] == row["changes"] for row in holes) / len(holes)
        yield Goal("detectors that find all their changes without holes, share", able, 1.0, True)


def system_goals(result: Result) -> Iterator[Goal]:
    """Alerts of a healthy model; the simulator's scenarios."""
    healthy = ours(result, "healthy")
    if healthy:
        rate = DAYS * sum(row["alerts"] for row in healthy) / sum(row["days"] for row in healthy)
        yield Goal("healthy model of 40 signals: alerts in 30 days", rate, 1.0, False)
    desk = ours(result, "desk")
    if desk:
        changes = sum(row["features"] for row in desk)
        single = sum(row["features"] * row["exactly_one"] for row in desk) / changes
        yield Goal(f"{changes:,} changes: with exactly one alert, share", single, 0.95, True)
    played = ours(result, "scenarios")
    if played:
        due = sum(row["due"] for row in played)
        right = sum(row["right_kind"] for row in played) / due if due else nan
        yield Goal("scenarios: changes found with the right kind, share", right, 1.0, True)
        clean = [row["extra"] == 0 for row in played]
        yield Goal("scenarios: runs without an extra alert, share", sum(clean) / len(clean), 0.9, True)
