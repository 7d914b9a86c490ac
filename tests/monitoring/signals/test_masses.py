"""Values that take part of a number become signals of their own, a few of them, and only when they come."""

from collections.abc import Sequence

import numpy as np
import pytest

from driftline.detectors import Bank, BankSettings, Finding, Mass, Moments, Signal, Transform
from driftline.schemas import CategoryShare, Prediction
from driftline.stream_app.config import ModelPlan, SignalPlan
from driftline.stream_app.monitoring.rows.prediction_table import PredictionTable
from driftline.stream_app.monitoring.rows.runs import DecodedRun
from driftline.stream_app.monitoring.signals.masses import (
    has_young_part,
    place_for,
    same_column,
    signals_of_mass,
)
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.monitoring.streams.named_shares import named_shares
from driftline.stream_app.monitoring.streams.stream import Stream

PLAN = ModelPlan()
SETTINGS = BankSettings(warm_up=200, window=100)


def predictions(values: Sequence[float], section: str = "features", first: int = 0) -> DecodedRun:
    events = [
        Prediction(
            id=str(place), model="m", version="1", time_ms=place * 1000, **{section: {"x": float(value)}}
        )
        for place, value in enumerate(values, start=first)
    ]
    return DecodedRun(events, range(first, first + len(events)))


def read(table: PredictionTable, run: DecodedRun, tick: int = 10) -> None:
    """The run, with a tick after every ten rows."""
    for start in range(0, len(run), tick):
        part = run.part(start, min(start + tick, len(run)))
        table.extend(part, part.places)
        table.flush()
        table.look(0)


def counted(table: PredictionTable) -> dict[str, float]:
    """By signal the value that it counts."""
    kinds = (Transform.MASS, Transform.SPIKE)
    return {signal.name: signal.minimum for signal in table.bank.signals if signal.transform in kinds}


def numbers(*values: float, share: float = 0.1, count: int = 400) -> list[float]:
    """Healthy numbers, then as many for each of the values, of which it takes a share."""
    random = np.random.default_rng(1)
    healthy = random.normal(50, 10, count)
    parts = [np.where(random.random(count) < share, value, random.normal(50, 10, count)) for value in values]
    return np.concatenate([healthy, *parts]).tolist()


def table(room: int = 1000) -> PredictionTable:
    return PredictionTable(PLAN, SETTINGS, lambda: room)


@pytest.mark.parametrize(("section", "name"), [("features", "spike1:x"), ("outputs", "spike1_output:x")])
def test_a_value_that_comes_is_counted(section: str, name: str) -> None:
    """-999 would only be seen as a mean that falls; so would a fallback score of 0.5."""
    made = table()
    read(made, predictions(numbers(-999.0), section))
    assert counted(made) == {name: -999.0}
    state = made.bank.state_of(name)
    assert state is not None and state.armed


def test_healthy_numbers_have_no_more_signals() -> None:
    """What costs memory and time for every number of every model would cost more than it finds."""
    made = table()
    read(made, predictions(numbers()))
    assert counted(made) == {}


def test_a_value_of_the_reference_is_counted_from_the_first_value_after_it() -> None:
    """Zeros that go from 90 to 80 % are seen in the first hour; they would be after another warm-up."""
    random = np.random.default_rng(2)
    values = np.where(random.random(230) < 0.9, 0.0, random.exponential(20, 230))
    made = table()
    read(made, predictions(values.tolist()))
    assert counted(made) == {"mass:x": 0.0}
    state = made.bank.state_of("mass:x")
    assert state is not None and state.armed and state.reference is not None
    assert state.reference.mean == pytest.approx((values[:200] == 0).mean(), abs=0.005)


def test_there_are_three_at_most_and_one_that_is_gone_makes_room() -> None:
    """Values that somebody invents would make signals without end, or no room for the one that matters."""
    made = table()
    read(made, predictions(numbers(-1.0, -2.0, -3.0, -4.0, count=600)))
    # By then the first has not come for more than a window of values, so that its place is the fourth's.
    assert counted(made) == {"spike1:x": -4.0, "spike2:x": -2.0, "spike3:x": -3.0}
    assert made.begun_again == ["spike1:x"]


