"""Rows of a table as events."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from driftline.stream_app.frames.cells import is_nothing, name_of, time_ms_of
from driftline.stream_app.frames.held import ColumnType
from driftline.stream_app.frames.mapping import Columns
from driftline.stream_app.frames.zones import zone_of

if TYPE_CHECKING:
    from driftline.stream_app.frames.typed import Frame

Event = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """Rows that are to become events.

    Args:
        name: of whose last part ids are made for rows that have none.
        header: the names of the columns.
        rows: each with its number, counted as people count them: of a file of lines the line, else from 1.
        types: what the columns hold; empty: nobody knows, they are texts.
        read: makes a value of a cell.
        parts: the same rows as frames, to be read instead; None: there are none.
    """

    name: str
    header: tuple[str, ...]
    rows: Iterator[tuple[int, Sequence[Any]]]
    types: Mapping[str, ColumnType] = field(default_factory=dict)
    read: Callable[[Any], Any] = lambda cell: cell
    parts: "Iterator[Frame] | None" = None


class Unlabelled(Exception):
    """A row of labels without a label: nothing to send, and no mistake."""


class Made(NamedTuple):
    """The events of a row: its own, and its label where it is a prediction that has one."""

    event: Event
    label: Event | None = None


class Written(NamedTuple):
    """The events of a row as JSON: its own and its time (epoch ms), its label and when that was known.

    A time of None: it has none, and will be refused.
    """

    text: bytes
    time_ms: int | None
    label: bytes | None
    due_ms: int | None


class RowEvents:
    """Makes events of the rows of one table, to be written as JSON; what a row lacks is not in its event."""

    def __init__(self, table: Table, columns: Columns) -> None:
        self.columns = columns
        self._table = table
        self._zone = zone_of(columns.timezone)
        self._texts = {place for place, name in enumerate(columns.header) if name in columns.texts}
        self._frame: Event = {"type": "prediction"}
        if columns.kind != "prediction":
            self._frame = {"type": "feedback", "kind": columns.kind}

    def made(self, row: Sequence[Any], number: int) -> Made:
        """The events of a row.

        Raises:
            ValueError: a row of another length, or a time that is none; says what would be right.
            Unlabelled: no label in a table of labels.
        """
        columns = self.columns
        if len(row) != len(columns.header):
            raise ValueError(f"the row has {len(row)} values, the header {len(columns.header)} columns.")
        fields = {name: self._field(name, row[place]) for name, place in columns.fields.items()}
        said = columns.constants | {name: value for name, value in fields.items() if value is not None}
        event = self._frame | {"id": f"{self._table.name}-{number}"} | said
        sections = {section: self._values(row, places) for section, places in columns.values.items()}
        if columns.kind == "prediction":
            label = self._label(event, sections.pop("labels"))
            return Made(event | {name: values for name, values in sections.items() if values}, label)
        if columns.kind == "behavior":
            return Made(event)
        labels = {name: value for name, value in sections["labels"].items() if not is_nothing(value)}
        if not labels:
            raise Unlabelled
        return Made(event | {"decision" if columns.kind == "decision" else "labels": labels})

    def _field(self, name: str, cell: Any) -> Any:
        return time_ms_of(cell, self._zone) if name in ("time", "label_time") else name_of(cell)

    def _values(self, row: Sequence[Any], places: Mapping[str, int]) -> dict[str, Any]:
        read, texts = self._table.read, self._texts
        return {
            name: name_of(row[place]) if place in texts else read(row[place])
            for name, place in places.items()
        }

    def _label(self, event: Event, labels: Mapping[str, Any]) -> Event | None:
        """Takes out of a prediction what belongs to its label."""
        time_ms, annotator = event.pop("label_time", None), event.pop("annotator", None)
        known = {name: value for name, value in labels.items() if not is_nothing(value)}
        if not known:
            return None
        label = {
            "type": "feedback",
            "kind": "label",
            "prediction_id": event["id"],
            "model": event.get("model"),
            "time": event.get("time") if time_ms is None else time_ms,
            "labels": known,
            "annotator": annotator,
        }
        return {name: value for name, value in label.items() if value is not None}
