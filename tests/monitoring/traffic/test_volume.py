from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.monitoring.traffic.volume import (
    CHOOSING,
    LONGEST_GAP,
    MANY,
    STEPS,
    Volume,
    seconds_of,
    step_for,
)

DAY_S, HOUR_S = 86_400, 3600
MONDAY_S = 1_794_787_200  # 2026-11-16T00:00:00Z


def seconds(*times_s: float) -> dict[int, int]:
    return seconds_of(np.array([int(1000 * time_s) for time_s in times_s], np.int64))


def released(rate_per_s: int = 10, until_s: int = 0) -> Volume:
    """A volume that counts by second, and has let go of its reference."""
    volume = Volume()
    random = np.random.default_rng(7)
    until_s = until_s or STEPS[1] + 2
    for second in range(until_s):
        volume.add({second: int(random.poisson(2 * rate_per_s)) + 1})
    assert volume.complete(until_s * 1000)
    return volume


@pytest.mark.parametrize(
    ("per_day", "step_s"),
    [
        *((20, 86_400), (100, 21_600), (1000, 3600), (2000, 600), (7000, 600), (8000, 60), (50_000, 60)),
        *((500_000, 10), (2_000_000, 1)),
    ],
)
def test_a_step_holds_ten_events_or_more(per_day: int, step_s: int) -> None:
    """65 false incidents in 14 days came of counting 100 events a day by the second."""
    assert step_for(per_day / DAY_S) == step_s
    volume = Volume()
    volume.add(seconds(*(step * DAY_S / per_day for step in range(CHOOSING))))
    volume.complete(10 * DAY_S * 1000)
    assert volume.step_s == step_s


def test_a_night_does_not_choose_the_step() -> None:
    """900 predictions a day, 7 an hour by night, were counted by six hours for ever: it was never told that
    half of them were gone.
    """
    volume = Volume()
    times = [480 * event for event in range(60)]  # eight hours
    times += [8 * HOUR_S + 69 * event for event in range(835)]
    for hour in range(1, 25):
        volume.add(seconds(*(time for time in times if (hour - 1) * HOUR_S <= time < hour * HOUR_S)))
        volume.complete(hour * HOUR_S * 1000)
        assert volume.step_s == 0 or hour > 8
    assert volume.step_s == HOUR_S
    assert volume.held == 23, "the night was counted as well, but for the first hour"


def test_complete_steps_are_counted() -> None:
    """Throughput would be wrong by the seconds that no event touched."""
    volume = released()
    begin = STEPS[1] + 2
    volume.add(seconds(begin + 0.2, begin + 0.9, begin + 2.1))
    counted = volume.complete((begin + 3) * 1000)
    assert [(step.time_ms, step.value) for step in counted] == [
        (begin * 1000, 2.0),
        ((begin + 1) * 1000, 0.0),
        ((begin + 2) * 1000, 1.0),
    ]
    assert volume.complete((begin + 3) * 1000 + 500) == []


def test_a_late_prediction_counts_in_the_oldest_open_step() -> None:
    """It would vanish from the throughput."""
    volume = released()
    begin = STEPS[1] + 2
    volume.add(seconds(begin - 5))
    assert volume.complete((begin + 1) * 1000) == [(begin * 1000, 1.0)]


def test_a_long_gap_is_bounded() -> None:
    """A month without events would make millions of rows at once."""
    volume = released()
    assert len(volume.complete(10**10)) == LONGEST_GAP


