"""A Parquet file as a table, a group of rows after the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from driftline.stream_app.frames.errors import MappingError
from driftline.stream_app.frames.rows import Table

ENDINGS: Final = (".parquet", ".pq")
ROWS_AT_ONCE: Final = 16_384
MISSING: Final = "to read Parquet, pip install 'driftline[parquet]' (pyarrow)"


def is_parquet(path: str) -> bool:
    """Whether a file is Parquet by its name."""
    return path.lower().endswith(ENDINGS)


@contextmanager
def parquet_table(
    path: str, file: IO[bytes], reached: Callable[[float], None] = lambda share: None
) -> Iterator[Table]:
    """The table in a file; ``reached`` hears which share of its rows was read.

    Raises:
        MappingError: pyarrow is not installed, or it is no Parquet file.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise MappingError(f"{MISSING}.") from error
    from driftline.stream_app.frames.typed import frame_of, table_of

    try:
        source = parquet.ParquetFile(file)

        def frames() -> Iterator[Any]:
            # An empty one first: it has the columns of a file without rows.
            yield frame_of(source.schema_arrow.empty_table())
            rows = 0
            for batch in source.iter_batches(ROWS_AT_ONCE):
                rows += batch.num_rows
                reached(rows / max(source.metadata.num_rows, 1))
                yield frame_of(pa.Table.from_batches([batch]))

        yield table_of(Path(path).name, frames())
    except (pa.ArrowException, OSError) as error:
        words = f"this is no Parquet file, or a damaged one ({str(error).splitlines()[0]}): export it again."
        raise MappingError(words) from error
