"""Where the columns of a scanned batch belong in the matrix of a table."""

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.schemas.scanner import Kind, Path
from driftline.stream_app.monitoring.rows.categories import LONGEST_CATEGORY, MISSING_CELL, CategoryCodes
from driftline.stream_app.monitoring.rows.cells import (
    ABSENT,
    PARSERS,
    category_cell,
    flag_cells,
    number_cell,
)
from driftline.stream_app.monitoring.rows.column_types import LISTS, ColumnType
from driftline.stream_app.monitoring.rows.columns import (
    Column,
    Matrix,
    Section,
)
from driftline.stream_app.monitoring.rows.runs import ScannedRun

# One value of each kind, in the order of the kinds; what a column makes of it is what it makes of them all.
SAMPLES = (ABSENT, None, False, True, 1.0, "text", "")
# As plain numbers: to compare an array with a member of an enumeration costs as much as to place a cell.
NULL, NUMBER, TEXT = map(int, (Kind.NULL, Kind.NUMBER, Kind.TEXT))
# By kind: what comes in a column of categories unless something is wrong.
MAY_BE_CATEGORIES = np.isin(np.arange(len(Kind)), (Kind.ABSENT, NULL, TEXT))
NUMBERS = (ColumnType.NUMERIC, ColumnType.FIGURE)
FEW = 8  # up to here categories are placed faster one by one


class Place(NamedTuple):
    """A column of a section, and the slot of the frame that it is in."""

    section: Section
    column: Column
    slot: int


class Placement:
    """For one set of slots and one state of a table's sections; finds the rows for which that must change.

    The cells are those that `Section.fill` writes for the same values.
    """

    def __init__(self, sections: Sequence[Section], slots: Mapping[Path, int], columns: int) -> None:
        self._slots = slots
        self._columns = columns
        self._state = _state_of(sections)
        places = [
            Place(section, column, slots[section.name, column.name])
            for section in sections
            for column in section.columns.values()
            if (section.name, column.name) in slots
        ]
        self._numeric = [place for place in places if place.column.type in NUMBERS]
        self._others = [place for place in places if place.column.type not in NUMBERS]
        self._numeric_slots = np.array([place.slot for place in self._numeric], np.int64)
        self._numeric_cells = np.array([place.column.cell for place in self._numeric], np.int64)
        # By slot and kind: what is news in a name without a column, because it is new or has no type yet.
        self._news = np.zeros((len(slots), len(Kind)), np.bool_)
        for section in sections:
            for path, slot in slots.items():
                if len(path) == 2 and path[0] == section.name:
                    self._news[slot] = news_of(section, path[1])
        self._watched = np.flatnonzero(self._news.any(axis=1))

    def holds_for(self, sections: Sequence[Section], slots: Mapping[Path, int], columns: int) -> bool:
        """Whether nothing has changed since."""
        return slots is self._slots and columns == self._columns and self._state == _state_of(sections)

    def first_misfit(self, run: ScannedRun) -> int:
        """The first row with a new name or a name's first value; else the number of rows."""
        if not len(self._watched):
            return len(run)
        kinds = run.frame().kinds[self._watched]
        misfits = self._news[self._watched[:, None], kinds].any(axis=0)
        return int(misfits.argmax()) if misfits.any() else len(run)

    def matrix(self, run: ScannedRun) -> Matrix:
        """The cells of all rows; its transpose is contiguous, as the bank wants it."""
        frame = run.frame()
        cells = np.full((self._columns, len(run)), np.nan)
        cells[self._numeric_cells] = frame.numbers[self._numeric_slots]
        plain = (frame.kinds[self._numeric_slots] == NUMBER).all(axis=1)
        for place in [self._numeric[index] for index in np.flatnonzero(~plain).tolist()] + self._others:
            kinds, numbers = frame.kinds[place.slot], frame.numbers[place.slot]
            texts = frame.texts.get(place.slot, [])
            first, last = place.column.cell, place.column.cell + place.column.cells
            cells[first:last] = cells_of(place, kinds, numbers, texts)
        return cells.T


def _state_of(sections: Sequence[Section]) -> list[int]:
    return [count for section in sections for count in (len(section.known), len(section.untyped))]


def news_of(section: Section, name: str) -> list[bool]:
    """For each kind of value whether it would make a column, or a name known, that is not yet."""
    if name not in section.known:
        return [value is not ABSENT for value in SAMPLES]
    return [name in section.untyped and section.gives_type(name, value) for value in SAMPLES]


def cells_of(
    place: Place, kinds: NDArray[np.uint8], numbers: NDArray[np.float64], texts: Sequence[str]
) -> NDArray[np.float64]:
    """The cells of one column, [cells, rows]."""
    section, column, _ = place
    if column.type is ColumnType.CATEGORICAL:
        return category_cells(place, kinds, numbers, texts)
    if column.type in LISTS:  # a row with a list is not scanned
        return section.list_cells(column, SAMPLES).T[:, kinds]
    by_kind = np.array([number_cell(value, column.type, section.null_cell) for value in SAMPLES])
    cells = by_kind[kinds]
    if column.type is not ColumnType.BOOLEAN:
        cells = np.where(kinds == NUMBER, numbers, cells)
    if column.type in PARSERS and (is_text := kinds == TEXT).any():
        parsed = [number_cell(text, column.type, section.null_cell) for text in texts]
        cells[is_text] = np.array(parsed)[numbers[is_text].astype(np.int64)]
    return (flag_cells(cells) if column.type is ColumnType.FLAG else cells)[None]


def category_cells(
    place: Place, kinds: NDArray[np.uint8], numbers: NDArray[np.float64], texts: Sequence[str]
) -> NDArray[np.float64]:
    """The cells of a column of categories; new ones are learned in the order of rows."""
    codes = place.section.codes[place.column.name]
    is_text = kinds == TEXT
    if is_text.all():
        return codes_of(numbers.astype(np.int64), texts, codes)[None]
    code = codes.__getitem__
    if len(kinds) <= FEW or not MAY_BE_CATEGORIES[kinds].all():
        values = map(value_of, kinds.tolist(), numbers.tolist(), repeat(texts))
        return np.array([[category_cell(value, code) for value in values]])
    cells = np.where(kinds == NULL, code(None), MISSING_CELL)
    cells[is_text] = codes_of(numbers[is_text].astype(np.int64), texts, codes)
    return cells[None]


def codes_of(indices: NDArray[np.int64], texts: Sequence[str], codes: CategoryCodes) -> NDArray[np.float64]:
    """The codes of the texts with these indices [count]; of few rows only their own texts are looked at."""
    code = codes.__getitem__
    if len(indices) >= len(texts) and codes.keys() >= set(texts):
        return np.array([code(text) for text in texts])[indices]
    has_own = codes.has_room_for(len(texts)) and max(map(len, texts)) <= LONGEST_CATEGORY
    if len(indices) < len(texts) or not has_own:
        return np.array([code(texts[index]) for index in indices.tolist()])
    by_text = np.full(len(texts), np.nan)
    for index in dict.fromkeys(indices.tolist()):
        by_text[index] = code(texts[index])
    return by_text[indices]


def value_of(kind: int, number: float, texts: Sequence[str]) -> Any:
    """A value of an event from its kind and number."""
    if kind == NUMBER:
        return number
    return texts[int(number)] if kind == TEXT else SAMPLES[kind]
