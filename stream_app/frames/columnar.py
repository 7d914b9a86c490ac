"""Rows of a frame as JSON, a column at a time: the same bytes as row by row, in a fifth of the time.

Each column becomes a list of JSON's words, and a row is what stands between them, which is the same for all.
So all rows must have the same fields; a part of a frame in which they have not is left to `RowEvents`.
"""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any, Final, NamedTuple

import narwhals as nw
import orjson

from driftline.stream_app.client.values import UnusableError, value_of
from driftline.stream_app.frames.cells import is_nothing, name_of, time_ms_of
from driftline.stream_app.frames.held import Held
from driftline.stream_app.frames.mapping import Columns
from driftline.stream_app.frames.rows import Written
from driftline.stream_app.frames.typed import Frame, cells_of, type_of
from driftline.stream_app.frames.zones import zone_of

Words = Sequence[bytes]
NULL: Final = b"null"
PLAIN: Final = (Held.NUMBER, Held.BOOLEAN)
NOT_PLAIN: Final = (nw.Duration, nw.Decimal, nw.UInt64)
"""Numbers that are not what JSON has, or not always."""
SUITED: Final = {"serving": (Held.NUMBER,), "segments": (Held.TEXT,)}
"""By section: what its values are; others are made into that, or left out."""


class UnsuitedError(Exception):
    """Rows that do not all have the same fields."""


class Lines(NamedTuple):
    """What is the same in all lines, and what differs: pieces of text, and words to stand behind each."""

    pieces: list[bytes]
    words: list[Words]

    def add(self, piece: bytes, words: Words) -> None:
        """The text up to a value, and the values."""
        self.pieces.append(piece)
        self.words.append(words)

    def texts(self, end: bytes) -> Iterable[bytes]:
        """A text for each row."""
        between = [repeat(piece) for piece in self.pieces]
        columns = [each for pair in zip(between, self.words, strict=True) for each in pair]
        return map(b"".join, zip(*columns, repeat(end), strict=False))


def written(frame: Frame, columns: Columns, first: int, name: str) -> Iterable[Written]:
    """The predictions of a part of a frame, whose first row has the number ``first``, and their labels.

    Raises:
        UnsuitedError: these rows have to be written one by one.
    """
    if columns.kind != "prediction" or columns.texts:
        raise UnsuitedError
    fields, times_ms = fields_of(frame, columns, first, name)
    sections = {
        section: {name: words_of(frame[:, place], section) for name, place in places.items()}
        for section, places in columns.values.items()
    }
    labels = sections.pop("labels")
    texts = lines_of({"type": b'"prediction"'}, fields, sections)
    if not labels:
        return map(Written, texts, times_ms, repeat(None), times_ms)
    due_ms = times_ms
    if "label_time" in columns.fields:
        due_ms = times_of(frame[:, columns.fields["label_time"]], columns)
    said = {"prediction_id": fields["id"], "model": fields["model"], "time": words_of_integers(due_ms)}
    known = {"type": b'"feedback"', "kind": b'"label"'}
    return map(Written, texts, times_ms, labelled(lines_of(known, said, {"labels": labels}), labels), due_ms)


def labelled(texts: Iterable[bytes], labels: dict[str, Words]) -> Iterable[bytes | None]:
    """The texts of labels; None where there is none."""
    if len(labels) > 1 and any(NULL in words for words in labels.values()):
        raise UnsuitedError
    (words, *_) = labels.values()
    return (text if word not in (NULL, b'""') else None for text, word in zip(texts, words, strict=True))


def lines_of(
    known: dict[str, bytes], fields: dict[str, Words], sections: dict[str, dict[str, Words]]
) -> Iterable[bytes]:
    """Objects with fields that are known, fields that differ, and sections of values."""
    lines, text = Lines([], []), b""
    for name, word in known.items():
        text += b'%b"%b":%b' % (b"," if text else b"{", name.encode(), word)
    for name, words in fields.items():
        lines.add(b'%b,"%b":' % (text, name.encode()), words)
        text = b""
    for section, values in sections.items():
        for place, (name, words) in enumerate(values.items()):
            opening = b"," if place else b'%b,"%b":{' % (text, section.encode())
            lines.add(b"%b%b:" % (opening, orjson.dumps(name)), words)
        text = b"}" if values else text
    return lines.texts(text + b"}")


