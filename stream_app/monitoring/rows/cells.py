"""One value of an event as a cell of the matrix, by the type of its column."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from driftline.stream_app.monitoring.rows.categories import MISSING_CELL, NULL_CELL, WRONG_TYPE_CELL
from driftline.stream_app.monitoring.rows.column_types import ColumnType
from driftline.stream_app.monitoring.rows.parsing import number_of, truth_of

ABSENT = object()
PLAIN_TYPES: Final[dict[ColumnType, set[type]]] = {
    ColumnType.NUMERIC: {float, type(None)},
    ColumnType.FIGURE: {float, type(None)},
    ColumnType.BOOLEAN: {bool, type(None)},
    ColumnType.FLAG: {bool, float, type(None)},
}
PARSERS: Final = {ColumnType.FIGURE: number_of, ColumnType.FLAG: truth_of}


def number_cell(value: Any, column_type: ColumnType, null_cell: float) -> float:
    """One value of a numeric or boolean column as a cell."""
    if value is ABSENT:
        return MISSING_CELL
    if value is None or (value == "" and null_cell == NULL_CELL):
        return null_cell
    parse = PARSERS.get(column_type)
    if parse is not None and isinstance(value, str):
        number = parse(value)
        return WRONG_TYPE_CELL if number is None else number
    return float(value) if type(value) in PLAIN_TYPES[column_type] else WRONG_TYPE_CELL


def flag_cells(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cells of flags, in which any number but 0 and 1 is of a wrong type."""
    return np.where(np.isfinite(cells) & (cells != 0.0) & (cells != 1.0), WRONG_TYPE_CELL, cells)


def category_cell(value: Any, code: Callable[[object], float]) -> float:
    """One value of a categorical column as a cell."""
    if value is ABSENT:
        return MISSING_CELL
    return WRONG_TYPE_CELL if isinstance(value, list) else code(value)
