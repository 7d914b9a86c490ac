import itertools
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.monitoring.rows.runs import Places
from driftline.stream_app.monitoring.stream_key import Origin, StreamKey
from driftline.stream_app.monitoring.streams.segments import Segments

NAMES = ("country", "device")
Row = tuple[str, str]
ROWS = st.lists(
    st.tuples(st.sampled_from("ABCDEFGHIJKLMNOPQRST"), st.sampled_from(["", "x", "y"])), max_size=60
)


class Rows:
    """Predictions that have nothing but two values; an empty one is none."""

    stream = StreamKey("1", "live")

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def values_of(self, name: str) -> dict[str, Places]:
        found: dict[str, list[int]] = {}
        for place, row in enumerate(self._rows):
            if value := row[NAMES.index(name)]:
                found.setdefault(value, []).append(place)
        return {value: np.array(places, np.int64) for value, places in found.items()}


def origins_of(segments: Segments, rows: Sequence[Row]) -> list[Origin]:
    """Of each row, from one split."""
    split = segments.split(Rows(rows))
    for segment, places in split.parts.items():
        assert all(segment in split.origins[split.of[place]].segments for place in places)
    return [split.origins[origin] for origin in split.of]


@given(ROWS, st.lists(st.integers(0, 60), max_size=6))
def test_batches_change_nothing(rows: list[Row], cuts: list[int]) -> None:
    """Which values have places would depend on fetch sizes, and so would the alerts."""
    whole, parts = Segments(NAMES, 2), Segments(NAMES, 2)
    expected = origins_of(whole, rows) if rows else []
    bounds = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    found = [
        origin
        for begin, end in itertools.pairwise(bounds)
        if end > begin
        for origin in origins_of(parts, rows[begin:end])
    ]
    assert found == expected
    assert parts.snapshot() == whole.snapshot()


def test_the_first_come_first_and_the_frequent_take_their_places() -> None:
    """Twenty test shops that came on the first day would hold all places for ever."""
    segments = Segments(("country",), 1)
    assert origins_of(segments, [("A", ""), ("B", "")])[1].segments == ("country=other",)
    origins_of(segments, [("B", "")] * 1500)
    assert segments.replaced() == ["country=A"]
    assert origins_of(segments, [("A", ""), ("B", "")])[1].segments == ("country=B",)
    assert segments.replaced() == []


def test_a_value_that_is_called_as_the_rest() -> None:
    """A country called "other" would be mixed with all that have no place."""
    segments = Segments(("country",), 1)
    assert origins_of(segments, [("other", "")])[0].segments == ("country='other'",)


@given(ROWS)
def test_memory_is_bounded(rows: list[Row]) -> None:
    """A name of which every value is new would fill the worker."""
    segments = Segments(("country",), 1)
    for row in rows:
        segments.split(Rows([row]))
    kept = segments.snapshot()
    assert len(kept["watched"]["country"]) <= 1
    assert len(kept["waiting"]["country"]) <= 8
