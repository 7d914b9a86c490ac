"""Frames of pandas, polars or pyarrow as tables: one way through narwhals for all of them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any, Final

import narwhals as nw

from driftline.stream_app.client.values import UnusableError, value_of
from driftline.stream_app.frames.errors import MappingError
from driftline.stream_app.frames.held import ColumnType, Held
from driftline.stream_app.frames.rows import Table

ROWS_AT_ONCE: Final = 16_384
"""Rows that are Python's objects at a time: with 20 columns of 50 B about 16 MB."""
HOLDS: Final[tuple[tuple[tuple[type, ...], Held], ...]] = (
    ((nw.Datetime, nw.Date), Held.LOCAL_TIME),
    ((nw.Boolean,), Held.BOOLEAN),
    ((nw.Duration,), Held.NUMBER),  # its seconds
    ((nw.String, nw.Categorical, nw.Enum, nw.Time), Held.TEXT),
    ((nw.Object, nw.Unknown), Held.ANYTHING),  # the latter where all are null, too
)
"""By type; what is not among them (structs, bytes) is no value of an event."""
SHOWN: Final[tuple[tuple[type, Held], ...]] = (
    (str, Held.TEXT),
    (bool, Held.BOOLEAN),
    (float, Held.NUMBER),
    (int, Held.NUMBER),
    (list, Held.LIST),
)
"""By the type of a value that an event can have."""

Frame = nw.DataFrame[Any]


def frame_of(native: Any) -> Frame:
    """A frame of a library that narwhals knows.

    Raises:
        MappingError: it is something else; says what to do.
    """
    try:
        return nw.from_native(with_index_of_times(native), eager_only=True)
    except (TypeError, ValueError) as error:
        what = type(native).__name__
        hint = ": call its collect() first" if hasattr(native, "collect") else ""
        said = "" if isinstance(error, TypeError) else f" ({str(error).splitlines()[0]})"
        raise MappingError(
            f"a {what} cannot be read{said}{hint or ': pass a frame of pandas, polars or pyarrow'}."
        ) from error


def with_index_of_times(native: Any) -> Any:
    """A pandas frame whose index are times has them as a column too."""
    if type(getattr(native, "index", None)).__name__ != "DatetimeIndex":
        return native
    name = native.index.name or "time"
    return native if name in native.columns else native.reset_index(names=name)


def type_of(kind: Any) -> ColumnType:
    """What a column of a type of narwhals holds."""
    return ColumnType(_held(kind), str(kind))


def _held(kind: Any) -> Held:
    if isinstance(kind, nw.Datetime) and kind.time_zone is not None:
        return Held.TIME
    if isinstance(kind, nw.List | nw.Array):
        return Held.LIST if is_number(kind.inner) else Held.NESTED
    if is_number(kind):
        return Held.NUMBER
    return next((held for types, held in HOLDS if isinstance(kind, types)), Held.NESTED)


def is_number(kind: Any) -> bool:
    """Whether a type is one of numbers; what is inside a list may be given as a class."""
    return bool((kind() if isinstance(kind, type) else kind).is_numeric())


def types_of(frame: Frame) -> dict[str, ColumnType]:
    """What the columns of a frame hold."""
    types = {str(name): type_of(kind) for name, kind in frame.schema.items()}
    for name, column in zip(types, frame.iter_columns(), strict=True):
        if types[name].held is Held.ANYTHING:
            types[name] = type_of_objects(column)
    return types


def type_of_objects(column: nw.Series[Any]) -> ColumnType:
    """What a column of Python's objects holds, by the first that is there."""
    first = next((cell for cell in column.drop_nulls().head(1).to_list()), None)
    if isinstance(first, datetime):
        return ColumnType(Held.LOCAL_TIME if first.tzinfo is None else Held.TIME, "datetime")
    if isinstance(first, date):
        return ColumnType(Held.LOCAL_TIME, "date")
    try:
        value = value_of(first)
    except UnusableError as error:
        return ColumnType(Held.NESTED, f"objects, such as a {error}")
    held = next((held for types, held in SHOWN if isinstance(value, types)), Held.ANYTHING)
    return ColumnType(held, type(first).__name__)


def table_of(name: str, frames: Iterable[Frame]) -> Table:
    """The rows of frames of the same columns, one below the other, as one table."""
    source = iter(frames)
    first = next(source)
    header = tuple(map(str, first.columns))
    parts = parts_of(chain([first], source))
    return Table(name, header, _numbered(parts), types_of(first), parts=parts)


def parts_of(frames: Iterable[Frame]) -> Iterator[Frame]:
    """The same rows, at most ``ROWS_AT_ONCE`` at a time."""
    for frame in frames:
        for start in range(0, len(frame), ROWS_AT_ONCE):
            yield frame[start : start + ROWS_AT_ONCE]


def _numbered(parts: Iterable[Frame]) -> Iterator[tuple[int, Sequence[Any]]]:
    number = 1
    for part in parts:
        yield from rows_of(part, number)
        number += len(part)


def rows_of(frame: Frame, first: int) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows of a frame with their numbers, from ``first`` on."""
    lists = [cells_of(column) for column in frame.iter_columns()]
    return enumerate(zip(*lists, strict=True), first)


def cells_of(column: nw.Series[Any]) -> list[Any]:
    """The cells of a column as Python's objects, the same whichever library holds them."""
    kind = column.dtype
    # A moment has no more than microseconds in Python.
    if isinstance(kind, nw.Datetime) and kind.time_unit == "ns":
        column = column.cast(nw.Datetime("us", kind.time_zone))
    elif isinstance(kind, nw.Duration) and kind.time_unit == "ns":
        column = column.cast(nw.Duration("us"))
    return column.to_list()
