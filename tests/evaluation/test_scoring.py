"""The figures that contestants are compared by are what arithmetic demands."""

from array import array
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.evaluation.baseline_rows import always_fire, grouped, never_fire
from driftline.stream_app.evaluation.history import History, ModelHistory
from driftline.stream_app.evaluation.scoring import alerts_by_signal, matched, score
from driftline.stream_app.simulator import Incident, Truth

MINUTE_MS = 60_000
START_MS = 1_793_620_800_000
LENGTH = 2000  # minutes, a prediction each


def history() -> History:
    """One model with a prediction a minute."""
    made = History()
    times_ms = array("q", (START_MS + minute * MINUTE_MS for minute in range(LENGTH)))
    made.models["m"] = ModelHistory(times_ms, spans_ms={"1": [times_ms[0], times_ms[-1]]})
    return made


def truth(number: int, began: int, minutes: int, due: bool = True) -> Truth:
    """A change of so many minutes."""
    began_ms = START_MS + began * MINUTE_MS
    ended_ms = began_ms + minutes * MINUTE_MS
    kind, signals = "data_drift", ("feature:x",)
    return Truth("", 0, f"c{number}", "m", None, "live", kind, signals, began_ms, ended_ms, False, due, 0)


def incident(minute: int, signal: str = "feature:x") -> Incident:
    """An alert detected when it began."""
    time_ms = START_MS + minute * MINUTE_MS
    return Incident(f"a{minute:05}", "m", "1", "data_drift", (signal,), time_ms, time_ms, "")


TRUTHS = st.lists(st.tuples(st.integers(0, LENGTH - 60), st.integers(1, 50), st.booleans()), max_size=6).map(
    lambda drawn: [truth(number, *each) for number, each in enumerate(drawn)]
)
INCIDENTS = st.lists(st.integers(0, LENGTH - 1), max_size=30, unique=True).map(
    lambda minutes: [incident(minute) for minute in minutes]
)


@given(TRUTHS)
def test_never_fire_misses_everything(truths: list[Truth]) -> None:
    """A baseline that scores by accident makes every comparison worthless."""
    result = score("never", matched(never_fire(), truths, history()), 1.0)
    due = sum(each.alarm_due for each in truths)
    assert (result.alerts, result.found, result.missed, result.alerts_per_day) == (0, 0, due, 0.0)
    assert result.precision is None
    assert result.delay_s is None
    assert result.recall == result.f1 == (0.0 if due else None)


@given(TRUTHS, st.integers(5, 200))
def test_always_fire_is_as_precise_as_chance(truths: list[Truth], every: int) -> None:
    """It raises a known number of alerts, and precision is nothing but the changes in them."""
    alerts = list(always_fire(history(), every * MINUTE_MS))
    result = score("always", matched(alerts, truths, history()), 1.0)
    assert result.alerts == len(alerts) == -(-LENGTH // every)
    assert result.explained == 0
    assert result.precision == result.found / len(alerts)
    ordered = sorted(truths, key=lambda each: each.began_ms)
    apart = all(
        (one.ended_ms or 0) + 900_000 < other.began_ms for one, other in pairwise(ordered)
    )  # past the tolerance
    if every <= 15 and apart:
        assert result.missed == 0


@given(TRUTHS, INCIDENTS)
def test_every_alert_and_every_change_is_counted_once(truths: list[Truth], incidents: list[Incident]) -> None:
    """Figures that do not add up are believed by nobody."""
    report = matched(incidents, truths, history())
    result = score("any", report, 2.0)
    parts = result.found + result.further + result.explained + result.false_alarms
    assert parts == result.alerts == len(incidents)
    assert result.found + result.missed == result.due
    assert result.single <= result.found
    assert all(delay >= 0 for delay in (*result.delays_s, *result.delays_predictions))
    if result.precision and result.recall:
        harmonic = 2 * result.precision * result.recall / (result.precision + result.recall)
        assert abs((result.f1 or 0.0) - harmonic) < 1e-12


@given(INCIDENTS, st.integers(1, 100))
def test_grouping_keeps_the_first_and_bounds_the_rest(incidents: list[Incident], within: int) -> None:
    """A grouping that goes on for ever would hide every later change behind the first noise."""
    ordered = sorted(incidents, key=lambda each: each.detected_ms)
    kept = list(grouped(ordered, within * MINUTE_MS))
    assert kept[:1] == ordered[:1]
    times = [each.detected_ms for each in kept]
    assert all(later - sooner >= within * MINUTE_MS for sooner, later in pairwise(times))


def test_delays_are_counted_in_the_historys_own_predictions() -> None:
    """A truth file that a person wrote knows no number of predictions."""
    report = matched([incident(104)], [truth(0, 100, 10)], history())
    assert report.rows[0].delay_s == 240.0
    assert report.rows[0].delay_predictions == 5


def test_the_busiest_signal_comes_first() -> None:
    """The chart shows only the first few."""
    counts = alerts_by_signal([incident(1, "b"), incident(2, "b"), incident(3, "a")])
    assert list(counts.items()) == [("b", 2), ("a", 1)]
