from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stream_app.monitoring.identity import id_hash
from stream_app.monitoring.waiting import Waiting

KEYS = st.integers(0, 11).map(lambda number: id_hash(str(number)))
OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), KEYS, st.integers(0, 5)),
        st.tuples(st.just("mark"), KEYS, st.integers(0, 5)),
        st.tuples(st.just("pop"), KEYS, st.just(0)),
        st.tuples(st.just("due"), st.just(0), st.integers(0, 5)),
        st.tuples(st.just("cut"), st.just(0), st.just(0)),
    ),
    max_size=60,
)


def play(waiting: Waiting, operations: list[tuple[str, int, int]], changes: list[Any]) -> int:
    """Apply operations with a clock that only moves on ``due``; the clock at the end."""
    now_ms = 0
    for name, key, number in operations:
        if name == "add" and key < waiting.threshold and waiting.get(key) is None:
            waiting.add(key, [0, now_ms + 3, [number]])
        elif name == "mark":
            entry = waiting.get(key)
            if entry is not None:
                entry[2].append(number)
                waiting.touch(key)
        elif name == "pop":
            waiting.pop(key)
        elif name == "due":
            now_ms += number
            waiting.due(now_ms, 3)
            waiting.relax(now_ms, 3)
        elif name == "cut":
            changes.append(copied(waiting.changes()))
    return now_ms


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
    play(waiting, before, [])
    snapshot, changes = copied(waiting.snapshot()), []
    play(waiting, between, changes)
    changes.append(copied(waiting.changes()))
    restored = Waiting(limit=6)
    restored.restore(snapshot, changes)
    assert list(restored.entries.items()) == list(waiting.entries.items())
    assert (restored.level, restored.threshold, restored.serial) == (
        waiting.level,
        waiting.threshold,
        waiting.serial,
    )
    play(waiting, after, [])
    play(restored, after, [])
    assert list(restored.entries.items()) == list(waiting.entries.items())


def test_beyond_the_limit_a_fair_sample_stays() -> None:
    """An arbitrary eviction would bias every rate, and memory would not be bounded."""
    waiting = Waiting(limit=100)
    keys = [id_hash(f"p-{number}") for number in range(10_000)]
    for key in keys:
        if key < waiting.threshold:
            waiting.add(key, [0, 1])
    assert 40 <= len(waiting.entries) <= 100
    kept = {key for key in keys if key < waiting.threshold}
    assert set(waiting.entries) == kept
    assert waiting.sampling_rate == 2.0**-waiting.level


def test_feedback_of_predictions_left_out_is_told_from_unknown() -> None:
    """Sampled-out feedback would look like a wrong partitioner."""
    waiting = Waiting(limit=2)
    for key in (1, 1 << 63, 3 << 62, 5):
        if key < waiting.threshold:
            waiting.add(key, [0, 10])
    assert waiting.leaves_out(3 << 62, now_ms=0)
    assert not waiting.leaves_out(1, now_ms=0)


def test_sampling_relaxes_when_there_is_room() -> None:
    """One burst would leave a model sampled for ever."""
    waiting = Waiting(limit=4)
    for number in range(64):
        key = id_hash(str(number))
        if key < waiting.threshold:
            waiting.add(key, [0, 1])
    level = waiting.level
    waiting.due(1, 10)
    waiting.relax(1, 10)
    assert waiting.level == level - 1
    assert waiting.leaves_out(waiting.threshold - 1, now_ms=2)
    assert not waiting.leaves_out(waiting.threshold - 1, now_ms=20)


def test_entries_come_due_in_order() -> None:
    """A prediction that never came due would wait for ever."""
    waiting = Waiting(limit=10)
    for key, due_ms in ((1, 5), (2, 7), (3, 9)):
        waiting.add(key, [0, due_ms])
    assert [entry[1] for entry in waiting.due(7, 5)] == [5, 7]
    assert list(waiting.entries) == [3]


def test_one_that_is_due_far_later_holds_up_nobody() -> None:
    """One event of a wrong clock would keep every other prediction waiting, and rates would stop."""
    waiting = Waiting(limit=10)
    for key, due_ms in ((1, 5_000), (2, 7), (3, 9)):
        waiting.add(key, [0, due_ms])
    assert [entry[1] for entry in waiting.due(8, 10)] == [7]
    assert list(waiting.entries) == [1, 3]
