"""The reading side of a shard."""

from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.adapters.worker.partition import (
    BYTES_HELD_MAX,
    RECORDS_HELD_MAX,
    SILENCE_S,
    Partition,
    chunks,
    portions,
)
from driftline.stream_app.pipeline import Record, Records, concatenated
from tests.adapters.worker_fakes import F, FakeShard, P, record, records


def partition(ends: dict[str, int] | None = None, **positions: int) -> Partition:
    """A partition whose shard stands at these positions."""
    shard = FakeShard()
    shard.positions = positions
    return Partition(shard, (P, F), ends or {P: 0, F: 0})


def released(subject: Partition) -> Records:
    """What comes out, together."""
    return concatenated(subject.release())


def test_drops_what_was_received_before() -> None:
    """After a rebalance Faust delivers again from the committed offset: held records would count twice."""
    subject = partition(predictions=3)
    subject.receive(P, records(P, *range(6)))
    subject.receive(P, records(P, *range(4, 8)))
    assert [each.offset for each in released(subject)] == [3, 4, 5, 6, 7]


def test_a_gap_reaches_the_shard_between_the_records_around_it() -> None:
    """Skipping at once would make the shard throw away records that still wait before the gap."""
    subject = partition({P: 10, F: 10})
    subject.receive(P, Records.of([record(P, 0, 1), record(P, 1, 2)]))
    subject.receive(P, Records.of([record(P, 8, 3), record(P, 9, 4)]))
    subject.receive(F, records(F, *range(10), timestamp=9))
    subject.apply(released(subject))
    assert [each.offset for each in subject.shard.applied if each.topic == P] == [0, 1, 8, 9]
    assert subject.shard.skipped == [(P, 8)]


def test_is_caught_up_only_when_everything_known_was_received() -> None:
    """Predictions would overtake the feedback of an hour of downtime."""
    subject = partition({P: 2, F: 3})
    subject.receive(P, records(P, 0, 1))
    assert subject.awaited() == [F]
    assert len(released(subject)) == 0
    subject.receive(F, records(F, *range(3)))
    assert subject.awaited() == []
    assert len(released(subject)) == 5


def test_markers_of_transactions_do_not_hold_up_the_other_topic() -> None:
    """The end of a log may be an offset that is never delivered: alerts would wait for it for ever."""
    now = [0.0]
    subject = Partition(FakeShard(), (P, F), {P: 1, F: 5}, clock=lambda: now[0])
    subject.receive(P, records(P, 0))
    assert len(released(subject)) == 0
    subject.reached(F, 5)
    now[0] = SILENCE_S
    subject.reached(F, 5)
    assert [each.offset for each in released(subject)] == [0]


def test_what_is_fetched_but_not_delivered_yet_is_waited_for() -> None:
    """The consumer's position runs ahead of its records: predictions would overtake their feedback."""
    now = [0.0]
    subject = Partition(FakeShard(), (P, F), {P: 1, F: 5}, clock=lambda: now[0])
    subject.receive(P, records(P, 0, timestamp=7))
    subject.reached(F, 5)
    now[0] = SILENCE_S / 2
    subject.reached(F, 5)
    assert len(released(subject)) == 0
    subject.receive(F, Records.of([record(F, offset, offset) for offset in range(3)]))
    now[0] = SILENCE_S
    subject.reached(F, 5)
    assert [each.topic for each in released(subject)] == [F, F, F]


def test_a_log_that_grew_is_waited_for_again() -> None:
    """One look at the end of the log would be believed for ever."""
    subject = partition({P: 1, F: 0})
    assert subject.caught_up(F)
    subject.learn_end(F, 4)
    subject.receive(P, records(P, 0))
    assert subject.awaited() == [F]


def test_dead_letters_are_taken_once() -> None:
    """They would be published twice, or kept for ever."""
    subject = partition()
    subject.shard.dead_letters = ["letter"]
    subject.apply(records(P, 0))
    assert subject.take_dead_letters() == ["letter"]
    assert subject.take_dead_letters() == []


def test_chunks_cover_everything_in_order() -> None:
    """Records at a chunk's edge would be lost; an empty chunk would be applied."""
    assert list(chunks([1, 2, 3, 4, 5], 2)) == [[1, 2], [3, 4], [5]]
    assert list(chunks([1, 2], 2)) == [[1, 2]]
    assert list(chunks([], 2)) == []


@given(st.lists(st.integers(0, 9), max_size=8), st.integers(1, 6))
def test_portions_are_the_same_records(sizes: list[int], size: int) -> None:
    """A record at the edge of what a fetch brought would be lost; or a poll keep heartbeats waiting."""
    whole = records(P, *range(sum(sizes)))
    ends = list(accumulate(sizes, initial=0))
    parts = [whole[begin:end] for begin, end in pairwise(ends)]
    taken = list(portions(parts, size))
    assert [each.offset for part in taken for each in part] == list(range(sum(sizes)))
    assert all(len(part) <= size for part in taken)


def test_small_portions_are_put_together() -> None:
    """Each costs a shard as much as a hundred records."""
    parts = [records(P, offset) for offset in range(12)]
    assert [len(part) for part in portions(parts, 5)] == [5, 5, 2]


def test_large_records_are_full_sooner() -> None:
    """A hundred thousand records of a megabyte would fill the memory."""
    subject = partition({P: 100, F: 100})
    subject.receive(P, records(P, *range(4)))
    assert subject.fullness(P) == 4 / RECORDS_HELD_MAX
    large = [Record(P, 0, offset, 0, None, bytes(1 << 20)) for offset in range(4, 12)]
    subject.receive(P, Records.of(large))
    assert subject.fullness(P) > 8 * (1 << 20) / BYTES_HELD_MAX