def test_a_gap_that_was_told_is_no_zeros() -> None:
    """Two hours out would be an incident of throughput beside the one of silence."""
    volume = released()
    begin = STEPS[1] + 2
    volume.add(seconds(begin, begin + 1.5))
    volume.interrupt((begin + 1) * 1000 + 500)
    volume.add(seconds(begin + 7200, begin + 7201, begin + 7202.5))
    counted = volume.complete((begin + 7203) * 1000)
    # The hour before the clock is all that is looked back at; the first second after the gap is partial.
    assert [step.time_ms // 1000 for step in counted] == [begin + 7201, begin + 7202]


def test_too_short_a_step_becomes_longer_while_nothing_is_learned() -> None:
    """A burst at the start would make a thin model count by the second for ever."""
    volume = Volume()
    volume.add(seconds(*(number / 10 for number in range(40))))
    volume.complete(5_000)
    assert volume.step_s == 1
    for minute in range(1, 1500):
        volume.add(seconds(minute * 60.0))
        volume.complete(minute * 60_000)
    assert volume.step_s == 600


@pytest.mark.parametrize("per_day", [24, 100, 1440, 14_400])
def test_the_same_count_in_every_step_is_no_reference(per_day: int) -> None:
    """Without noise any change has an infinite size: "rose from 0 % to 0.0277 %, +100 sd"."""
    volume = Volume()
    for number in range(20 * per_day):
        volume.add(seconds(number * DAY_S / per_day))
        if number % 20 == 0:
            assert volume.complete(int(number * DAY_S / per_day * 1000)) == []
    assert not volume.is_released


def test_without_noise_a_plain_rule_tells_a_change_and_its_end() -> None:
    """0.25 predictions a second that become 0.025 would be told by nobody."""
    volume = Volume()
    turns = []
    for hour in range(30):
        gap_s = 40 if 20 <= hour < 23 else 4
        volume.add(seconds(*(hour * 3600 + number * gap_s for number in range(3600 // gap_s))))
        volume.complete((hour + 1) * 3_600_000)
        turns += volume.take_turns()
    assert [turn.what for turn in turns] == ["off", "back"]
    assert turns[0].began == 20 * 60
    assert (turns[0].before, turns[0].after) == (15.0, pytest.approx(1.5, abs=0.1))


def on_weekends(
    weeks: int, gap_s: int, weekend_gap_s: int, restored: bool = False
) -> list[tuple[str, float]]:
    """What the plain rule tells of so many weeks without noise, each time with the day since their Monday."""
    volume, turns, second = Volume(), [], MONDAY_S
    for hour in range(24 * 7 * weeks):
        end = MONDAY_S + (hour + 1) * 3600
        batch = []
        while second < end:
            batch.append(float(second))
            second += weekend_gap_s if (second - MONDAY_S) // DAY_S % 7 >= 5 else gap_s
        volume.add(seconds(*batch))
        volume.complete(end * 1000)
        if restored:
            fresh = Volume()
            fresh.restore(volume.snapshot())
            turns += volume.take_turns()
            volume = fresh
        turns += volume.take_turns()
    return [(turn.what, (turn.began * volume.step_s - MONDAY_S) / DAY_S) for turn in turns]


@pytest.mark.parametrize(("gap_s", "weekend_gap_s"), [(4, 12), (60, 300)])
def test_without_noise_the_third_weekend_is_silent(gap_s: int, weekend_gap_s: int) -> None:
    """Traffic that falls every weekend would be an incident, or two, every week."""
    told = on_weekends(4, gap_s, weekend_gap_s)
    assert {int(day) for what, day in told if what == "off"} >= {5, 12}
    assert not [day for _, day in told if day >= 18]


def test_what_last_weeks_were_survives_a_restart() -> None:
    """Weekends would be news again after each."""
    assert on_weekends(3, 60, 300, restored=True) == on_weekends(3, 60, 300)


def test_a_week_of_less_traffic_is_no_weekend() -> None:
    """Half of the traffic, for good, would be told and then taken for usual on the next weekend."""
    volume, turns = Volume(), []
    for hour in range(24 * 21):
        gap_s = 4 if hour < 24 * 12 else 12
        volume.add(seconds(*(MONDAY_S + hour * 3600 + number * gap_s for number in range(3600 // gap_s))))
        volume.complete((MONDAY_S + (hour + 1) * 3600) * 1000)
        turns += volume.take_turns()
    assert [turn.what for turn in turns] == ["off", "followed"]
    assert (turns[0].began * 60 - MONDAY_S) / DAY_S == 12


@given(st.lists(st.lists(st.integers(0, 20_000), max_size=20), min_size=1, max_size=8))
def test_how_events_are_batched_changes_nothing(batches: Sequence[list[int]]) -> None:
    """Volume would depend on fetch sizes."""
    together, apart = Volume(), Volume()
    for batch in batches:
        together.add(seconds_of(np.array(batch, dtype=np.int64)))
        for time_ms in batch:
            apart.add(seconds_of(np.array([time_ms], dtype=np.int64)))
    assert together.complete(30_000) == apart.complete(30_000)
    assert together.snapshot() == apart.snapshot()


def test_a_restored_volume_goes_on_the_same() -> None:
    """A second would be counted twice or not at all after a crash."""
    volume = released()
    begin = STEPS[1] + 2
    volume.add(seconds(begin, begin + 1, begin + 2.5))
    volume.complete((begin + 2) * 1000)
    restored = Volume()
    restored.restore(volume.snapshot())
    assert restored.complete((begin + 9) * 1000) == volume.complete((begin + 9) * 1000)


def test_many_events_are_counted_like_few() -> None:
    """Throughput would jump where a batch grows."""
    few = 250 * np.arange(MANY - 1)
    many = 125 * np.arange(2 * (MANY - 1))
    assert {second: 2 * count for second, count in seconds_of(few).items()} == seconds_of(many)
