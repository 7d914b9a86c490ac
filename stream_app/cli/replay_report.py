"""How far a replay is, and what came of it: on standard error, so that standard output holds alerts only."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import orjson
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from driftline.stream_app.adapters.replay import Summary
from driftline.stream_app.cli.terminal import standard_error
from driftline.stream_app.evaluation.wording import counted
from driftline.stream_app.pipeline import Records
from driftline.stream_app.pipeline.kernels import compile_engine


@contextmanager
def watched(records: Iterable[Records], files: Sequence[str]) -> Iterator[Iterable[Records]]:
    """The same records, once all is compiled; a bar moves as they pass if standard error is a terminal."""
    console = standard_error()
    with console.status("loading the detectors (compiled once per installation, in about a minute)"):
        compile_engine()
    if not console.is_terminal:
        yield records
        return
    columns = (
        BarColumn(),
        TextColumn("{task.fields[events]:,} events, {task.fields[speed]:,.0f}/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("replay", total=bytes_of(files), events=0, speed=0.0)
        yield _counted(records, progress, task)


def bytes_of(files: Sequence[str]) -> int | None:
    """How many bytes of lines the files hold; None when one is compressed or a stream, and nobody knows."""
    plain = [Path(file) for file in files if Path(file).is_file() and not file.endswith(".gz")]
    return sum(file.stat().st_size for file in plain) if len(plain) == len(files) else None


def _counted(records: Iterable[Records], progress: Progress, task: TaskID) -> Iterator[Records]:
    number = size = 0
    for batch in records:
        number += len(batch)
        size += len(batch) + int((batch.values[:, 1] - batch.values[:, 0]).sum())
        elapsed_s = progress.tasks[task].elapsed or 1.0
        progress.update(task, completed=size, events=number, speed=number / elapsed_s)
        yield batch


def print_summary(summary: Summary) -> None:
    """The closing summary as a small table."""
    table = Table(show_header=False, box=None)
    rejected = sum(summary.rejected.values())
    table.add_row(
        "events", f"{summary.events:,} in {summary.seconds:.1f} s, {summary.events_per_second:,.0f}/s"
    )
    table.add_row("rejected", f"{rejected:,}{_in_brackets(summary.rejected)}")
    table.add_row("signals", f"{summary.signals:,}")
    alerts = sum(summary.alerts_by_status.values())
    of = f" of {counted(summary.incidents, 'incident')}" if alerts else ""
    table.add_row("alerts", f"{alerts:,}{of}{_in_brackets(summary.alerts_by_status)}")
    if summary.alerts_by_kind:
        table.add_row("", _listed(summary.alerts_by_kind))
    standard_error().print(table)


def figures_of(summary: Summary) -> dict[str, str]:
    """The figures of a report."""
    return {
        "events": f"{summary.events:,}",
        "rejected": f"{sum(summary.rejected.values()):,}",
        "signals": f"{summary.signals:,}",
        "incidents": f"{summary.incidents:,}",
        "alerts": f"{sum(summary.alerts_by_status.values()):,}",
    }


def write_summary(summary: Summary, output: str) -> None:
    """The closing summary as one JSON object; ``-`` is standard output."""
    # Reasons and kinds are enums, which orjson takes for keys only when it is told to.
    options = orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE
    with click.open_file(output, "wb") as file:
        file.write(orjson.dumps(summary.to_builtins(), option=options))


def _in_brackets(counts: dict[str, int]) -> str:
    return f" ({_listed(counts)})" if counts else ""


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
