from math import inf, isnan
from typing import Any

import numpy as np
import pytest

from driftline.stream_app.config import SignalPlan
from driftline.stream_app.monitoring.rows.columns import ColumnType, Section


def section(name: str = "features", **plans: SignalPlan) -> Section:
    return Section(name, plans, categories=3)


def cells(section: Section, *rows: dict[str, Any]) -> list[list[float]]:
    """Discover from the first row, fill all of them."""
    section.discover(rows[0], next_cell=0, room=100)
    matrix = np.full((len(rows), 10), 99.0)
    section.fill(rows, matrix)
    width = sum(column.cells for column in section.columns.values())
    listed: list[list[float]] = matrix[:, :width].tolist()
    return listed


def test_numbers_are_cells() -> None:
    """The values themselves are what is watched."""
    assert cells(section(), {"a": 1.5, "b": -2.0}, {"a": 3.0, "b": 4.0}) == [[1.5, -2.0], [3.0, 4.0]]


@pytest.mark.parametrize("missing", [{"a": None}, {}])
def test_a_null_or_absent_feature_is_missing(missing: dict[str, Any]) -> None:
    """A missing value read as a number would poison the statistics."""
    assert isnan(cells(section(), {"a": 1.0}, missing)[1][0])


def test_a_value_of_another_type_is_marked() -> None:
    """A string "1.5" would pass as a number, and a type change would go unseen."""
    read = cells(section(), {"a": 1.0}, {"a": "1.5"}, {"a": True}, {"a": [1.0]})
    assert [row[0] for row in read[1:]] == [-inf, -inf, -inf]


def test_an_output_may_be_null_absent_or_empty() -> None:
    """Null results would be mixed up with missing outputs."""
    outputs = section("outputs")
    read = cells(outputs, {"a": 1.0, "b": "x"}, {"a": None, "b": None}, {}, {"a": "", "b": ""})
    assert read[1] == [inf, inf]
    assert all(map(isnan, read[2]))
    assert read[3] == [inf, inf]


def test_categories_get_codes_up_to_the_limit() -> None:
    """Free text in a feature would fill the memory."""
    rows = [{"a": text} for text in ("x", "y", "x", "z", "w", "")]
    assert [row[0] for row in cells(section(), *rows)] == [1.0, 2.0, 1.0, 3.0, 0.0, 0.0]


def test_booleans_are_zero_and_one() -> None:
    """A boolean watched as a category would have two signals for one fact."""
    features = section()
    assert cells(features, {"a": True}, {"a": False}) == [[1.0], [0.0]]
    assert features.columns["a"].type is ColumnType.BOOLEAN


def test_declared_booleans_may_be_numbers() -> None:
    """Flags are sent as 0 and 1 as often as false and true: each would be a value of a wrong type.

    Text that says yes or no is read too: what is declared is what was meant.
    """
    features = section(a=SignalPlan(type="boolean"))
    rows = [{"a": value} for value in (1.0, 0.0, True, False, 0.5, "1", None)] + [{}]
    read = [row[0] for row in cells(features, *rows)]
    assert read[:6] == [1.0, 0.0, 1.0, 0.0, -inf, 1.0]
    assert isnan(read[6]) and isnan(read[7])
    words = ["True", "f", " YES ", "no", "on", "0.0", "maybe", "2"]
    read = [row[0] for row in cells(features, *[{"a": word} for word in words])]
    assert read == [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, -inf, -inf]


def test_declared_numbers_may_be_text() -> None:
    """What comes from CSV is text: a column of numbers would be one of a hundred categories."""
    features = section(a=SignalPlan(type="numeric", min=0))
    rows = [{"a": value} for value in ("3.5", " 1e3", 2.0, "n/a", True, [1.0], "1_0", "", "nan", "inf")]
    read = [row[0] for row in cells(features, *rows)]
    assert read[:7] == [3.5, 1000.0, 2.0, -inf, -inf, -inf, -inf]
    assert all(map(isnan, read[7:]))


def test_declared_categories_may_be_numbers_and_booleans() -> None:
    """Shop 1234567 and shop 1234568 are two, and 3.0 is shop 3."""
    shops = Section("features", {"a": SignalPlan(type="categorical")}, categories=10)
    values = (1234567.0, 1234568.0, "1234567", 3.0, "3", True, "true", 0.1, [1.0])
    assert [row[0] for row in cells(shops, *[{"a": value} for value in values])] == [
        *(1.0, 2.0, 1.0, 3.0, 3.0, 4.0, 4.0, 5.0, -inf)
    ]


def test_a_number_in_a_column_of_booleans_is_of_a_wrong_type() -> None:
    """Nobody would hear of a sender that no longer sends what it sent."""
    assert cells(section(), {"a": True}, {"a": 1.0}) == [[1.0], [-inf]]


def test_lists_are_length_and_norm() -> None:
    """An embedding would not be watched at all. Behind them stand projections and an index."""
    read = cells(section(), {"a": [3.0, 4.0]}, {"a": None}, {"a": 1.0}, {})
    assert read[0][:2] == [2.0, 5.0]
    assert len(read[0]) == 7
    assert all(map(isnan, read[1]))
    assert read[2] == [-inf] * 7
    assert all(map(isnan, read[3]))


def test_a_list_takes_the_room_of_two() -> None:
    """It has ten signals where others have five: the stream would have more than its limit."""
    assert [column.name for column in section().discover({"a": [1.0], "b": 1.0}, 0, room=2)[0]] == ["a"]
    assert section().discover({"a": [1.0], "b": 1.0}, 0, room=1)[1] == ["a"]


def test_a_name_is_typed_by_its_first_value() -> None:
    """A feature that starts as null would never be watched."""
    features = section()
    features.discover({"a": None}, 0, 100)
    assert not features.columns
    assert features.first_misfit([{"a": None}, {"a": 2.0}], 0) == 1
    features.discover({"a": 2.0}, 0, 100)
    assert features.columns["a"].type is ColumnType.NUMERIC
    assert features.first_misfit([{"a": None}, {"a": 2.0}, {"b": 1.0}], 0) == 2


def test_the_plan_retypes_and_ignores() -> None:
    """A zip code would be watched as a quantity, and an id as a category."""
    features = section(zip=SignalPlan(type="categorical"), debug=SignalPlan(ignore=True))
    assert cells(features, {"zip": 8001.0, "debug": 1.0}, {"zip": 8002.0}, {"zip": 8001.0}) == [
        [1.0],
        [2.0],
        [1.0],
    ]
    assert features.first_misfit([{"zip": 1.0, "debug": 2.0}], 0) == 1


def test_beyond_the_room_names_are_refused_once() -> None:
    """A producer with endless feature names would take all memory."""
    features = section()
    found, refused = features.discover({"a": 1.0, "b": 1.0}, 0, room=1)
    assert [column.name for column in found] == ["a"]
    assert refused == ["b"]
    assert features.discover({"a": 1.0, "b": 1.0}, 1, room=0) == ([], [])


def test_an_overlong_name_is_refused() -> None:
    """Names become keys and labels."""
    assert section().discover({"a" * 257: 1.0}, 0, 10)[1] == ["a" * 257]


def test_a_single_column_fills_like_many() -> None:
    """itemgetter returns a bare value for one name."""
    assert cells(section(), {"a": 1.0}, {"a": None}, {"a": 2.0})[2] == [2.0]
