"""Weekends through the whole pipeline."""

import random

from driftline.stream_app.config import ModelPlan, Settings
from tests.pipeline.traffic import DAY_MS, HOUR_MS, MINUTE_MS, Timed, alerts_of, prediction, told, written

# Four days to learn from, as by default at three minutes; the rows between would only take longer.
STEP_MS = 5 * MINUTE_MS
SETTINGS = Settings(defaults=ModelPlan(warm_up=1200))


def on_days(days: int, weekend: float, lasting: float = 0.0, from_day: int = 100) -> list[Timed]:
    """Predictions of a feature that differs on weekends, and for good from a day on."""
    chance = random.Random(3)
    return [
        prediction(
            at_ms,
            features={
                "x": chance.gauss(0, 1)
                + weekend * (at_ms // DAY_MS % 7 >= 5)
                + lasting * (at_ms // DAY_MS >= from_day)
            },
        )
        for at_ms in range(0, days * DAY_MS, STEP_MS)
    ]


def test_the_third_weekend_is_silent() -> None:
    """Who is paged each Saturday stops reading."""
    alerts = told(alerts_of(written(on_days(24, -2.0)), settings=SETTINGS))
    fired = [int(at_h // 24) for status, signal, at_h in alerts if status == "firing"]
    assert sorted(set(fired)) in ([5, 12], [5, 6, 12, 13])
    ended = [int(at_h // 24) for status, _, at_h in alerts if status == "resolved"]
    assert ended == [7, 14]


def test_a_change_that_lasts_stays_open() -> None:
    """It would be learned as a weekend, end, and fire again."""
    alerts = told(alerts_of(written(on_days(24, 0.0, 2.0, from_day=12)), settings=SETTINGS))
    assert {status for status, _, _ in alerts} <= {"firing", "updated"}
    assert min(at_h for _, _, at_h in alerts) // 24 == 12


def test_days_may_be_those_of_a_time_zone() -> None:
    """A weekend of New York would begin on a Friday evening of another place."""
    plan = {"models": {"m": {"timezone": "America/New_York", "warm_up": 1200}}}
    events = [
        (at_ms + 5 * HOUR_MS, event | {"time": event["time"] + 5 * HOUR_MS})
        for at_ms, event in on_days(24, -2.0)
    ]
    alerts = alerts_of(written(events), settings=Settings.model_validate(plan))
    assert {int((at_h - 5) // 24) for status, _, at_h in told(alerts) if status == "firing"} <= {5, 6, 12, 13}
