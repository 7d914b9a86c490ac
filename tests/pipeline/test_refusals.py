"""Refused records are told, with their reason and an example."""

from typing import Any

import pytest

from tests.pipeline.traffic import (
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    START_MS,
    Timed,
    alerts_of,
    every,
    hours,
    prediction,
    told,
    written,
)

STEP_MS = 10 * SECOND_MS


def without_version(begin_ms: int, end_ms: int, step_ms: int = STEP_MS) -> list[Timed]:
    """What a deployment that forgot a field writes."""
    events = every(step_ms, begin_ms, end_ms)
    for _, event in events:
        del event["version"]
    return events


@pytest.mark.parametrize("others", [True, False], ids=["another model goes on", "alone"])
def test_everything_is_refused(others: bool) -> None:
    """A deployment after which nothing can be read looked like silence, or like nothing at all."""
    events = every(STEP_MS, 0, 26 * HOUR_MS) + without_version(26 * HOUR_MS, 27 * HOUR_MS)
    events += every(MINUTE_MS, 0, 27 * HOUR_MS, model="other") if others else []
    found = [alert for alert in alerts_of(written(events)) if "refused" in str(alert["drift"]["signals"])]
    first = found[0]
    assert first["drift"]["kind"] == "data_quality"
    assert first["drift"]["signals"][0]["signal"] == "refused:missing_field"
    assert 26 < hours(first["drift"]["detected_at"]) < 26 + 10 / 60
    assert "version is missing" in first["annotations"]["summary"]
    (position,) = first["drift"]["positions"]
    assert (position["topic"], position["partition"]) == ("p", 0)
    assert f"p-0-{position['offset']}" in first["annotations"]["summary"]
    assert not told(found, "other")


def test_some_are_refused_and_that_ends() -> None:
    """One host of ten with an old client would never be seen."""
    events = every(SECOND_MS, 0, 3 * HOUR_MS)
    for number, (_, event) in enumerate(events):
        if HOUR_MS <= number * SECOND_MS < 2 * HOUR_MS and number % 10 == 0:
            del event["version"]
    statuses = [status for status, signal, _ in told(alerts_of(written(events))) if "refused" in signal]
    assert statuses == ["firing", "resolved"]


def test_a_few_refused_records_are_nobodys_incident() -> None:
    """One record in a hundred was always refused: that is no news."""
    events = every(SECOND_MS, 0, 3 * HOUR_MS)
    for number, (_, event) in enumerate(events):
        if number % 100 == 0:
            del event["version"]
    assert not told(alerts_of(written(events)))


def test_a_model_that_was_never_seen_is_told_too() -> None:
    """A first deployment that is wrong from its first record would not exist."""
    found = alerts_of(written(without_version(0, HOUR_MS) + every(MINUTE_MS, 0, HOUR_MS, model="other")))
    assert told(found)[0][:2] == ("firing", "refused:missing_field")


def test_a_thin_model_is_told_by_records_in_a_row() -> None:
    """Ten minutes hold too few of its records to say anything."""
    events = every(15 * MINUTE_MS, 0, 30 * HOUR_MS)
    events += without_version(30 * HOUR_MS, 40 * HOUR_MS, 15 * MINUTE_MS)
    fired = [at_h for status, signal, at_h in told(alerts_of(written(events))) if "refused" in signal]
    assert fired[0] == pytest.approx(34.75, abs=0.6)  # its clock runs two events behind


def test_names_in_refused_records_do_not_fill_the_memory() -> None:
    """Garbage with a new name each would take the place of models."""
    garbage: list[Any] = []
    for number in range(500):
        at_ms, event = prediction(number * SECOND_MS, model=f"g{number}")
        del event["version"]
        garbage.append((at_ms, event))
    from driftline.stream_app.config import Settings
    from driftline.stream_app.pipeline import Records, Shard
    from driftline.stream_app.pipeline.shard import REFUSED_MODELS_MAX

    shard = Shard(0, Settings())
    shard.apply(Records.of(written(garbage)))
    assert len(shard.models) == REFUSED_MODELS_MAX
    assert shard.counters.rejected.total() == 500
    assert START_MS
