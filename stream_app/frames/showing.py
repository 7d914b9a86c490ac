"""What a table is taken for, in a few lines for people."""

from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Final

from driftline.stream_app.frames.held import ColumnType, Held
from driftline.stream_app.frames.mapping import Columns

WIDTH: Final = 96
INDENT: Final = 12
NAMES_MAX: Final = 40  # of a section; a table may have thousands of features


def lines_about(name: str, columns: Columns, types: Mapping[str, ColumnType] | None = None) -> Iterator[str]:
    """``rides.csv: predictions`` and below it a line for each field and each section."""
    yield f"{name}: {columns.kind}s"
    for label, text in _parts(columns, types or {}):
        first, *others = wrap(text, WIDTH - INDENT, break_long_words=False) or [""]
        yield f"  {label:<{INDENT - 2}}{first}"
        yield from (f"{'':<{INDENT}}{line}" for line in others)


def sentence_about(columns: Columns, types: Mapping[str, ColumnType] | None = None) -> str:
    """The same in one sentence: ``labels: prediction_id from id, time from ts; labels y from truth``."""
    parts = [text if label == "from" else f"{label} {text}" for label, text in _parts(columns, types or {})]
    return f"{columns.kind}s: {'; '.join(parts)}"


def _parts(columns: Columns, types: Mapping[str, ColumnType]) -> Iterator[tuple[str, str]]:
    """Labels and what is to be said of them."""
    if columns.fields:
        fields = (
            _from(columns, name, place) + _zone(columns, name, types.get(columns.header[place]))
            for name, place in columns.fields.items()
        )
        yield "from", ", ".join(fields)
    if columns.constants:
        yield "all rows", ", ".join(f"{name} {text}" for name, text in columns.constants.items())
    for section, places in columns.values.items():
        if places:
            yield section, _listed([_from(columns, name, place) for name, place in places.items()])
    if columns.unused:
        yield "not used", _listed(columns.unused)
    for name, why in columns.left_out.items():
        yield "left out", f"{name} ({why})"


def _zone(columns: Columns, name: str, column: ColumnType | None) -> str:
    """Where clocks stood of times that do not say so themselves."""
    is_time = name in ("time", "label_time") and columns.timezone is not None
    if not is_time or (column is not None and column.held in (Held.TIME, Held.NUMBER)):
        return ""
    is_local = column is not None and column.held is Held.LOCAL_TIME
    return f" (as {columns.timezone}{', it has no zone' if is_local else ' where it has no zone'})"


def _from(columns: Columns, name: str, place: int) -> str:
    return name if columns.header[place] == name else f"{name} from {columns.header[place]}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMES_MAX:,} more" if len(names) > NAMES_MAX else ""
    return ", ".join(names[:NAMES_MAX]) + more
