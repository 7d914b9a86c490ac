"""The reading side of a shard."""

from stream_app.adapters.worker.partition import SILENCE_S, Partition, chunks
from stream_app.pipeline import Records
from tests.adapters.worker_fakes import F, FakeShard, P, record, records


def partition(ends: dict[str, int] | None = None, **positions: int) -> Partition:
    """A partition whose shard stands at these positions."""
    shard = FakeShard()
    shard.positions = positions
    return Partition(shard, (P, F), ends or {P: 0, F: 0})


def test_drops_what_was_received_before() -> None:
    """After a rebalance Faust delivers again from the committed offset: held records would count twice."""
    subject = partition(predictions=3)
    subject.receive(P, records(P, *range(6)))
    subject.receive(P, records(P, *range(4, 8)))
    assert [each.offset for each in subject.release()] == [3, 4, 5, 6, 7]


def test_a_gap_reaches_the_shard_between_the_records_around_it() -> None:
    """Skipping at once would make the shard throw away records that still wait before the gap."""
    subject = partition({P: 10, F: 10})
    subject.receive(P, Records.of([record(P, 0, 1), record(P, 1, 2)]))
    subject.receive(P, Records.of([record(P, 8, 3), record(P, 9, 4)]))
    subject.receive(F, records(F, *range(10), timestamp=9))
    subject.apply(subject.release())
    assert [each.offset for each in subject.shard.applied if each.topic == P] == [0, 1, 8, 9]
    assert subject.shard.skipped == [(P, 8)]


def test_is_caught_up_only_when_everything_known_was_received() -> None:
    """Predictions would overtake the feedback of an hour of downtime."""
    subject = partition({P: 2, F: 3})
    subject.receive(P, records(P, 0, 1))
    assert subject.awaited() == [F]
    assert len(subject.release()) == 0
    subject.receive(F, records(F, *range(3)))
    assert subject.awaited() == []
    assert len(subject.release()) == 5


def test_markers_of_transactions_do_not_hold_up_the_other_topic() -> None:
    """The end of a log may be an offset that is never delivered: alerts would wait for it for ever."""
    now = [0.0]
    subject = Partition(FakeShard(), (P, F), {P: 1, F: 5}, clock=lambda: now[0])
    subject.receive(P, records(P, 0))
    assert len(subject.release()) == 0
    subject.reached(F, 5)
    now[0] = SILENCE_S
    subject.reached(F, 5)
    assert [each.offset for each in subject.release()] == [0]


def test_what_is_fetched_but_not_delivered_yet_is_waited_for() -> None:
    """The consumer's position runs ahead of its records: predictions would overtake their feedback."""
    now = [0.0]
    subject = Partition(FakeShard(), (P, F), {P: 1, F: 5}, clock=lambda: now[0])
    subject.receive(P, records(P, 0, timestamp=7))
    subject.reached(F, 5)
    now[0] = SILENCE_S / 2
    subject.reached(F, 5)
    assert len(subject.release()) == 0
    subject.receive(F, Records.of([record(F, offset, offset) for offset in range(3)]))
    now[0] = SILENCE_S
    subject.reached(F, 5)
    assert [each.topic for each in subject.release()] == [F, F, F]


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
