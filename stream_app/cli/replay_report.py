"""How far a replay is, and what came of it: on standard error, so that standard output holds alerts only."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import click
import orjson
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from driftline.stream_app.adapters.files import Meter, records_of
from driftline.stream_app.adapters.garbage import seldom_collected
from driftline.stream_app.adapters.replay import DEFAULT_BATCH, Summary
from driftline.stream_app.adapters.tables import Tables
from driftline.stream_app.cli.not_watched import print_not_watched
from driftline.stream_app.cli.output_files import written
from driftline.stream_app.cli.terminal import standard_error
from driftline.stream_app.evaluation.wording import counted
from driftline.stream_app.pipeline import Records
from driftline.stream_app.pipeline.kernels import compile_engine


@contextmanager
def watched(
    files: Sequence[str], tables: Tables, batch_size: int = DEFAULT_BATCH
) -> Iterator[Iterable[Records]]:
    """The records of files, once all is compiled; a bar moves as they pass if people look at it.

    ``tables`` says how files are read that have rows.
    """
    console = standard_error()
    with (
        console.status("loading the detectors (compiled once per installation, in about half a minute)"),
        seldom_collected(),
    ):
        compile_engine()
    meter = Meter(files)
    records = records_of(files, batch_size, meter, tables)
    if not console.is_terminal:
        yield records
        return
    share = [TaskProgressColumn(), TimeRemainingColumn()] if meter.total_bytes is not None else []
    columns = (BarColumn(), *share, TextColumn("{task.fields[events]:,} events, {task.fields[speed]:,.0f}/s"))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("replay", total=meter.total_bytes, events=0, speed=0.0)
        yield _counted(records, progress, task, meter)


def _counted(records: Iterable[Records], progress: Progress, task: TaskID, meter: Meter) -> Iterator[Records]:
    number = 0
    for batch in records:
        number += len(batch)
        elapsed_s = progress.tasks[task].elapsed or 1.0
        progress.update(task, completed=meter.read_bytes, events=number, speed=number / elapsed_s)
        yield batch


def print_summary(summary: Summary) -> None:
    """The closing summary as a small table, and what was not watched.

    Raises:
        click.ClickException: there were records, and not one could be used.
    """
    table = Table(show_header=False, box=None)
    rejected = sum(summary.rejected.values())
    table.add_row(
        "events", f"{summary.events:,} in {summary.seconds:.1f} s, {summary.events_per_second:,.0f}/s"
    )
    table.add_row("rejected", f"{rejected:,}{_in_brackets(summary.rejected)}")
    table.add_row("signals", f"{summary.signals:,}")
    alerts = sum(summary.alerts_by_status.values())
    about = f" about {counted(summary.incidents, 'incident')}" if alerts else ""
    table.add_row("alerts", f"{alerts:,}{about}{_in_brackets(summary.alerts_by_status)}")
    if summary.alerts_by_kind:
        table.add_row("", _listed(summary.alerts_by_kind))
    standard_error().print(table)
    print_not_watched(summary.not_watched)
    refuse_useless(summary)


def refuse_useless(summary: Summary) -> None:
    """A history of which nothing could be used is no quiet history.

    Raises:
        click.ClickException: there were records, and not one could be used; says why of the first.
    """
    if summary.events and summary.events == sum(summary.rejected.values()):
        raise click.ClickException(
            f"None of {counted(summary.events, 'record')} could be used ({_listed(summary.rejected)}). "
            f"The first: {summary.first_refused}"
        )


def figures_of(summary: Summary) -> dict[str, str]:
    """The figures of a report."""
    return {
        "events": f"{summary.events:,}",
        "rejected": f"{sum(summary.rejected.values()):,}",
        "signals": f"{summary.signals:,}",
        "incidents": f"{summary.incidents:,}",
        "alerts": f"{sum(summary.alerts_by_status.values()):,}",
    }


def write_summary(summary: Summary, output: str | None) -> None:
    """The closing summary as one JSON object; ``-`` is standard output, None: nobody asked for it."""
    if output is None:
        return
    # Reasons and kinds are enums, which orjson takes for keys only when it is told to.
    options = orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE
    with written(output) as file:
        file.write(orjson.dumps(summary.to_builtins(), option=options))


def _in_brackets(counts: dict[str, int]) -> str:
    return f" ({_listed(counts)})" if counts else ""


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
