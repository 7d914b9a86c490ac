"""Files of rows, Parquet or CSV, as records: the JSON lines of their rows."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import IO, Final

from driftline.stream_app.frames.csv_file import csv_table, is_csv
from driftline.stream_app.frames.errors import MappingError
from driftline.stream_app.frames.lines import Notes
from driftline.stream_app.frames.mapping import Columns, Wanted, columns_of
from driftline.stream_app.frames.parquet import is_parquet, parquet_table
from driftline.stream_app.frames.rows import Table

DEFAULTS: Final = {"model": "model", "version": "1"}
"""What rows of a file are said to be of that say nothing themselves: a history needs some name."""
LINES_AT_ONCE: Final = 4096
NAMES_MAX: Final = 40


def is_table(path: str) -> bool:
    """Whether a file has rows, by its name; others have JSON lines."""
    return is_csv(path) or is_parquet(path)


def table_in(path: str, file: IO[bytes], reached: Callable[[float], None]) -> AbstractContextManager[Table]:
    """The table in a file."""
    return parquet_table(path, file, reached) if is_parquet(path) else csv_table(path, file)


@dataclass(frozen=True)
class Tables:
    """How tables among files are read.

    Args:
        wanted: what was said of columns; a table is read as the first says whose columns it has.
        defaults: constants of rows that say nothing themselves.
        show: hears what the columns of a file are taken for.
        say: hears sentences about what was read.
    """

    wanted: Sequence[Wanted] = (Wanted(),)
    defaults: dict[str, str] = field(default_factory=lambda: dict(DEFAULTS))
    show: Callable[[str, Columns, Table], None] = lambda path, columns, table: None
    say: Callable[[str], None] = lambda sentence: None

    def columns_of(self, path: str, table: Table) -> Columns:
        """What the columns of a table are; times without a zone are of UTC where nothing else is said.

        Raises:
            MappingError: they make no events.
        """
        first: MappingError | None = None
        for wanted in self.wanted:
            try:
                columns = columns_of(table.header, wanted, table.types, self.defaults)
            except MappingError as error:
                first = first or error
                continue
            if "time" not in columns.fields:
                raise MappingError(no_time(columns))
            columns = replace(columns, timezone=columns.timezone or "UTC")
            self.show(path, columns, table)
            return columns
        raise first or MappingError("nothing says what the columns are.")


def no_time(columns: Columns) -> str:
    """What to say of a history without times."""
    names = ", ".join(columns.header[:NAMES_MAX])
    return (
        f"which column is the time? Say it in a mapping, columns: {{time: …}}, or watch's time=… ({names})."
    )


def texts_of(lines: Iterator[bytes], at_once: int = LINES_AT_ONCE) -> Iterator[bytes]:
    """``at_once`` lines at a time, as the text of a file."""
    while some := list(islice(lines, at_once)):
        yield b"\n".join([*some, b""])


def tell(notes: Notes, path: str, tables: Tables) -> None:
    """Say what there is to say of a file that was read."""
    for sentence in notes.sentences(path):
        tables.say(sentence)
