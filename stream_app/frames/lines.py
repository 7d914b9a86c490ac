"""A table as JSON lines: byte for byte what `DriftClient` writes of the same values, in their order."""

from collections import Counter
from collections.abc import Iterator

from driftline.stream_app.client.encoding import encode_event
from driftline.stream_app.frames.mapping import Columns
from driftline.stream_app.frames.rows import Event, Made, RowEvents, Table, Unlabelled
from driftline.stream_app.frames.timeline import Backwards, in_time


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

    def lose(place: str, what: str) -> None:
        notes.lost[place, what] += 1

    for event in in_time(_made(table, columns, notes), notes.backwards):
        try:
            yield encode_event(event, lose)
        except TypeError:  # of labels nothing can be used, which was heard by now
            continue


def _made(table: Table, columns: Columns, notes: Notes) -> Iterator[Made]:
    events = RowEvents(table, columns)
    for number, row in table.rows:
        try:
            yield events.made(row, number)
        except Unlabelled:
            continue
        except ValueError as error:
            notes.unreadable += 1
            notes.first_unreadable = notes.first_unreadable or f"{number}: {error}"
            yield Made(refused(columns, f"{table.name}-{number}"))


def refused(columns: Columns, identifier: str) -> Event:
    """A line that is no event for want of a time."""
    kind = {"type": "prediction"}
    if columns.kind != "prediction":
        kind = {"type": "feedback", "kind": columns.kind}
    return kind | {"id": identifier} | columns.constants
