"""Files that are there as a whole or not at all: an interrupted command leaves no half of one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import click

STANDARD_STREAM: Final = "-"


@contextmanager
def written(output: str | Path) -> Iterator[IO[bytes]]:
    """A file to write bytes to, under a name of its own until all is well; ``-`` is standard output.

    What exists and is no plain file, such as a pipe or /dev/stdout, is written to as it comes.
    """
    path = Path(output)
    if str(output) == STANDARD_STREAM or (path.exists() and not path.is_file()):
        with click.open_file(str(output), "wb") as stream:
            yield stream
        return
    path = path.resolve()  # what a link names is replaced, not the link
    scratch = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with scratch.open("wb") as file:
            yield file
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
