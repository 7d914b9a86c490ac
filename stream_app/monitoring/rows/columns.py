"""A batch of events → one float64 matrix: rows = events, columns = the values of one section.

A section is one of the dictionaries of a prediction (its features, its outputs, its serving values). Names
are discovered from the events. What a name's values are says its first one that is not null, until most of
them turn out to be something else (`votes.py`).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.schemas import LONGEST_NAME
from driftline.stream_app.config import SignalPlan
from driftline.stream_app.monitoring.rows.categories import MISSING_CELL, NULL_CELL, CategoryCodes
from driftline.stream_app.monitoring.rows.cells import (
    ABSENT,
    PLAIN_TYPES,
    category_cell,
    flag_cells,
    number_cell,
)
from driftline.stream_app.monitoring.rows.column_types import LISTS, ColumnType, declared_type, type_of_value
from driftline.stream_app.monitoring.rows.lists import Cells, cells_of_lists
from driftline.stream_app.monitoring.signals.naming import LIST_PARTS

Values = Mapping[str, Any]
Matrix = NDArray[np.float64]
# A list has twice as many signals as any other column, so it takes the room of two.
ROOM_OF_LIST = 2
Votes = Counter[str]
"""How many values of a column were of which type; ``""`` for those that no column can hold."""


@dataclass(frozen=True)
class Column:
    """One name of a section: its type and its first cell in the matrix (a list has one for each part)."""

    name: str
    type: ColumnType
    cell: int

    @property
    def cells(self) -> int:
        """How many it has, side by side."""
        return len(LIST_PARTS) + (self.type is ColumnType.LIST) if self.type in LISTS else 1


class Section:
    """The columns of one dictionary of the events of a stream."""

    def __init__(self, name: str, plans: Mapping[str, SignalPlan], categories: int) -> None:
        self.name = name
        self.plans = plans
        self.categories = categories
        self.columns: dict[str, Column] = {}
        self.codes: dict[str, CategoryCodes] = {}
        self.known: set[str] = set()
        self.untyped: set[str] = set()
        # Of the columns that are not armed yet: what their values were.
        self.votes: dict[str, Votes] = {}
        # Those of which there may be something to say, and how many misfits were told already.
        self.doubtful: dict[str, int] = {}
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
            needed = ROOM_OF_LIST if column_type in LISTS else 1
            if needed > room or len(name) > LONGEST_NAME:
                refused.append(name)
                continue
            room -= needed
            column = Column(name, column_type, next_cell)
            next_cell += column.cells
            self.adopt(column)
            found.append(column)
        return found, refused

    def adopt(self, column: Column, texts: Sequence[str] = ()) -> None:
        """Add a column, or put it in the place of the one of this name, with the texts it knows already."""
        self.known.add(column.name)
        self.columns[column.name] = column
        self.votes.setdefault(column.name, Counter())
        self._groups = {}
        for each in self.columns.values():
            self._groups.setdefault(each.type, []).append(each)
        self.codes.pop(column.name, None)
        if column.type in (ColumnType.CATEGORICAL, ColumnType.LIST):
            numbers = declared_type(self.plan(column.name)) is not None
            codes = CategoryCodes(self.categories, null_cell=self.null_cell, accepts_numbers=numbers)
            self.codes[column.name] = codes
            for text in texts:
                codes.learn(text)

    def learn_texts(self, name: str, other: "Section") -> bool:
        """Know what another version's section has met of a column of categories, under the same codes.

        False, and nothing is learned, where the two have given one code to different texts.
        """
        mine, theirs = self.codes[name], other.codes.get(name)
        if theirs is None:
            return False
        known = len(mine.texts)
        if mine.texts[: len(theirs.texts)] != theirs.texts[:known]:
            return False
        for text in theirs.texts[known:]:
            mine.learn(text)
        return True

    def fill(self, rows: Sequence[Values], matrix: Matrix) -> None:
        """Write the cells of all rows; ``matrix`` has a row per event and room for every column."""
        for column_type, columns in self._groups.items():
            names = [column.name for column in columns]
            cells = [column.cell for column in columns]
            if column_type is ColumnType.CATEGORICAL:
                for column in columns:
                    matrix[:, column.cell] = self._category_cells(column.name, rows)
            elif column_type in LISTS:
                for column in columns:
                    values = [row.get(column.name, ABSENT) for row in rows]
                    matrix[:, column.cell : column.cell + column.cells] = self.list_cells(column, values)
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

    def list_cells(self, column: Column, values: Sequence[Any]) -> Cells:
        """The cells [values, parts] of a column of lists."""
        other = partial(number_cell, column_type=ColumnType.NUMERIC, null_cell=self.null_cell)
        code = self.codes[column.name].__getitem__ if column.type is ColumnType.LIST else None
        return cells_of_lists(column.name, values, other, code)

    def texts_of(self, name: str) -> list[str]:
        """The texts that have codes of a column, in the order of their codes from 1; none of any other."""
        is_text = self.columns[name].type is ColumnType.CATEGORICAL
        return self.codes[name].texts if is_text else []

    def plan(self, name: str) -> SignalPlan:
        """What the configuration says of a name; the defaults when it says nothing."""
        return self.plans.get(name, DEFAULT_PLAN)

    def gives_type(self, name: str, value: Any) -> bool:
        """Whether a value says what the values of a name are; ``ABSENT`` does not."""
        return value is not ABSENT and self._type_of(name, value) is not None

    def type_shown(self, value: Any) -> ColumnType | None:
        """What a value shows its column to be; an empty output is a result that shows nothing."""
        return type_of_value(value) if value != "" or self.name != "outputs" else None

    def _type_of(self, name: str, value: Any) -> ColumnType | None:
        return declared_type(self.plan(name)) or self.type_shown(value)

    def snapshot(self) -> dict[str, Any]:
        return {
            "columns": [[column.name, str(column.type), column.cell] for column in self.columns.values()],
            "texts": {name: codes.texts for name, codes in self.codes.items()},
            "frequent": {name: codes.frequent.snapshot() for name, codes in self.codes.items()},
            "known": sorted(self.known),
            "untyped": sorted(self.untyped),
            "votes": {name: dict(votes) for name, votes in self.votes.items()},
            "doubtful": self.doubtful,
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        for name, column_type, cell in snapshot["columns"]:
            self.adopt(Column(name, ColumnType(column_type), cell), snapshot["texts"].get(name, ()))
        for name, frequent in snapshot.get("frequent", {}).items():
            self.codes[name].frequent.restore(frequent)
        self.known = set(snapshot["known"])
        self.untyped = set(snapshot["untyped"])
        self.votes = {name: Counter(votes) for name, votes in snapshot["votes"].items()}
        self.doubtful = dict(snapshot["doubtful"])


DEFAULT_PLAN = SignalPlan()


def pick(names: Sequence[str], rows: Sequence[Values]) -> list[tuple[Any, ...]]:
    """The named values of every row; a name that a row lacks is ``ABSENT``."""
    getter: Callable[[Any], Any] = itemgetter(*names)
    try:
        return [getter(row) for row in rows] if len(names) > 1 else [(getter(row),) for row in rows]
    except KeyError:
        return [tuple(row.get(name, ABSENT) for name in names) for row in rows]
