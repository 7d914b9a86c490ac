"""Records of the two input topics in the order in which things happened."""

from time import time

from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.adapters.alignment import Alignment, Linger
from driftline.stream_app.pipeline import Record, Records, concatenated

P, F, C = "predictions", "feedback", "control"


def records(topic: str, *times: int | None, start: int = 0) -> Records:
    """Consecutive records of a topic with these timestamps."""
    return Records.of([Record(topic, 0, start + place, time, None, None) for place, time in enumerate(times)])


def release(alignment: Alignment, caught_up: list[str]) -> Records:
    """What comes out, together."""
    return concatenated(alignment.release(caught_up))


def times(released: Records) -> list[tuple[str, int | None]]:
    """Released records, short."""
    return [(record.topic[0], record.timestamp) for record in released]


def test_merges_by_time_and_predictions_go_first() -> None:
    """A label of the same millisecond would arrive before its prediction."""
    alignment = Alignment((P, F))
    alignment.add(P, records(P, 1, 3, 5))
    alignment.add(F, records(F, 2, 3, 9))
    assert times(release(alignment, [P, F])) == [("p", 1), ("f", 2), ("p", 3), ("f", 3), ("p", 5), ("f", 9)]


def test_waits_for_a_topic_that_is_behind() -> None:
    """After downtime, predictions of an hour would be absorbed before the first of their labels."""
    alignment = Alignment((P, F))
    alignment.add(P, records(P, 1, 2, 3))
    assert len(release(alignment, [P])) == 0
    alignment.add(F, records(F, 2))
    assert times(release(alignment, [P])) == [("p", 1), ("p", 2), ("f", 2)]
    assert alignment.held(P) == 1


def test_releases_at_once_when_the_other_topic_has_nothing_more() -> None:
    """Live alerts would wait for feedback that comes in a minute, or never."""
    alignment = Alignment((P, F))
    alignment.add(P, records(P, 1, 2))
    assert times(release(alignment, [P, F])) == [("p", 1), ("p", 2)]
    assert alignment.misaligned == 0


def test_holds_no_more_than_its_bound() -> None:
    """A feedback partition without a leader would fill the memory."""
    alignment = Alignment((P, F), records_held_max=3)
    alignment.add(P, records(P, 1, 2, 3))
    assert len(release(alignment, [])) == 0
    alignment.add(P, records(P, 4, start=3))
    assert len(release(alignment, [])) == 4
    assert alignment.misaligned == 4
    assert alignment.held(P) == 0


def test_a_record_without_timestamp_goes_at_once() -> None:
    """Comparing None with a number would stop the worker."""
    alignment = Alignment((P, F))
    alignment.add(P, records(P, None, -1))
    alignment.add(F, records(F, 5))
    assert [record.offset for record in release(alignment, [P, F])] == [0, 1, 0]


@st.composite
def deliveries(draw: st.DrawFn) -> list[tuple[str, list[int]]]:
    """Batches of the two topics in some order of delivery, with timestamps in any order."""
    batch = st.tuples(st.sampled_from([P, F]), st.lists(st.integers(0, 50), max_size=5))
    return draw(st.lists(batch, max_size=12))


@given(deliveries())
def test_never_reorders_a_topic_nor_loses_a_record(batches: list[tuple[str, list[int]]]) -> None:
    """A shard skips offsets below its position: reordered records would be lost."""
    alignment = Alignment((P, F), records_held_max=7)
    added: dict[str, list[Record]] = {P: [], F: []}
    released: list[Record] = []
    for topic, batch_times in batches:
        batch = records(topic, *batch_times, start=len(added[topic]))
        added[topic] += batch
        alignment.add(topic, batch)
        released += release(alignment, [])
    released += release(alignment, [P, F])
    for topic in (P, F):
        assert [record for record in released if record.topic == topic] == added[topic]


@given(st.lists(st.integers(0, 100)), st.lists(st.integers(0, 100)), st.integers(1, 5))
def test_result_does_not_depend_on_batches(first: list[int], second: list[int], size: int) -> None:
    """A replay after a crash would see another history than the first run."""
    predictions, feedback = records(P, *sorted(first)), records(F, *sorted(second))
    whole = Alignment((P, F))
    whole.add(P, predictions)
    whole.add(F, feedback)
    pieces = Alignment((P, F))
    released = []
    for start in range(0, max(len(predictions), len(feedback)), size):
        pieces.add(P, predictions[start : start + size])
        released += release(pieces, [])
        pieces.add(F, feedback[start : start + size])
        released += release(pieces, [])
    released += release(pieces, [P, F])
    assert released == list(release(whole, [P, F]))


def test_records_linger_before_they_go_ahead_of_a_silent_topic() -> None:
    """What was written to both topics together is not fetched together: labels would overtake predictions."""
    now = [0.0]
    alignment = Alignment((P, F), linger=Linger(9.0, 0.2), clock=lambda: now[0])
    alignment.add(P, records(P, 10, 30))
    assert len(release(alignment, [P, F])) == 0
    now[0] = 0.1
    alignment.add(F, records(F, 20))
    assert [record.timestamp for record in release(alignment, [P, F])] == [10, 20]
    now[0] = 0.2
    assert [record.timestamp for record in release(alignment, [P, F])] == [30]
    alignment.add(P, records(P, 40, start=2))
    assert len(release(alignment, [P, F])) == 0
    now[0] = 0.4
    assert [record.timestamp for record in release(alignment, [P, F])] == [40]


