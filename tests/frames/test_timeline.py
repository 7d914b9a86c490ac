"""Labels come when they were known, and predictions stay in their order."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.frames import timeline
from driftline.stream_app.frames.rows import Written
from driftline.stream_app.frames.timeline import Backwards, in_time

ROWS = st.lists(st.tuples(st.integers(0, 20) | st.none(), st.none() | st.integers(0, 40)), max_size=12)


def written(rows: list[tuple[int | None, int | None]]) -> list[Written]:
    """Rows by the time of their prediction and of their label."""
    return [
        Written(b"p%d" % number, time_ms, None if due_ms is None else b"l%d" % number, due_ms)
        for number, (time_ms, due_ms) in enumerate(rows)
    ]


@given(ROWS)
def test_nothing_is_lost_and_no_label_is_known_before_its_time(
    rows: list[tuple[int | None, int | None]],
) -> None:
    """A label from the future would show errors before anybody could know them."""
    order = list(in_time(written(rows), Backwards()))
    assert [text for text in order if text.startswith(b"p")] == [b"p%d" % n for n in range(len(rows))]
    assert len(order) == len(rows) + sum(due_ms is not None for _, due_ms in rows)
    clock_ms = list(accumulate((time_ms or 0 for time_ms, _ in rows), max))
    for number, (_, due_ms) in enumerate(rows):
        if due_ms is None:
            continue
        place = order.index(b"l%d" % number)
        before = [text for text in order[:place] if text.startswith(b"p")]
        later = (n for n in range(number + 1, len(rows)) if clock_ms[n] > due_ms)
        expected = number + 1 if clock_ms[number] >= due_ms else next(later, len(rows))
        assert len(before) == expected


def test_a_label_comes_right_behind_the_last_prediction_of_its_time() -> None:
    """The order decides what a model's clock shows when a label arrives."""
    rows = written([(0, 20), (10, 0), (20, None), (30, 99)])
    assert list(in_time(rows, Backwards())) == [b"p0", b"p1", b"l1", b"p2", b"l0", b"p3", b"l3"]


def test_rows_that_go_back_are_counted() -> None:
    """Whoever replays a file that is sorted by something else wants to know it."""
    backwards = Backwards()
    list(in_time(written([(10, None), (3, None), (9, None), (11, None)]), backwards))
    assert (backwards.rows, backwards.most_ms) == (2, 7)


def test_the_labels_that_wait_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels of next year would fill the memory."""
    monkeypatch.setattr(timeline, "WAITING_MAX", 2)
    order = list(in_time(written([(n, 100 - n) for n in range(4)]), Backwards()))
    assert order == [b"p0", b"p1", b"p2", b"l2", b"p3", b"l3", b"l1", b"l0"]
