from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.monitoring.feedback.waiting import MANY, Arrivals, Waiting
from driftline.stream_app.monitoring.identity import id_hash
from driftline.stream_app.monitoring.stream_key import Origin

KEYS = st.integers(0, 11).map(lambda number: id_hash(str(number)))
ORIGINS = [Origin("v1", "live", ("country=DE", "device=ios")), Origin("v2", "shadow")]
OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), KEYS, st.integers(0, 5)),
        st.tuples(st.just("many"), KEYS, st.integers(0, 5)),
        st.tuples(st.just("mark"), KEYS, st.integers(0, 5)),
        st.tuples(st.just("pop"), KEYS, st.just(0)),
        st.tuples(st.just("due"), st.just(0), st.integers(0, 5)),
        st.tuples(st.just("cut"), st.just(0), st.just(0)),
    ),
    max_size=60,
)


def play(
    waiting: Waiting, operations: list[tuple[str, int, int]], changes: list[Any], now_ms: int = 0
) -> int:
    """Apply operations with a clock that only moves on ``due``; the clock at the end."""
    for name, key, number in operations:
        if name == "add" and key < waiting.threshold and waiting.get(key) is None:
            waiting.add(key, ORIGINS[number % 2], now_ms, now_ms + 3, b"x" * number)
        elif name == "many":
            keys = [id_hash(f"{key} {place}") for place in range(number * 8)]
            keys = [each for each in keys if waiting.get(each) is None]
            times_ms = now_ms + np.arange(len(keys)) % 3
            of = np.arange(len(keys)) % 3 // 2
            texts = [b"text"] * len(keys)
            waiting.add_all(Arrivals(ORIGINS, of, keys, texts, times_ms, times_ms + 3))
        elif name == "mark":
            if key in waiting:
                waiting.note(key, [*(waiting.noted(key) or []), number])
        elif name == "pop":
            waiting.pop(key)
        elif name == "due":
            now_ms += number
            waiting.due(now_ms, 3)
            waiting.relax(now_ms, 3)
        elif name == "cut":
            changes.append(copied(waiting.changes()))
    return now_ms


def contents(waiting: Waiting) -> list[Any]:
    """Everything that waits, with what was noted."""
    return [(key, waiting.get(key), waiting.noted(key)) for key in waiting]


def copied(state: Any) -> Any:
    """What a codec does to a state: lists stay lists, tuples become lists, nothing is shared."""
    return [copied(item) for item in state] if isinstance(state, (list, tuple)) else state


@given(OPERATIONS, OPERATIONS, OPERATIONS)
def test_snapshot_and_changes_restore_the_store(
    before: list[tuple[str, int, int]],
    between: list[tuple[str, int, int]],
    after: list[tuple[str, int, int]],
) -> None:
    """A waiting prediction lost or revived by a crash would move rates and change alerts."""
    waiting = Waiting(limit=6)
    now_ms = play(waiting, before, [])
    snapshot, changes = copied(waiting.snapshot()), []
    now_ms = play(waiting, between, changes, now_ms)
    changes.append(copied(waiting.changes()))
    restored = Waiting(limit=6)
    restored.restore(snapshot, changes)
    assert contents(restored) == contents(waiting)
    assert (restored.level, restored.threshold, restored.serial) == (
        waiting.level,
        waiting.threshold,
        waiting.serial,
    )
    play(waiting, after, [], now_ms)
    play(restored, after, [], now_ms)
    assert contents(restored) == contents(waiting)


def test_beyond_the_limit_a_fair_sample_stays() -> None:
    """An arbitrary eviction would bias every rate, and memory would not be bounded."""
    waiting = Waiting(limit=100)
    keys = [id_hash(f"p-{number}") for number in range(10_000)]
    for key in keys:
        if key < waiting.threshold:
            waiting.add(key, ORIGINS[0], 0, 1)
    assert 40 <= len(waiting) <= 100
    kept = {key for key in keys if key < waiting.threshold}
    assert set(waiting) == kept
    assert waiting.sampling_rate == 2.0**-waiting.level


def test_feedback_of_predictions_left_out_is_told_from_unknown() -> None:
    """Sampled-out feedback would look like a wrong partitioner."""
    waiting = Waiting(limit=2)
    for key in (1, 1 << 63, 3 << 62, 5):
        if key < waiting.threshold:
            waiting.add(key, ORIGINS[0], 0, 10)
    assert waiting.leaves_out(3 << 62, now_ms=0)
    assert not waiting.leaves_out(1, now_ms=0)


def test_sampling_relaxes_when_there_is_room() -> None:
    """One burst would leave a model sampled for ever."""
    waiting = Waiting(limit=4)
    for number in range(64):
        key = id_hash(str(number))
        if key < waiting.threshold:
            waiting.add(key, ORIGINS[0], 0, 1)
    level = waiting.level
    waiting.due(1, 10)
    waiting.relax(1, 10)
    assert waiting.level == level - 1
    assert waiting.leaves_out(waiting.threshold - 1, now_ms=2)
    assert not waiting.leaves_out(waiting.threshold - 1, now_ms=20)


