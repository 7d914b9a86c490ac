"""A batch of events → one float64 matrix: rows = events, columns = the values of one section.

A section is one of the dictionaries of a prediction (its features, its outputs, its serving values). Names
are discovered from the events; the first value that is not null decides what a name's values are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from math import sqrt
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.schemas import LONGEST_NAME
from driftline.stream_app.config import SignalPlan
from driftline.stream_app.monitoring.categories import MISSING_CELL, NULL_CELL, WRONG_TYPE_CELL, CategoryCodes

Values = Mapping[str, Any]
Matrix = NDArray[np.float64]
ABSENT = object()


class ColumnType(StrEnum):
    """What the values of a column are."""

    NUMERIC = "numeric"
    BOOLEAN = "boolean"
    FLAG = "flag"
    """Boolean because the configuration says so: 0 and 1 are as good as false and true."""
    CATEGORICAL = "categorical"
    LIST = "list"


TYPE_OF_VALUE: dict[type, ColumnType] = {
    float: ColumnType.NUMERIC,
    bool: ColumnType.BOOLEAN,
    str: ColumnType.CATEGORICAL,
    list: ColumnType.LIST,
}
PLAIN_TYPES: dict[ColumnType, set[type]] = {
    ColumnType.NUMERIC: {float, type(None)},
    ColumnType.BOOLEAN: {bool, type(None)},
    ColumnType.FLAG: {bool, float, type(None)},
}


@dataclass(frozen=True)
class Column:
    """One name of a section: its type and its first cell in the matrix (a list has two: length, norm)."""

    name: str
    type: ColumnType
    cell: int

    @property
    def cells(self) -> int:
        return 2 if self.type is ColumnType.LIST else 1


class Section:
    """The columns of one dictionary of the events of a stream."""

    def __init__(self, name: str, plans: Mapping[str, SignalPlan], categories: int) -> None:
        self.name = name
        self.plans = plans
        self.categories = categories
        self.columns: list[Column] = []
        self.codes: dict[str, CategoryCodes] = {}
        self.known: set[str] = set()
        self.untyped: set[str] = set()
        # The null cell of an output is a result in its own right; a feature's null is a missing value.
        self.null_cell = NULL_CELL if name == "outputs" else MISSING_CELL
        self._groups: dict[ColumnType, list[Column]] = {}

    def first_misfit(self, rows: Sequence[Values], start: int) -> int:
        """The first row from ``start`` on with a new name or a name's first value; else the row count."""
        if not self.untyped and all(map(self.known.issuperset, islice(rows, start, None))):
            return len(rows)
        return next((place for place in range(start, len(rows)) if not self._fits(rows[place])), len(rows))

    def _fits(self, values: Values) -> bool:
        if not self.known.issuperset(values):
            return False
        return not self.untyped or all(self._type_of(name, values.get(name)) is None for name in self.untyped)

    def discover(self, values: Values, next_cell: int, room: int) -> tuple[list[Column], list[str]]:
        """Give new names a column each, in the order of the event.

        Returns the new columns (their cells start at ``next_cell``) and the names refused because ``room``
        columns are used up.
        """
        found: list[Column] = []
        refused: list[str] = []
        for name, value in values.items():
            if name in self.known and name not in self.untyped:
                continue
            self.known.add(name)
            column_type = self._type_of(name, value)
            if self.plan(name).ignore:
                continue
            if column_type is None:
                self.untyped.add(name)
                continue
            self.untyped.discard(name)
            if len(found) >= room or len(name) > LONGEST_NAME:
                refused.append(name)
                continue
            column = Column(name, column_type, next_cell)
            next_cell += column.cells
            self.adopt(column)
            found.append(column)
        return found, refused

    def adopt(self, column: Column, texts: Sequence[str] = ()) -> None:
        """Add a column, with the category texts it knows already."""
        self.known.add(column.name)
        self.columns.append(column)
        self._groups.setdefault(column.type, []).append(column)
        if column.type is ColumnType.CATEGORICAL:
            numbers = self.plan(column.name).type == ColumnType.CATEGORICAL.value
            codes = CategoryCodes(self.categories, null_cell=self.null_cell, accepts_numbers=numbers)
            self.codes[column.name] = codes
            for text in texts:
                codes.learn(text)

    def fill(self, rows: Sequence[Values], matrix: Matrix) -> None:
        """Write the cells of all rows; ``matrix`` has a row per event and room for every column."""
        for column_type, columns in self._groups.items():
            names = [column.name for column in columns]
            cells = [column.cell for column in columns]
            if column_type is ColumnType.CATEGORICAL:
                for column in columns:
                    matrix[:, column.cell] = self._category_cells(column.name, rows)
            elif column_type is ColumnType.LIST:
                for column in columns:
                    lists = [list_cells(row.get(column.name, ABSENT), self.null_cell) for row in rows]
                    matrix[:, column.cell : column.cell + 2] = lists
            else:
                matrix[:, cells] = self._number_cells(column_type, names, rows)

    def _number_cells(self, column_type: ColumnType, names: list[str], rows: Sequence[Values]) -> Matrix:
        flat = list(chain.from_iterable(pick(names, rows)))
        types = set(map(type, flat))
        if len(types) == 1 and types < PLAIN_TYPES[column_type]:
            cells = np.fromiter(flat, np.float64, len(flat))  # twice as fast, but knows no None
        else:
            if not types <= PLAIN_TYPES[column_type] or self.null_cell == NULL_CELL:
                flat = [number_cell(value, column_type, self.null_cell) for value in flat]
            cells = np.array(flat, np.float64)
        if column_type is ColumnType.FLAG:
            cells = flag_cells(cells)
        return cells.reshape(len(rows), len(names))

    def _category_cells(self, name: str, rows: Sequence[Values]) -> list[float]:
        code = self.codes[name].__getitem__
        try:
            return [code(row[name]) for row in rows]
        except (KeyError, TypeError):
            # Some row lacks the name, or holds a list: cell by cell.
            return [category_cell(row.get(name, ABSENT), code) for row in rows]

    def plan(self, name: str) -> SignalPlan:
        """What the configuration says of a name; the defaults when it says nothing."""
        return self.plans.get(name, DEFAULT_PLAN)

    def gives_type(self, name: str, value: Any) -> bool:
        """Whether a value says what the values of a name are; ``ABSENT`` does not."""
        return value is not ABSENT and self._type_of(name, value) is not None

    def _type_of(self, name: str, value: Any) -> ColumnType | None:
        plan = self.plan(name)
        if plan.type is not None:
            return ColumnType.FLAG if plan.type == "boolean" else ColumnType(plan.type)
        return TYPE_OF_VALUE.get(type(value)) if value != "" or self.name != "outputs" else None