def fields_of(
    frame: Frame, columns: Columns, first: int, name: str
) -> tuple[dict[str, Words], Sequence[int]]:
    """The words of each field of an event, and the times.

    Raises:
        UnsuitedError: some rows lack a field.
    """
    rows = len(frame)
    numbers = range(first, first + rows)
    opening = orjson.dumps(name)[:-1]
    fields: dict[str, Words] = {"id": [b'%b-%d"' % (opening, number) for number in numbers]}
    fields |= {field: [orjson.dumps(text)] * rows for field, text in columns.constants.items()}
    times_ms: Sequence[int] = ()
    for field, place in columns.fields.items():
        if field == "time":
            times_ms = times_of(frame[:, place], columns)
            fields[field] = words_of_integers(times_ms)
        elif field == "annotator":
            raise UnsuitedError
        elif field != "label_time":
            fields[field] = words_of_names(cells_of(frame[:, place]))
    if not times_ms or "model" not in fields:
        raise UnsuitedError
    return fields, times_ms


def times_of(column: "nw.Series[Any]", columns: Columns) -> Sequence[int]:
    """Epoch milliseconds.

    Raises:
        UnsuitedError: not every row has a time.
    """
    if column.is_null().any():
        raise UnsuitedError
    kind = column.dtype
    if isinstance(kind, nw.Datetime) and (kind.time_zone is not None or columns.timezone == "UTC"):
        return column.dt.timestamp("ms").to_list()
    zone = zone_of(columns.timezone)
    try:
        times_ms = [time_ms_of(cell, zone) for cell in column.to_list()]
    except ValueError as error:
        raise UnsuitedError from error
    known = [time_ms for time_ms in times_ms if time_ms is not None]
    if len(known) < len(times_ms):
        raise UnsuitedError
    return known


def words_of_integers(numbers: Sequence[int]) -> Words:
    """Whole numbers as JSON."""
    return orjson.dumps(numbers)[1:-1].split(b",")


def words_of_names(cells: Sequence[Any]) -> Words:
    """Identifiers as JSON.

    Raises:
        UnsuitedError: one is missing, or has what UTF-8 has not.
    """
    if any(map(is_nothing, cells)):
        raise UnsuitedError
    try:
        return words_of_texts(map(name_of, cells))
    except TypeError as error:
        raise UnsuitedError from error


def words_of(column: "nw.Series[Any]", section: str) -> Words:
    """The values of a column as JSON.

    Raises:
        UnsuitedError: what becomes of them depends on the values beside them, or one would be left out.
    """
    cells, held = cells_of(column), type_of(column.dtype).held
    is_plain = held in PLAIN and not isinstance(column.dtype, NOT_PLAIN)
    if section in SUITED and held not in SUITED[section]:
        raise UnsuitedError
    if section == "labels" and not (is_plain or held is Held.TEXT):
        raise UnsuitedError
    try:
        if is_plain:
            return orjson.dumps(cells)[1:-1].split(b",")
        return (
            words_of_texts(cells) if held is Held.TEXT else [orjson.dumps(value_of(cell)) for cell in cells]
        )
    except (TypeError, UnusableError) as error:
        raise UnsuitedError from error


def words_of_texts(cells: Iterable[Any]) -> Words:
    """Texts as JSON, each different one written once; nulls and what else a category may be, too."""
    known: dict[str, bytes] = {}
    words = []
    for cell in cells:
        word = known.get(cell) if type(cell) is str else None
        if word is None:
            word = orjson.dumps(value_of(cell))
            if type(cell) is str:
                known[cell] = word
        words.append(word)
    return words
