"""Files of events to be sent, JSON lines or CSV: each decoded as a worker will, or refused with its line."""

import csv
import gzip
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import orjson

from driftline.schemas import Control, Feedback, Rejection, decode
from driftline.stream_app.adapters.csv_events import CsvEvents, Unlabelled
from driftline.stream_app.adapters.csv_mapping import Columns, Wanted, columns_of
from driftline.stream_app.adapters.files import STANDARD_INPUT

DELIMITERS: Final = ",;\t|"


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
        defaults: model and version of events that name none.
        wanted: what the options say of columns; of a kind: every file is CSV.
        zone, texts: as `CsvEvents` has them.
        show: hears what the columns of a file are taken for.
    """

    now_ms: int
    defaults: dict[str, Any]
    wanted: Wanted
    zone: tzinfo | None = None
    texts: frozenset[str] = frozenset()
    show: Callable[[str, Columns], None] = lambda path, columns: None

    def of(self, path: str, file: IO[bytes]) -> Iterator[Item]:
        """What the lines of a file are, in their order.

        Raises:
            MappingError: the header of a CSV file does not make events.
        """
        return self._rows(path, file) if self._is_csv(path) else self._lines(path, file)

    def _is_csv(self, path: str) -> bool:
        named = path.removesuffix(".gz").lower().endswith((".csv", ".tsv"))
        return named or self.wanted.kind is not None

    def _lines(self, path: str, file: IO[bytes]) -> Iterator[Item]:
        for number, line in enumerate(file, 1):
            if value := line.strip():
                # A decoder that refuses says why, which is slow: what lacks is added before.
                yield self._decoded(self._completed(value) if self.defaults else value, path, number)

    def _rows(self, path: str, file: IO[bytes]) -> Iterator[Item]:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        try:
            first = text.readline()
            delimiter = max(DELIMITERS, key=first.count)
            header = next(csv.reader([first], delimiter=delimiter), [])
            columns = columns_of(header, self.wanted)
            self.show(path, columns)
            events = CsvEvents(path, columns, self.zone, self.texts)
            rows = csv.reader(text, delimiter=delimiter)
            for row in rows:
                if row:
                    yield self._event(events, row, path, rows.line_num + 1)
        finally:
            text.detach()  # it is closed by who opened it

    def _event(self, events: CsvEvents, row: list[str], path: str, number: int) -> Item:
        try:
            event = events.event(row, number)
        except Unlabelled:
            return Passed(f"{path}:{number}")
        except ValueError as error:
            return Refused(f"{path}:{number}", str(error))
        if events.columns.kind != "prediction":
            event.setdefault("time", self.now_ms)  # it is known now
        return self._decoded(orjson.dumps(self._with_defaults(event)), path, number)

    def _decoded(self, value: bytes, path: str, number: int) -> Sendable | Refused:
        event = decode(value, self.now_ms)
        if isinstance(event, Rejection):
            return Refused(f"{path}:{number}", event.sentence)
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
        return {n: each for n, each in self.defaults.items() if of_version or n != "version"} | event


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
