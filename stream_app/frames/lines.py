"""A table as JSON lines: its values as `DriftClient` writes them, events in their order."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from driftline.stream_app.client.encoding import Lose, encode_event
from driftline.stream_app.frames.mapping import Columns
from driftline.stream_app.frames.rows import Event, RowEvents, Table, Unlabelled, Written
from driftline.stream_app.frames.timeline import Backwards, in_time

if TYPE_CHECKING:
    from driftline.stream_app.frames.typed import Frame


class Notes:
    """What there is to say of a table once it is read.

    ``lost`` counts, by place and what it was, the values that are none of an event.
    """

    def __init__(self) -> None:
        self.backwards = Backwards()
        self.unreadable = 0
        self.first_unreadable = ""
        self.lost: Counter[tuple[str, str]] = Counter()

    def sentences(self, name: str) -> Iterator[str]:
        """For people; nothing, mostly."""
        if self.unreadable:
            first = f"{self.unreadable:,} rows could not be read; the first: {self.first_unreadable}"
            yield f"{name}: {first}"
        if self.backwards.rows:
            hours = self.backwards.most_ms / 3_600_000
            yield (
                f"{name}: {self.backwards.rows:,} rows are earlier than one before them, by {hours:,.3g} h "
                "at most: a history is read in its order, so sort it by time."
            )
        for (place, what), count in self.lost.most_common(10):
            yield f"{name}: {place}: {count:,} values are left out: {what} is no value of an event."


def lines_of(table: Table, columns: Columns, notes: Notes) -> Iterator[bytes]:
    """The events of a table, one JSON object each.

    A row that is none becomes a line that a reader refuses, so that it is counted like any other bad record.
    """
    if table.parts is None:
        rows = written_by_rows(table, table.rows, columns, notes)
    else:
        rows = _written_by_columns(table, table.parts, columns, notes)
    return in_time(rows, notes.backwards)


def _written_by_columns(
    table: Table, parts: Iterator["Frame"], columns: Columns, notes: Notes
) -> Iterator[Written]:
    from driftline.stream_app.frames.columnar import UnsuitedError, written
    from driftline.stream_app.frames.typed import rows_of

    number = 1
    for part in parts:
        try:
            yield from written(part, columns, number, table.name)
        except UnsuitedError:
            yield from written_by_rows(table, rows_of(part, number), columns, notes)
        number += len(part)


def written_by_rows(
    table: Table, rows: Iterable[tuple[int, Sequence[Any]]], columns: Columns, notes: Notes
) -> Iterator[Written]:
    """Rows of a table as JSON, one by one, whatever is in them."""

    def lose(place: str, what: str) -> None:
        notes.lost[place, what] += 1

    events = RowEvents(table, columns)
    for number, row in rows:
        try:
            event, label = events.made(row, number)
        except Unlabelled:
            continue
        except ValueError as error:
            notes.unreadable += 1
            notes.first_unreadable = notes.first_unreadable or f"{number}: {error}"
            event, label = refused(columns, f"{table.name}-{number}"), None
        if (text := encoded(event, lose)) is not None:
            label = label or {}
            label_text = encoded(label, lose) if label else None
            yield Written(text, event.get("time"), label_text, label.get("time"))


def encoded(event: Event, lose: Lose) -> bytes | None:
    """An event as JSON; None where nothing of its labels can be used, which ``lose`` has heard."""
    try:
        return encode_event(event, lose)
    except TypeError:
        return None


def refused(columns: Columns, identifier: str) -> Event:
    """A line that is no event for want of a time."""
    kind = {"type": "prediction"}
    if columns.kind != "prediction":
        kind = {"type": "feedback", "kind": columns.kind}
    return kind | {"id": identifier} | columns.constants