DEFAULT_PLAN = SignalPlan()


def pick(names: Sequence[str], rows: Sequence[Values]) -> list[tuple[Any, ...]]:
    """The named values of every row; a name that a row lacks is ``ABSENT``."""
    getter: Callable[[Any], Any] = itemgetter(*names)
    try:
        return [getter(row) for row in rows] if len(names) > 1 else [(getter(row),) for row in rows]
    except KeyError:
        return [tuple(row.get(name, ABSENT) for name in names) for row in rows]


def number_cell(value: Any, column_type: ColumnType, null_cell: float) -> float:
    """One value of a numeric or boolean column as a cell."""
    if value is ABSENT:
        return MISSING_CELL
    if value is None or (value == "" and null_cell == NULL_CELL):
        return null_cell
    return float(value) if type(value) in PLAIN_TYPES[column_type] else WRONG_TYPE_CELL


def flag_cells(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cells of flags, in which any number but 0 and 1 is of a wrong type."""
    return np.where(np.isfinite(cells) & (cells != 0.0) & (cells != 1.0), WRONG_TYPE_CELL, cells)


def category_cell(value: Any, code: Callable[[object], float]) -> float:
    """One value of a categorical column as a cell."""
    if value is ABSENT:
        return MISSING_CELL
    return WRONG_TYPE_CELL if isinstance(value, list) else code(value)


def list_cells(value: Any, null_cell: float) -> tuple[float, float]:
    """Length and Euclidean norm of a list of numbers."""
    if type(value) is list:
        return float(len(value)), sqrt(sum(number * number for number in value))
    cell = number_cell(value, ColumnType.NUMERIC, null_cell)
    return (WRONG_TYPE_CELL, WRONG_TYPE_CELL) if type(value) is float else (cell, cell)