def test_fresh_records_linger_less_than_old_ones() -> None:
    """Live alarms would wait as long as a catch-up may take its time."""
    linger = Linger(fresh_s=0.1, old_s=0.5)
    now_ms = int(time() * 1000)
    assert linger.seconds_for(now_ms) == 0.1
    assert linger.seconds_for(now_ms - 60_000) == 0.5


def test_fresh_records_go_once_the_broker_says_that_the_silent_topic_has_nothing() -> None:
    """Every alarm of a model without feedback would wait the whole time for it, half of what it takes."""
    now, now_ms = [0.0], int(time() * 1000)
    alignment = Alignment((P, F, C), linger=Linger(9.0, 9.0, asked_s=0.2), clock=lambda: now[0])
    alignment.answered(C, 1.0)
    alignment.add(P, records(P, now_ms))
    assert len(release(alignment, [P, F, C])) == 0
    alignment.answered(F, 0.19)  # asked too early: what clients hold back may come yet
    assert len(release(alignment, [P, F, C])) == 0
    now[0] = 0.1
    alignment.add(P, records(P, now_ms, start=1))
    alignment.answered(F, 0.2)
    assert [record.offset for record in release(alignment, [P, F, C])] == [0]
    assert len(release(alignment, [P, C])) == 0  # an answer that there is something
    alignment.answered(F, 0.31)
    assert [record.offset for record in release(alignment, [P, F, C])] == [1]


def test_old_records_do_not_go_on_the_brokers_word() -> None:
    """In a playback, what is written a little later is minutes earlier."""
    now = [0.0]
    alignment = Alignment((P, F), linger=Linger(9.0, 0.5, asked_s=0.2), clock=lambda: now[0])
    alignment.add(P, records(P, 10))
    alignment.answered(F, 0.4)
    assert len(release(alignment, [P, F])) == 0
    now[0] = 0.5
    assert len(release(alignment, [P, F])) == 1


def test_a_silent_third_topic_holds_nobody_up_once_it_is_read() -> None:
    """Operators say nothing for weeks: predictions and labels would wait for them, or lose their order."""
    alignment = Alignment((P, F, C))
    alignment.add(P, records(P, 1, 3, 5))
    alignment.add(F, records(F, 2, 4))
    assert len(release(alignment, [P, F])) == 0
    released = release(alignment, [P, F, C])
    assert times(released) == [("p", 1), ("f", 2), ("p", 3), ("f", 4), ("p", 5)]
    alignment.add(P, records(P, 7, start=3))
    alignment.add(C, records(C, 6))
    assert times(release(alignment, [P, F, C])) == [("c", 6), ("p", 7)]


@given(st.lists(st.tuples(st.sampled_from([P, F, C]), st.integers(0, 30)), max_size=60))
def test_three_topics_come_out_in_the_order_of_their_times(written: list[tuple[str, int]]) -> None:
    """A verdict would count before the alert that it is about."""
    alignment = Alignment((P, F, C))
    for topic in (P, F, C):
        alignment.add(topic, records(topic, *sorted(time for name, time in written if name == topic)))
    released = [(record.timestamp, (P, F, C).index(record.topic)) for record in release(alignment, [P, F, C])]
    assert released == sorted(released)
    assert len(released) == len(written)


class OneByOne:
    """What alignment does, record by record."""

    def __init__(self, linger_s: float) -> None:
        self.held: dict[str, list[tuple[float, Record]]] = {topic: [] for topic in (P, F, C)}
        self.linger_s = linger_s

    def release(self, caught_up: set[str], now: float) -> list[Record]:
        """Take the earliest head again and again, as long as it may go."""
        released: list[Record] = []
        while heads := [
            (-1 if each[0][1].timestamp is None else each[0][1].timestamp, place, topic)
            for place, (topic, each) in enumerate(self.held.items())
            if each
        ]:
            silent = {topic for topic, each in self.held.items() if not each}
            _, _, topic = min(heads)
            ready_at, record = self.held[topic][0]
            if not silent <= caught_up or (silent and now < ready_at):
                break
            released.append(record)
            self.held[topic].pop(0)
        return released


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[str, list[int | None], float, list[str]]]:
    """What comes of which topic, how much time passes, and which topics are caught up when it is released."""
    step = st.tuples(
        st.sampled_from([P, F, C]),
        st.lists(st.one_of(st.none(), st.integers(0, 12)), max_size=6),
        st.sampled_from([0.0, 0.1, 0.3]),
        st.lists(st.sampled_from([P, F, C]), unique=True),
    )
    return draw(st.lists(step, max_size=15))


@given(steps(), st.sampled_from([0.0, 0.2]))
def test_columns_come_out_as_records_would_one_by_one(
    drawn: list[tuple[str, list[int | None], float, list[str]]], linger_s: float
) -> None:
    """A label would be absorbed before its prediction, depending on what was fetched together."""
    now = [0.0]
    alignment = Alignment((P, F, C), linger=Linger(linger_s, linger_s), clock=lambda: now[0])
    reference, offset = OneByOne(linger_s), 0
    for topic, stamps, passed_s, caught_up in drawn:
        batch = records(topic, *stamps, start=offset)
        offset += len(stamps)
        alignment.add(topic, batch)
        reference.held[topic] += [(now[0] + linger_s, record) for record in batch]
        now[0] += passed_s
        expected = reference.release(set(caught_up), now[0])
        assert list(release(alignment, caught_up)) == expected
        assert [alignment.held(name) for name in (P, F, C)] == [len(each) for each in reference.held.values()]
