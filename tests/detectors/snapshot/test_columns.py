"""Records that another release wrote: what it is called decides, not where it lies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.detectors.snapshot.columns import SnapshotError, described, layout_of, packed, unpacked
from driftline.detectors.snapshot.layout_8 import SEASON_8, SHAPE_8, SIGNAL_8
from driftline.detectors.snapshot.snapshot import unpack_records
from driftline.detectors.state.fields import SEASON, SIGNAL, SIGNAL_FIELDS, shape_dtype

TYPES = ("i1", "u2", "f4", "i8", "f8")
COLUMNS = st.dictionaries(
    st.sampled_from([*"abcdefgh"]),
    st.tuples(st.sampled_from(TYPES), st.sampled_from([(), (3,), (2, 4)])),
    min_size=1,
)


@given(old=COLUMNS, new=COLUMNS, rows=st.integers(0, 5))
def test_any_layout_is_read_by_any_other(
    old: dict[str, tuple[str, tuple[int, ...]]], new: dict[str, tuple[str, tuple[int, ...]]], rows: int
) -> None:
    """A release with more, fewer or other columns would forget all state, or read one as another."""
    before = np.zeros(rows, [(name, *column) for name, column in old.items()])
    for number, name in enumerate(old):
        before[name] = number + 1
    target = np.dtype([(name, *column) for name, column in new.items()])
    same = {name for name in new if name in old and len(old[name][1]) == len(new[name][1])}
    after = unpacked(packed(before), target, "records", defaults=dict.fromkeys(new, 9.0))
    for name in new:
        both = tuple(map(min, before[name].shape, after[name].shape)) if name in same else ()
        part = after[name][tuple(slice(side) for side in both)] if name in same else after[name]
        expected = list(old).index(name) + 1 if name in same else 9
        assert (part == expected).all()


@pytest.mark.parametrize("dtype", [SIGNAL, SEASON, shape_dtype(100), shape_dtype(1000)])
def test_a_description_says_all_of_a_layout(dtype: np.dtype[np.void]) -> None:
    """Bytes would be read at other places than they were written to."""
    assert layout_of(described(dtype)) == dtype


def test_a_column_is_found_by_its_former_name() -> None:
    """Whoever gives a field a better name would lose what it held."""
    before = np.array([(5,)], [("told", "i8")])
    after = unpacked(packed(before), np.dtype([("ph_told", "i8")]), "signals", formerly={"ph_told": "told"})
    assert after["ph_told"][0] == 5


def test_a_sample_of_a_first_day_is_no_cycle() -> None:
    """Earlier layouts had one where mean and knots are now: read as such it would be a cycle of noise."""
    signals = np.zeros(2, [("season", "i8"), ("sampled_from_ms", "i8")])
    signals["season"], signals["sampled_from_ms"] = (1, 2), (0, 1)
    seasons = np.zeros(2, layout_of(SEASON_8))
    seasons["mean"][0], seasons["weight"], seasons["sample"][1] = 0.5, 3, np.nan
    shape = shape_dtype(100)
    tables = {"signals": signals, "shapes": np.zeros(0, shape), "seasons": seasons}
    found = unpack_records({name: packed(table) for name, table in tables.items()}, shape)
    assert [set(part.tolist()) for part in found.seasons["mean"]] == [{0.5}, {0.0}]
    assert [set(part.tolist()) for part in found.seasons["weight"]] == [{3}, {0}]
    assert not found.cycles["knots"].any()


@pytest.mark.parametrize("text", ["a", "a:zz", "a:f8:2xq", "a:f8@x"])
def test_a_text_that_describes_nothing_is_refused(text: str) -> None:
    """A damaged record would end the worker with an error of numpy."""
    with pytest.raises(SnapshotError, match="describes no layout"):
        layout_of(text)


def test_version_8_is_described_as_it_was() -> None:
    """State of the release before named columns would be read at wrong places: sizes are those it had."""
    sizes = [layout_of(text).itemsize for text in (SIGNAL_8, SHAPE_8.format(129, 130), SEASON_8)]
    assert sizes == [2120, 2970, 3360]


def test_names_are_used_once() -> None:
    """A field whose old name is another one's name today would be given that one's value."""
    names = [field.name for field in SIGNAL_FIELDS]
    former = [field.formerly for field in SIGNAL_FIELDS if field.formerly]
    assert len({*names, *former}) == len(names) + len(former)
