"""``--mapping`` and ``--save-mapping``: what the columns of a table are, from a file and into one."""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import click

from driftline.stream_app.cli.options import Function

if TYPE_CHECKING:
    from driftline.stream_app.adapters.tables import Tables
    from driftline.stream_app.frames.mapping import Columns, Wanted
    from driftline.stream_app.frames.rows import Table

MAPPING = click.option(
    "--mapping",
    metavar="FILE",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What the columns of CSV and Parquet files are (YAML); of several the first that fits a file.",
)
SAVE_MAPPING = click.option(
    "--save-mapping",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write down what the columns are taken for.",
)


class MappingFiles(NamedTuple):
    """Where mappings are read from, and where what was guessed is written to."""

    inputs: tuple[Path, ...]
    output: Path | None


def mapping_options(function: Function) -> Function:
    """Adds ``--mapping`` and ``--save-mapping``; the function gets both as ``mapping``."""

    @wraps(function)
    def called(*arguments: Any, mapping: tuple[Path, ...], save_mapping: Path | None, **options: Any) -> Any:
        return function(*arguments, mapping=MappingFiles(mapping, save_mapping), **options)

    return cast("Function", MAPPING(SAVE_MAPPING(called)))


def read_mappings(files: Sequence[Path]) -> "list[Wanted]":
    """What the files want.

    Raises:
        click.ClickException: one of them is no mapping.
    """
    from driftline.stream_app.frames.errors import MappingError
    from driftline.stream_app.frames.mapping_file import read_mapping

    try:
        return [read_mapping(file) for file in files]
    except MappingError as error:
        raise click.ClickException(str(error)) from error


def mapping_saved(files: Sequence[str], output: Path | None) -> "Callable[[str, Columns], None]":
    """Writes what the columns of a file are taken for where it was asked for, and says how to.

    Raises:
        click.UsageError: several tables would share one file.
    """
    from driftline.stream_app.adapters.tables import is_table
    from driftline.stream_app.cli.terminal import standard_error
    from driftline.stream_app.frames.mapping_file import mapping_text

    if output is not None and sum(map(is_table, files)) > 1:
        raise click.UsageError(f"{output} can hold one mapping: save those of several files one by one.")

    def save(path: str, columns: "Columns") -> None:
        if output is None:
            return
        output.write_text(mapping_text(columns, Path(path).name), encoding="utf-8")
        standard_error().print(f"  saved in {output}", soft_wrap=True, markup=False)

    return save


def tables_of(files: Sequence[str], mapping: MappingFiles) -> "Tables":
    """How the tables among files are read: as the mappings say, else guessed; shown on standard error.

    Raises:
        click.ClickException: a mapping cannot be read.
    """
    from driftline.stream_app.adapters.tables import Tables
    from driftline.stream_app.cli.terminal import standard_error
    from driftline.stream_app.frames.mapping import Wanted
    from driftline.stream_app.frames.showing import lines_about

    save = mapping_saved(files, mapping.output)
    console = standard_error()
    shown: set[str] = set()

    def show(path: str, columns: "Columns", table: "Table") -> None:
        if path not in shown:  # tune reads it again and again
            console.print("\n".join(lines_about(path, columns, table.types)), soft_wrap=True, markup=False)
            save(path, columns)
        shown.add(path)

    def say(sentence: str) -> None:
        if sentence not in shown:
            console.print(sentence, soft_wrap=True, markup=False)
        shown.add(sentence)

    return Tables(read_mappings(mapping.inputs) or [Wanted()], show=show, say=say)