def test_beyond_the_limits_it_is_said() -> None:
    """A value that is not counted for want of room would look like one that is not there."""
    made = table(room=7)
    read(made, predictions(numbers()))
    made.room = lambda: 0
    read(made, predictions(numbers(-999.0)[400:], first=400))
    assert counted(made) == {}
    assert "spike1:x" in made.refused


def test_a_value_that_is_counted_takes_no_second_place() -> None:
    """It would be told as three changes."""
    made = table()
    read(made, predictions(numbers(-999.0, share=0.3, count=1000)))
    assert counted(made) == {"spike1:x": -999.0}


@pytest.mark.parametrize(
    ("section", "name"),
    [("features", "extreme:x"), ("outputs", "extreme_output:x"), ("serving", "extreme_serving:x")],
)
def test_what_lies_far_beyond_is_counted(section: str, name: str) -> None:
    """One client's cents for euros, or three seconds instead of 40 ms, would be nothing to the mean."""
    random, made = np.random.default_rng(3), table()
    values = random.normal(50, 10, 800) * np.where(
        (np.arange(800) >= 400) & (random.random(800) < 0.1), 75, 1
    )
    read(made, predictions(values.tolist(), section))
    assert [each.name for each in made.bank.signals if each.transform is Transform.EXTREME] == [name]
    state = made.bank.state_of(name)
    assert state is not None and state.armed and 0.05 < state.recent.mean < 0.2


def test_extremes_that_are_one_value_are_counted_as_that() -> None:
    """ "-999 takes 10 %" says what to look for, and one page is enough."""
    made = table()
    read(made, predictions(numbers(-999.0, count=800)))
    assert counted(made) == {"spike1:x": -999.0}
    assert "extreme:x" not in made.bank


def test_only_features_and_outputs_are_looked_at() -> None:
    """What else is a number (a norm, a latency) has no missing values that somebody wrote as numbers."""
    mass = Mass("serving:latency_ms", 3, Transform.SPIKE, -1.0, -1.0)
    assert list(signals_of_mass(mass, SignalPlan())) == []
    assert place_for(
        Bank(SETTINGS), list(signals_of_mass(mass._replace(signal="feature:x"), SignalPlan()))
    ) == (Signal("spike1:x", 3, Transform.SPIKE, -1.0, -1.0))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("feature:x", "spike2:x", True),
        ("mass:x", "feature:x", True),
        ("output:score", "spike1_output:score", True),
        ("output:x", "spike1:x", False),
        ("feature:x", "spike1:y", False),
        ("missing:x", "spike1:x", False),
        ("spike1:x", "spike2:x", False),
        ("feature:x", "feature:x", False),
        ("feature:x", "extreme:x", True),
        ("serving:x", "extreme_serving:x", True),
        ("serving:x", "extreme:x", False),
        ("feature:x", "extreme_output:x", False),
        ("feature:x", "unseen:x", True),
        ("output:x", "unseen_output:x", True),
        ("feature:x", "unseen:y", False),
        ("missing:x", "unseen:x", False),
    ],
)
def test_a_number_and_its_values(one: str, other: str, same: bool) -> None:
    """What -999 does to the mean of x would be told as another incident, or hide that of another number."""
    assert same_column(one, other) == same_column(other, one) == same


def test_a_value_is_told_by_what_it_is() -> None:
    """ "spike1:x rose" says nothing to a person; the value does, to the last digit."""
    stream = Stream(StreamKey("1", "live"), PLAN, SETTINGS, 1000)
    read(stream.predictions, predictions(numbers(37.2)))
    level = Moments(0.0, 0.0, 100)
    figures = (level, Moments(0.05, 0.2, 100), 1.0, 1.0, 1.0)
    found = Finding("spike1:x", "e_detector", "up", 0, 0, 0, 0, 0, *figures, share=True)
    assert named_shares(found, stream) == [CategoryShare("37.2", 0.0, 0.05)]


def test_a_value_is_young_until_it_is_found_or_not() -> None:
    """What a number's change may be waits for it, but not for a value of long ago."""
    made = table()
    read(made, predictions(numbers(-999.0)[:520]))
    assert counted(made) and has_young_part(made.bank, "feature:x")
    assert not has_young_part(made.bank, "feature:y")
    read(made, predictions(numbers(-999.0, share=0.05, count=800)[800:], first=520))
    assert not has_young_part(made.bank, "feature:x")
