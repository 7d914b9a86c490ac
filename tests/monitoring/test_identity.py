from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.monitoring.identity import RecentIds, id_hash


def test_a_repeated_id_is_known() -> None:
    """A producer's retry would count a prediction twice."""
    recent = RecentIds(limit=10)
    assert recent.add(id_hash("p-1"))
    assert not recent.add(id_hash("p-1"))


def test_memory_is_bounded_and_the_latest_are_known() -> None:
    """Ids of a busy model would fill the memory, or recent ones be forgotten."""
    recent = RecentIds(limit=10)
    for number in range(1000):
        recent.add(number)
    assert len(recent) <= 20
    assert not any(recent.add(number) for number in range(990, 1000))


@given(st.lists(st.integers(0, 60)), st.lists(st.lists(st.integers(0, 60))), st.lists(st.integers(0, 60)))
def test_a_restored_memory_decides_the_same(
    first: list[int], blocks: list[list[int]], after: list[int]
) -> None:
    """After a crash a repeated prediction would count again."""
    recent = RecentIds(limit=7)
    for key in first:
        recent.add(key)
    snapshot, changes = recent.snapshot(), []
    for block in blocks:
        for key in block:
            recent.add(key)
        changes.append(recent.changes())
    restored = RecentIds(limit=7)
    restored.restore(snapshot, changes)
    assert [restored.add(key) for key in after] == [recent.add(key) for key in after]


def test_the_hash_is_the_same_everywhere() -> None:
    """Python's own hash differs between processes: a restored worker would know no id."""
    assert id_hash("") == 3244421341483603138


@given(st.lists(st.integers(0, 40)), st.lists(st.integers(0, 40)))
def test_adding_many_is_adding_each(before: list[int], keys: list[int]) -> None:
    """Deduplication would depend on how events were batched."""
    one_by_one, together = RecentIds(limit=25), RecentIds(limit=25)
    for key in before:
        one_by_one.add(key)
        together.add(key)
    new = [one_by_one.add(key) for key in keys]
    if together.add_all(keys):
        assert all(new)
    else:
        assert [together.add(key) for key in keys] == new
    assert together.snapshot() == one_by_one.snapshot()
