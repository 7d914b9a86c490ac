"""What is committed of a partition is exactly what is done."""

from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.bridges.window import FORMAT, SPAN_MAX, Window, committed

OFFSETS = st.sets(st.integers(0, 300), min_size=1)


@given(OFFSETS, st.data())
def test_a_commit_says_what_is_done_and_nothing_else(offsets: set[int], data: st.DataObject) -> None:
    """What is done would come again after a crash, or what is not would be lost."""
    window = Window(0)
    for offset in sorted(offsets):
        window.take(offset)
    done = data.draw(st.sets(st.sampled_from(sorted(offsets))))
    for offset in data.draw(st.permutations(sorted(done))):
        window.finish(offset)
    known = committed(window.position, window.metadata())
    assert {offset for offset in offsets if known.has(offset)} == done
    assert not known.has(max(offsets) + 1)
    assert window.position == min(offsets - done, default=max(offsets) + 1)


@given(st.text())
def test_metadata_that_nobody_can_read_says_nothing(metadata: str) -> None:
    """Whatever somebody else commits for the group, the bridge must start, and deliver what may be open."""
    for text in (metadata, FORMAT + metadata):
        assert committed(7, text).position == 7
    assert committed(7, metadata).done == frozenset()


def test_a_full_window_fits_into_the_metadata_that_brokers_keep() -> None:
    """A commit that is too large is refused, and with it every later one."""
    window = Window(5)
    for offset in range(5, 5 + SPAN_MAX):
        assert not window.is_full
        window.take(offset)
        if offset > 5:
            window.finish(offset)
    assert window.is_full
    assert len(window.metadata()) <= 4096
    window.finish(5)
    assert (window.position, window.metadata(), window.is_full) == (5 + SPAN_MAX, "", False)
