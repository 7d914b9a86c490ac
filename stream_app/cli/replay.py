"""``driftline replay``: the engine over files, without a broker."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from driftline.stream_app.cli.mapping_options import MappingFiles, mapping_options, tables_of
from driftline.stream_app.cli.options import common_options, engine_settings
from driftline.stream_app.cli.output_files import STANDARD_STREAM, written
from driftline.stream_app.cli.presentation import Command, examples

if TYPE_CHECKING:
    from driftline.stream_app.adapters.replay import Summary
    from driftline.stream_app.outputs import FileSink, MemorySink, Output

INPUT = click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True)
OUTPUT = click.Path(dir_okay=False, writable=True, allow_dash=True)


@click.command(
    short_help="Run recorded events through the engine.",
    cls=Command,
    epilog=examples(
        "driftline replay monday.jsonl.gz tuesday.jsonl.gz",
        "driftline replay rides.parquet --save-mapping rides.yaml",
        "driftline replay events.jsonl --config driftline.yaml --alerts alerts.jsonl --summary summary.json",
        "zcat events.jsonl.gz | driftline replay - | jq .annotations.summary",
    ),
)
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=INPUT)
@click.option("--alerts", metavar="OUT", type=OUTPUT, default="-", help="Alerts; standard output by default.")
@click.option(
    "--signals", metavar="OUT", type=OUTPUT, help="Summaries of every signal, as they are published."
)
@click.option("--dead-letters", metavar="OUT", type=OUTPUT, help="Records that could not be used, and why.")
@click.option("--audit", metavar="OUT", type=OUTPUT, help="What operators' verdicts changed, and why.")
@click.option("--summary", metavar="OUT", type=OUTPUT, help="The closing summary as one JSON object.")
@click.option(
    "--baseline",
    metavar="OUT",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="What was learned, as a baseline file that a configuration can name.",
)
@click.option("--report", metavar="OUT", help="What was raised as a report: an .html or .png file.")
@click.option(
    "--batch-size",
    metavar="N",
    type=click.IntRange(min=1),
    default=4096,
    show_default=True,
    help="Records that are worked on together; changes nothing but the speed.",
)
@mapping_options
@common_options
def replay(
    *,
    files: tuple[str, ...],
    alerts: str,
    signals: str | None,
    dead_letters: str | None,
    audit: str | None,
    summary: str | None,
    baseline: Path | None,
    report: str | None,
    batch_size: int,
    mapping: MappingFiles,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Run recorded events through the engine: the alerts that they raise, as JSON lines.

    Each FILE holds one event a line (JSON), plain or compressed (.gz), or rows (.csv, .csv.gz, .parquet); "-"
    is standard input. What the columns of rows are is guessed and shown; a mapping says it. Several files
    are merged by the time of their events. The same events give the same alerts, byte for byte. The exit
    code is 0 whether or not there are alerts, and 1 when not one record could be used.
    """
    outputs = (alerts, signals, dead_letters, audit, summary, baseline, report, mapping.output)
    refuse_to_overwrite((*files, *mapping.inputs), outputs)
    refuse_json(baseline)
    settings = engine_settings(config, bootstrap_servers)
    from driftline.stream_app.adapters.replay import replay as run
    from driftline.stream_app.cli.replay_report import print_summary, watched, write_summary
    from driftline.stream_app.evaluation.report_file import check_report
    from driftline.stream_app.outputs import MemorySink

    check_report(Path(report or "none.html"))
    kept = MemorySink("alerts") if report else MemorySink()
    named: dict[Output, str | None] = {"alerts": alerts, "signals": signals}
    named |= {"dead_letters": dead_letters, "audit": audit}
    with lines_in(named) as lines, watched(files, tables_of(files, mapping), batch_size) as records:
        every: Literal["every"] | None = "every" if signals else None
        result = run(records, settings, lines, kept, summaries=every, baseline=baseline)
    write_summary(result, summary)
    print_summary(result)
    if report:
        report_on(result, kept, files, Path(report))


@contextmanager
def lines_in(files: "Mapping[Output, str | None]") -> "Iterator[FileSink]":
    """Writes JSON lines into the files that are named."""
    from driftline.stream_app.outputs import FileSink

    with ExitStack() as stack:
        named = ((output, name) for output, name in files.items() if name)
        yield FileSink({output: stack.enter_context(written(name)) for output, name in named})


def report_on(result: "Summary", kept: "MemorySink", files: tuple[str, ...], path: Path) -> None:
    """Write what was raised as a report."""
    from driftline.stream_app.cli.replay_report import figures_of
    from driftline.stream_app.evaluation.recording_document import recording_document
    from driftline.stream_app.evaluation.report_file import write_report

    names = [Path(file).name for file in files]
    write_report(recording_document(kept.decoded("alerts"), figures_of(result), names), path)


def refuse_to_overwrite(inputs: Iterable[str | Path | None], outputs: Iterable[str | Path | None]) -> None:
    """A slip of the pen must not cost anybody a recording, nor write two things into one file."""
    taken = {Path(file).resolve() for file in inputs if file and file != STANDARD_STREAM}
    for output in outputs:
        if output is None or output == STANDARD_STREAM:
            continue
        path = Path(output).resolve()
        if path in taken:
            raise click.UsageError(f"{output} is named twice: what is written needs a file of its own.")
        taken.add(path)


def refuse_json(baseline: Path | None) -> None:
    """A name must not promise what the file does not hold."""
    if baseline is not None and baseline.suffix == ".json":
        raise click.UsageError(
            f"{baseline}: a baseline is no JSON: call it {baseline.with_suffix('.baseline').name}."
        )
