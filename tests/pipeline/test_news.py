"""What is told of a signal that fires already: it left the level that it had stayed at, or noise did."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.alerts_truth import check
from tests.pipeline.label_worlds import Event, World, index_at, play, prediction

STAY = 800  # predictions at each level: four hours and a half
Level = tuple[float, float]
"""Mean and sd."""


def levels(steps: Sequence[Level], seed: int = 4, phi: float = 0.0) -> Iterable[Event]:
    """A feature that stays at one level after the other, beside a healthy one; twice as long at the first and
    three times at the last.
    """
    random = np.random.default_rng(seed)
    noise = 0.0
    for index in range((len(steps) + 3) * STAY):
        mean, sd = steps[min(max(index // STAY - 1, 0), len(steps) - 1)]
        noise = phi * noise + np.sqrt(1 - phi**2) * random.normal()
        features = {"x": float(mean + sd * noise), "still": random.normal()}
        yield prediction(index, {"y": "yes"}, features=features)


def began(step: int) -> int:
    """The first prediction at a level."""
    return (step + 1) * STAY


def news(world: World) -> list[tuple[int, float, str]]:
    """Of each update the level it came at, how many predictions after it began, and its summary."""
    told = []
    for alert in world.alerts:
        if alert["status"] == "updated":
            index = index_at(alert["time"])
            told.append((int(index // STAY) - 1, index % STAY, alert["annotations"]["summary"]))
    return told


def of_first(world: World) -> list[Any]:
    """The alerts of the incident that was opened first; what a healthy signal has is not asked."""
    first = world.alerts[0]["labels"]["incident"]
    return [alert for alert in world.alerts if alert["labels"]["incident"] == first]


def endings(world: World, steps: Sequence[Level]) -> list[tuple[bool, str | None]]:
    """Of each end of the first incident whether it came after the last level had begun, and why."""
    over = [alert for alert in of_first(world) if alert["status"] == "resolved"]
    return [(index_at(alert["time"]) > began(len(steps) - 1), alert["ended"]) for alert in over]


BACK = (True, "back_at_reference")
MOTOR = [(45.0, 2.26), (90.0, 4.0), (0.0, 0.2), (45.0, 2.26)]


@cache
def motor() -> World:
    """What came of a motor that was too warm, then failed, and was mended."""
    return play(levels(MOTOR))


WIDER = [(45.0, 2.0), (53.0, 6.0), (45.0, 6.0), (45.0, 2.0)]


def test_it_is_over_when_all_that_was_found_is() -> None:
    """A level that is back would end the incident of values that vary three times as much still, and nobody
    would be told that they do.
    """
    world = play(levels(WIDER))
    check(world.alerts)
    last = news(world)[-1]
    assert last[0] == 2
    told = re.search(
        r"x rose from 45 to 53\.5, now 50\.\d, and varies more: sd from 2\.09 to ([\d.]+), sd now", last[2]
    )
    assert told
    assert 4.0 < float(told[1]) < 8.0
    assert endings(world, WIDER) == [BACK]


@pytest.mark.parametrize(
    ("sd", "told"),
    [(6.0, "varies more: sd from 2"), (1.0, "varies less: sd from 2"), (0.5, "varies less: sd from 2")],
)
def test_a_spread_is_told_as_it_is_and_over_when_it_is_back(sd: float, told: str) -> None:
    """The spread of 200 values that came after a thousand was told as that of all ("sd from 2 to 1.86"), and
    what was back stayed another one for ever by what the first values after it happened to be.
    """
    steps = [(45.0, 2.0), (45.0, sd), (45.0, 2.0), (45.0, 2.0)]
    world = play(levels(steps))
    check(world.alerts)
    summary = world.alerts[0]["annotations"]["summary"]
    assert told in summary
    became = float(summary.split(" to ")[1].split()[0])
    assert 0.7 * sd < became < 1.3 * sd
    assert news(world) == []
    assert endings(world, steps[:3]) == [BACK]


def test_an_open_incident_sees_what_comes_next() -> None:
    """A motor that had been too warm for two months failed: neither an incident nor an update was told, and
    then it was "back at its reference".
    """
    world = motor()
    check(world.alerts)
    [(level, delay, summary)] = news(world)
    assert (level, delay <= 30) == (2, True)
    assert "then fell from 90" in summary
    assert endings(world, MOTOR) == [BACK]
    before_its_end = [each for each in world.alerts if index_at(each["time"]) < began(len(MOTOR) - 1) + STAY]
    assert before_its_end == of_first(world)


@pytest.mark.parametrize("batch", [64, 1000])
def test_news_do_not_depend_on_batches(batch: int) -> None:
    """A replay would tell another story than the worker did."""
    assert play(levels(MOTOR), batch=batch).alerts == motor().alerts


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([5.0, 7.0, 9.0, 3.0, 5.0], ["then rose from 7 to 9", "then fell from 9 to 3"]),
        ([0.0, 1.0, 0.5, 0.0], ["then fell from 1 to 0.5"]),
    ],
)
def test_a_constant_that_changed_can_change_again(values: list[float], told: list[str]) -> None:
    """A value that never varied is 100 sd away at once, and nothing could be more."""
    steps = [(value, 0.0) for value in values]
    world = play(levels(steps))
    check(world.alerts)
    found = news(world)
    assert [level for level, *_ in found] == list(range(2, 2 + len(told)))
    assert all(delay <= 30 for _, delay, _ in found)
    assert [words in summary for (*_, summary), words in zip(found, told, strict=True)] == [True] * len(told)
    assert endings(world, steps) == [BACK]


@pytest.mark.parametrize(
    ("steps", "phi"),
    [
        ([(45.0, 2.26), (90.0, 2.26), (90.0, 2.26), (45.0, 2.26)], 0.0),  # it stays
        ([(45.0, 2.26), (90.0, 2.26), (90.0, 2.26), (45.0, 2.26)], 0.8),
        ([(45.0, 2.26), (90.0, 8.0), (90.0, 8.0), (45.0, 2.26)], 0.0),  # and its noise is larger with it
        ([(5.0, 0.0), (7.0, 0.5), (7.0, 0.5), (5.0, 0.0)], 0.0),  # or there is noise where was none
        ([(45.0, 2.26), (90.0, 2.26), (90.6, 2.26), (45.0, 2.26)], 0.0),  # what would open no incident
    ],
)
def test_what_stays_is_no_news(steps: list[Level], phi: float) -> None:
    """Whoever looks after an incident would read every hour that it rose a little and fell a little."""
    world = play(levels(steps, phi=phi))
    check(world.alerts)
    assert news(world) == []
    assert endings(world, steps) == [BACK]


def test_a_part_of_the_way_back_is_told_and_is_no_recovery() -> None:
    """Somebody would have seen to it, and would not know that it is not enough."""
    steps = [(10.0, 1.0), (40.0, 1.0), (20.0, 1.0)]
    world = play(levels(steps))
    check(world.alerts)
    [(level, _, summary)] = news(world)
    assert level == 2
    assert "then fell from 40.1 to 19.8" in summary
    assert endings(world, steps) == [(True, "followed")]  # half a day later: not healthy, and nobody looked


def told_beside(world: World, signal: str) -> list[dict[str, Any]]:
    return [each for alert in world.alerts for each in alert["drift"]["signals"] if each["signal"] == signal]


def test_a_step_is_not_told_of_a_signal_that_took_none() -> None:
    """What an incident says of one signal would be about another."""
    world = motor()
    assert told_beside(world, "feature:still") == []