WAITING = st.tuples(st.just("add"), st.integers(1, 12), st.integers(0, 12))
GONE = st.tuples(st.just("pop"), st.integers(1, 12), st.just(0))
LATER = st.tuples(st.just("due"), st.just(0), st.integers(0, 4))


@given(st.lists(st.one_of(WAITING, GONE, LATER), max_size=60))
def test_the_first_that_is_not_due_ends_the_search(operations: list[tuple[str, int, int]]) -> None:
    """What is known of the last search must not hide an entry that may be found, nor show one too early."""
    wait_ms, now_ms = 5, 0
    waiting, plain = Waiting(limit=1_000), dict[int, int]()
    for name, key, number in operations:
        if name == "add":
            plain.pop(key, None)
            plain[key] = now_ms + number
            waiting.add(key, ORIGINS[0], now_ms, now_ms + number)
        elif name == "pop":
            plain.pop(key, None)
            waiting.pop(key)
        else:
            now_ms += number
            due = []
            for each, due_ms in plain.items():
                if now_ms < due_ms <= now_ms + wait_ms:
                    break
                due += [each] if due_ms <= now_ms else []
            assert [each.key for each in waiting.due(now_ms, wait_ms)] == due
            plain = {each: due_ms for each, due_ms in plain.items() if each not in due}


def test_entries_come_due_in_order() -> None:
    """A prediction that never came due would wait for ever."""
    waiting = Waiting(limit=10)
    for key, due_ms in ((1, 5), (2, 7), (3, 9)):
        waiting.add(key, ORIGINS[0], due_ms, due_ms)
    assert [due.time_ms for due in waiting.due(7, 5)] == [5, 7]
    assert list(waiting) == [3]


def test_one_that_is_gone_holds_up_nobody() -> None:
    """What stood behind it would be late: a store remembers until when nothing is due."""
    waiting = Waiting(10)
    for key, due_ms in ((1, 9), (2, 7)):
        waiting.add(key, ORIGINS[0], due_ms, due_ms)
    assert waiting.due(8, 5) == []
    waiting.pop(1)
    assert [due.time_ms for due in waiting.due(8, 5)] == [7]


def test_one_that_is_due_far_later_holds_up_nobody() -> None:
    """One event of a wrong clock would keep every other prediction waiting, and rates would stop."""
    waiting = Waiting(limit=10)
    for key, due_ms in ((1, 5_000), (2, 7), (3, 9)):
        waiting.add(key, ORIGINS[0], due_ms, due_ms)
    assert [due.time_ms for due in waiting.due(8, 10)] == [7]
    assert list(waiting) == [1, 3]


@given(st.integers(1, 60), st.lists(st.integers(0, 5 * MANY), max_size=6))
def test_adding_many_is_adding_each(limit: int, counts: list[int]) -> None:
    """What is sampled would depend on how events were batched, and differ after a crash."""
    together, one_by_one = Waiting(limit), Waiting(limit)
    first = 0
    for count in counts:
        keys = [id_hash(str(number)) for number in range(first, first + count)]
        first += count
        times_ms = np.arange(count)
        of = (times_ms + 1) // 3 % 2  # the first of them need not be the first that is kept
        together.add_all(Arrivals(ORIGINS, of, keys, [b"text"] * count, times_ms, times_ms + 5))
        for key, time_ms in zip(keys, range(count), strict=True):
            if key < one_by_one.threshold:
                one_by_one.add(key, ORIGINS[of[time_ms]], time_ms, time_ms + 5, b"text")
        assert contents(together) == contents(one_by_one)
        assert (together.level, together.serial) == (one_by_one.level, one_by_one.serial)
    assert together.due(2, 5) == one_by_one.due(2, 5)
    assert together.snapshot() == one_by_one.snapshot()


@given(OPERATIONS, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6)), min_size=1, max_size=8))
def test_who_waits_is_let_go_once_or_on_each_tick(
    operations: list[tuple[str, int, int]], ticks: list[tuple[int, int]]
) -> None:
    """Where `is_idle` says so the ticks between are passed: what waits must be the same after them."""
    often, once = Waiting(100), Waiting(100)
    now_ms = play(often, operations, [])
    play(once, operations, [])
    wait_ms = 12
    until_ms = now_ms + sum(step for step, _ in ticks)
    if not once.is_idle(now_ms, until_ms, wait_ms, len(ticks)):
        return
    for place, (step, ahead) in enumerate(ticks):
        now_ms += step
        often.due(now_ms, wait_ms)
        for waiting in (often, once):
            waiting.add(id_hash(f"later {place}"), ORIGINS[0], now_ms, now_ms + wait_ms + ahead)
    often.due(until_ms, wait_ms)
    once.due(until_ms, wait_ms)
    assert contents(often) == contents(once)
    assert often.changes() == once.changes()


def test_a_release_without_segments_reads_what_has_none() -> None:
    """A roll-back would end at the first checkpoint: that release knows a version and a role, and no more."""
    waiting = Waiting(10)
    waiting.add(1, Origin("v1", "live"), 0, 1)
    _, (origins, *_), _ = waiting.snapshot()
    assert origins == [["v1", "live"]]
