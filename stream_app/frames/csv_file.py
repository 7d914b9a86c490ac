"""A CSV file as a table of texts."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from driftline.stream_app.frames.cells import value_of_text
from driftline.stream_app.frames.errors import MappingError
from driftline.stream_app.frames.rows import Table

DELIMITERS: Final = ",;\t|"
ENDINGS: Final = (".csv", ".tsv")


def is_csv(path: str) -> bool:
    """Whether a file is CSV by its name."""
    return path.removesuffix(".gz").lower().endswith(ENDINGS)


@contextmanager
def csv_table(path: str, file: IO[bytes]) -> Iterator[Table]:
    """The table in a file, whose first line names the columns; rows have the numbers of their lines.

    Raises:
        MappingError: it is no CSV file in UTF-8.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        first = text.readline()
        delimiter = max(DELIMITERS, key=first.count)
        header = next(csv.reader([first], delimiter=delimiter), [])
        rows = csv.reader(text, delimiter=delimiter)
        numbered = ((rows.line_num + 1, row) for row in rows if row)
        yield Table(Path(path).name, tuple(header), numbered, read=value_of_text)
    except (UnicodeDecodeError, csv.Error) as error:
        words = f"this is no CSV file in UTF-8 ({error}): convert it, or name another one."
        raise MappingError(words) from error
    finally:
        text.detach()  # it is closed by who opened it
