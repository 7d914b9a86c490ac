"""Files of events to be sent, JSON lines or rows: decoded as a worker will, or refused with their place."""

import gzip
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

import orjson

from driftline.schemas import Control, Feedback, Heartbeat, Rejection, decode
from driftline.stream_app.adapters.files import STANDARD_INPUT
from driftline.stream_app.adapters.tables import is_table, table_in
from driftline.stream_app.client.encoding import encode_event
from driftline.stream_app.frames.mapping import Columns, Wanted, columns_of
from driftline.stream_app.frames.rows import Event, RowEvents, Table, Unlabelled


class Sendable(NamedTuple):
    """An event as a record: its input topic (predictions, feedback or control), key, value and time."""

    topic: str
    key: bytes
    value: bytes
    time_ms: int


class Refused(NamedTuple):
    """A line that is no event: where it stands, and why."""

    place: str
    sentence: str


class Passed(NamedTuple):
    """A line with nothing to send: a row of labels without a label."""

    place: str


Item = Sendable | Refused | Passed


@dataclass(frozen=True)
class Reading:
    """How files are read.

    Args:
        now_ms: a time that is more than a day ahead of it is refused, as a worker would.
        wanted: what the options say of columns; of a kind: every file is CSV, unless its name says Parquet.
            Its constants are those of events in JSON lines too.
        show: hears what the columns of a file are taken for.
    """

    now_ms: int
    wanted: Wanted
    show: Callable[[str, Columns], None] = lambda path, columns: None

    def of(self, path: str, file: IO[bytes]) -> Iterator[Item]:
        """What the lines of a file are, in their order.

        Raises:
            MappingError: the columns of a table do not make events.
        """
        rows = is_table(path) or self.wanted.kind is not None
        return self._rows(path, file) if rows else self._lines(path, file)

    def _lines(self, path: str, file: IO[bytes]) -> Iterator[Item]:
        for number, line in enumerate(file, 1):
            if value := line.strip():
                # A decoder that refuses says why, which is slow: what lacks is added before.
                yield self._decoded(self._completed(value) if self.wanted.constants else value, path, number)

    def _rows(self, path: str, file: IO[bytes]) -> Iterator[Item]:
        with table_in(path, file, lambda share: None) as table:
            columns = columns_of(table.header, self.wanted, table.types)
            self.show(path, columns)
            yield from self._events(table, columns, path)

    def _events(self, table: Table, columns: Columns, path: str) -> Iterator[Item]:
        events = RowEvents(table, columns)
        for number, row in table.rows:
            try:
                made = events.made(row, number)
            except Unlabelled:
                yield Passed(f"{path}:{number}")
                continue
            except ValueError as error:
                yield Refused(f"{path}:{number}", str(error))
                continue
            if columns.kind != "prediction":
                made.event.setdefault("time", self.now_ms)  # it is known now
            for event in made:
                if event is not None:
                    yield self._encoded(event, path, number)

    def _encoded(self, event: Event, path: str, number: int) -> Item:
        lost: list[str] = []
        try:
            value = encode_event(event, lambda place, what: lost.append(f"{place} is {what}"))
        except TypeError:
            return Refused(f"{path}:{number}", f"{lost[0]}, which is no value of an event.")
        return self._decoded(value, path, number)

    def _decoded(self, value: bytes, path: str, number: int) -> Sendable | Refused:
        event = decode(value, self.now_ms)
        if isinstance(event, Rejection):
            return Refused(f"{path}:{number}", event.sentence)
        if isinstance(event, Heartbeat):
            return Refused(f"{path}:{number}", "A heartbeat is a worker's own: nobody sends one.")
        topic = "predictions"
        if isinstance(event, Feedback | Control):
            topic = "feedback" if isinstance(event, Feedback) else "control"
        return Sendable(topic, event.model.encode(), value, event.time_ms)

    def _completed(self, value: bytes) -> bytes:
        """The event with the defaults for what it lacks, if it is one."""
        try:
            event = orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
        return orjson.dumps(self._with_defaults(event)) if isinstance(event, dict) else value

    def _with_defaults(self, event: dict[str, Any]) -> dict[str, Any]:
        of_version = event.get("type") in ("prediction", "serving")
        constants = self.wanted.constants.items()
        return {name: text for name, text in constants if of_version or name == "model"} | event


@contextmanager
def reading(path: str) -> Iterator[tuple[IO[bytes], Callable[[], int], int | None]]:
    """The file, how many bytes of it were read, how many it has (None: nobody knows); ``.gz`` is unpacked.

    Bytes are those on the disk, so that progress is known of a compressed file too.
    """
    if path == STANDARD_INPUT:
        yield sys.stdin.buffer, lambda: 0, None
        return
    with Path(path).open("rb") as raw:
        size = Path(path).stat().st_size
        if path.endswith(".gz"):
            with gzip.open(raw, "rb") as packed:
                yield packed, raw.tell, size  # type: ignore[misc]
        else:
            yield raw, raw.tell, size
