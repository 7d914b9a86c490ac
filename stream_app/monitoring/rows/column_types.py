"""What the values of a column are, and who decides it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from driftline.stream_app.config import SignalPlan

# The index of the largest number of a longer list would be a category of its own for nearly every event.
LONGEST_INDEXED = 64


class ColumnType(StrEnum):
    """What the values of a column are."""

    NUMERIC = "numeric"
    FIGURE = "figure"
    """Numeric because the configuration says so: "3.5" is as good as 3.5."""
    BOOLEAN = "boolean"
    FLAG = "flag"
    """Boolean because the configuration says so: 0 and 1, "yes" and "no" are as good as true and false."""
    CATEGORICAL = "categorical"
    LIST = "list"
    LONG_LIST = "long_list"
    """A list of more than 64 numbers, of which no index is watched."""


SEEN_TYPES = (
    ColumnType.NUMERIC,
    ColumnType.BOOLEAN,
    ColumnType.CATEGORICAL,
    ColumnType.LIST,
    ColumnType.LONG_LIST,
)
"""Types that values show."""
DECLARED_TYPES = {
    "numeric": ColumnType.FIGURE,
    "boolean": ColumnType.FLAG,
    "categorical": ColumnType.CATEGORICAL,
}
"""By what a plan may say."""
LISTS = (ColumnType.LIST, ColumnType.LONG_LIST)
WORDS = {
    ColumnType.NUMERIC: "numbers",
    ColumnType.FIGURE: "numbers",
    ColumnType.BOOLEAN: "booleans",
    ColumnType.FLAG: "booleans",
    ColumnType.CATEGORICAL: "text",
    ColumnType.LIST: f"lists of at most {LONGEST_INDEXED} numbers",
    ColumnType.LONG_LIST: f"lists of more than {LONGEST_INDEXED} numbers",
}
_TYPE_OF_VALUE: Mapping[type, ColumnType] = {
    float: ColumnType.NUMERIC,
    bool: ColumnType.BOOLEAN,
    str: ColumnType.CATEGORICAL,
}


def type_of_value(value: Any) -> ColumnType | None:
    """What a value shows its column to be; None for nulls and for what is no value."""
    if type(value) is list:
        return ColumnType.LIST if len(value) <= LONGEST_INDEXED else ColumnType.LONG_LIST
    return _TYPE_OF_VALUE.get(type(value))


def declared_type(plan: SignalPlan) -> ColumnType | None:
    """What the configuration says; None when that is left to the values."""
    return None if plan.type is None else DECLARED_TYPES[plan.type]
