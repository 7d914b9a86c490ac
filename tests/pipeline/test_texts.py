"""Texts that are no categories: dates, ids, free text. What is not watched of them is said."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline import Records, Shard
from tests.pipeline.traffic import DAY_MS, SECOND_MS, prediction, written

STEP_MS = 20 * SECOND_MS
ROWS = 3_000
CHANGE = 2_500


def shard_of(text: Callable[[int], str], rows: int = ROWS, section: str = "features") -> Shard:
    """A shard after so many predictions, of which one value is a text."""
    chance = random.Random(2)
    shard = Shard(0, Settings(), summaries=None)
    events = [
        prediction(row * STEP_MS, **{section: {"t": text(row), "x": chance.gauss(0, 1)}})
        for row in range(rows)
    ]
    shard.apply(Records.of(written(events)))
    return shard


def told(shard: Shard) -> list[Any]:
    """The alerts, and nothing else, that the shard has made."""
    return [json.loads(alert.value or b"") for alert in shard.take_alerts()]


def free_text(row: int) -> str:
    """Hardly ever the same twice."""
    return f"text {random.Random(row).randrange(10**9)}"


def test_a_date_is_left_out_and_that_is_said() -> None:
    """Every midnight all values of a date are new."""
    shard = shard_of(lambda row: f"2026-11-{16 + row * STEP_MS // DAY_MS}", 3 * DAY_MS // STEP_MS)
    assert not told(shard)
    (said,) = [sentence for sentence in shard.take_notices() if "'t'" in sentence]
    assert said.startswith("m: feature 't' is text of dates, which change by themselves: its values are not")


@pytest.mark.parametrize("text", ["20261116", "10115", "Monday", "2026"])
def test_what_may_be_a_category_is_watched(text: str) -> None:
    """A zip code is no date because its digits could be one."""
    shard = shard_of(lambda row: "other" if row >= CHANGE and row % 2 else text)
    assert [alert["labels"]["incident"] for alert in told(shard)]


@pytest.mark.parametrize("section", ["features", "outputs"])
@pytest.mark.parametrize("becomes", ["I'm sorry, I can't help with that.", "anonymous"])
def test_a_text_that_becomes_frequent_is_told_by_its_name(section: str, becomes: str) -> None:
    """An answer that two in five users get, where each was another one, was neither told nor listed."""
    shard = shard_of(lambda row: becomes if row >= CHANGE and row % 5 < 2 else free_text(row), ROWS, section)
    (first, *_) = told(shard)
    assert first["annotations"]["summary"].startswith(
        f'Data quality: new values of t ("{becomes}") rose from 0 %'
    )
    (said,) = [sentence for sentence in shard.take_notices() if "'t'" in sentence]
    assert "'t' is text of which nearly every value is another one" in said


def test_free_text_that_stays_free_is_no_alert() -> None:
    """Answers, notes and ids differ: that is what they are."""
    assert not told(shard_of(free_text))


def test_rows_that_are_read_again_count_once() -> None:
    """Where a column becomes one of another type the rows behind it are read once more, and all other columns
    with them: what is frequent would depend on how many rows came together.
    """
    late = [None] * (CHANGE - 3) + ["n/a"] * 3 + [1.0] * (ROWS - CHANGE)
    events = [
        prediction(
            row * 100,
            features={"t": "anonymous" if row >= CHANGE and row % 5 < 2 else free_text(row)},
            outputs={"y": late[row]},
        )
        for row in range(ROWS)
    ]
    records, found = written(events), []
    for size in (ROWS, 500, 7):
        shard = Shard(0, Settings(), summaries=None)
        for start in range(0, ROWS, size):
            shard.apply(Records.of(records[start : start + size]))
        found.append([(alert.key, alert.value) for alert in shard.take_alerts()])
    assert found[0] and found[0] == found[1] == found[2]
