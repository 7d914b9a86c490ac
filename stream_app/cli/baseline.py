"""``driftline baseline``: what models look like when they are healthy, as a file."""

from pathlib import Path

import click

from driftline.stream_app.cli.backtests import FILES, REPORT, SUMMARY, check_outputs, deliver
from driftline.stream_app.cli.mapping_options import MappingFiles, mapping_options, tables_of
from driftline.stream_app.cli.options import common_options, engine_settings
from driftline.stream_app.cli.presentation import Command, Group, examples
from driftline.stream_app.cli.replay import refuse_json, refuse_to_overwrite


@click.group(
    cls=Group,
    short_help="Make a reference from a healthy history.",
    epilog=examples(
        "driftline baseline build healthy-week.jsonl.gz --out search.baseline",
        "driftline baseline show search.baseline",
    ),
)
def baseline() -> None:
    """Make a baseline file, which arms a model from its first event, or show what one knows."""


@baseline.command(
    cls=Command,
    epilog=examples(
        "driftline baseline build healthy-week.jsonl.gz --out search.baseline",
        "driftline baseline build monday.jsonl tuesday.jsonl --config driftline.yaml --out search.baseline",
    ),
)
@FILES
@click.option(
    "--out",
    metavar="BASELINE",
    required=True,
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="The file to write.",
)
@SUMMARY
@REPORT
@mapping_options
@common_options
def build(
    *,
    files: tuple[str, ...],
    out: Path,
    summary: str | None,
    report: Path | None,
    mapping: MappingFiles,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Learn the references of all signals from healthy events, and write them into a file.

    Name the file in the configuration (models.M.baseline), and the model is armed from its first event.
    """
    refuse_to_overwrite((*files, *mapping.inputs), (out, summary, report, mapping.output))
    refuse_json(out)
    check_outputs(report)
    settings = engine_settings(config, bootstrap_servers)
    from driftline.stream_app.adapters.replay import replay
    from driftline.stream_app.cli.not_watched import print_not_watched
    from driftline.stream_app.cli.replay_report import refuse_useless, watched
    from driftline.stream_app.evaluation.wording import counted

    with watched(files, tables_of(files, mapping)) as records:
        result = replay(records, settings, baseline=out)
    print_not_watched(result.not_watched)
    refuse_useless(result)
    notes = []
    if result.incidents:
        raised = counted(result.incidents, "incident")
        notes.append(f"The history raised {raised}: a reference learned from a sick model hides its illness.")
    show_file(out, settings_file=config, notes=notes, summary=summary, report=report)


@baseline.command(
    cls=Command,
    epilog=examples(
        "driftline baseline show search.baseline", "driftline baseline show search.baseline --summary -"
    ),
)
@click.argument("file", metavar="BASELINE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@SUMMARY
@REPORT
@common_options
def show(
    file: Path,
    summary: str | None,
    report: Path | None,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Show what a baseline file knows: every signal with its values, mean, sd and span of time."""
    refuse_to_overwrite((str(file),), (summary, report))
    check_outputs(report)
    engine_settings(config, bootstrap_servers)
    show_file(file, settings_file=config, notes=[], summary=summary, report=report)


def show_file(
    file: Path, *, settings_file: Path | None, notes: list[str], summary: str | None, report: Path | None
) -> None:
    """The table of a baseline's signals, and the files asked for."""
    from driftline.stream_app.evaluation.reference_document import (
        reference_builtins,
        reference_document,
        verdict_of,
    )
    from driftline.stream_app.evaluation.references import read_references

    references = read_references(file, engine_settings(settings_file, None))
    document = reference_document(f"driftline: the baseline {file.name}", references, notes)
    builtins = {"verdict": verdict_of(references), "notes": notes, "signals": reference_builtins(references)}
    deliver(document, builtins, summary, report)
    if notes:
        click.echo("\n".join(notes), err=True)
