"""Outputs as JSON Lines."""

from collections.abc import Mapping, Sequence
from typing import IO

from driftline.stream_app.outputs.sink import Output, Sink
from driftline.stream_app.pipeline import OutputRecord


class FileSink(Sink):
    """Writes the values of records as lines into the file of their kind; keys and headers stay away.

    After a flush the system has them, and whoever reads the file, the pipe or the terminal.
    """

    def __init__(self, files: Mapping[Output, IO[bytes]]) -> None:
        self._files = files

    async def write(self, output: Output, records: Sequence[OutputRecord]) -> None:
        """Add a line for each record."""
        if output in self._files:
            self._files[output].writelines(record.value + b"\n" for record in records)

    async def flush(self) -> None:
        """Give the lines to the system."""
        for file in self._files.values():
            file.flush()
