"""Models that are not served but run: what comes in portions is watched like anything else."""

import random

from tests.pipeline.traffic import DAY_MS, HOUR_MS, MINUTE_MS, Timed, alerts_of, every, prediction, written

OTHER = {"model": "other"}


def portion(begin_ms: int, number: int, within_ms: int, chance: random.Random) -> list[Timed]:
    """So many predictions of one run."""
    steps = (begin_ms + each * within_ms // number for each in range(number))
    return [prediction(at_ms, features={"x": chance.gauss(0, 1)}) for at_ms in steps]


def test_a_weekly_job_that_is_as_long_as_a_warm_up() -> None:
    """All that was seen had become the reference, so that nothing was known of the week when it was over: a
    division by zero set the model aside.
    """
    chance = random.Random(1)
    events = [
        event for week in range(4) for event in portion(week * 7 * DAY_MS, 2000, 10 * MINUTE_MS, chance)
    ]
    found = alerts_of(written(events + every(HOUR_MS, 0, 22 * DAY_MS, **OTHER)))
    assert "service" not in {alert["drift"]["kind"] for alert in found}


def test_what_comes_in_portions_is_no_change_of_throughput() -> None:
    """Steps of ten seconds, of which a nightly job fills one in a hundred, were its reference: every other
    night was told as a rise, or as a fall from 0 to 0 events a day.
    """
    chance = random.Random(2)
    nights: list[Timed] = []
    for day in range(16):
        begin_ms = day * DAY_MS + 2 * HOUR_MS + chance.randint(-6, 6) * MINUTE_MS
        nights += portion(begin_ms, chance.randint(400, 600), 2 * MINUTE_MS, chance)
    assert not alerts_of(written(nights + every(10 * MINUTE_MS, 0, 16 * DAY_MS, **OTHER)))
