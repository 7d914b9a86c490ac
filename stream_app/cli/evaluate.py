"""``driftline evaluate``: a configuration scored on a history of one's own."""

from pathlib import Path

import click

from driftline.stream_app.cli.backtests import (
    FILES,
    REPORT,
    SUMMARY,
    TOLERANCE,
    TRUTH,
    check_outputs,
    deliver,
)
from driftline.stream_app.cli.mapping_options import MappingFiles, mapping_options, tables_of
from driftline.stream_app.cli.options import common_options, engine_settings
from driftline.stream_app.cli.presentation import Command, examples
from driftline.stream_app.cli.replay import refuse_to_overwrite


@click.command(
    short_help="Score a configuration on a history.",
    cls=Command,
    epilog=examples(
        "driftline evaluate events.jsonl.gz --truth truth.jsonl",
        "driftline evaluate events.jsonl.gz --truth truth.jsonl --config driftline.yaml --report report.html",
        """echo '{"model": "search", "began_at": "2026-11-02T08:00:00Z"}' > truth.jsonl""",
    ),
)
@FILES
@TRUTH
@TOLERANCE
@SUMMARY
@REPORT
@mapping_options
@common_options
def evaluate(
    *,
    files: tuple[str, ...],
    truth: Path | None,
    tolerance: float,
    summary: str | None,
    report: Path | None,
    mapping: MappingFiles,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Score a configuration on recorded events: alerts a day, delays, what was missed, what was false.

    Beside it stand always-fire, never-fire, and river's ADWIN and PageHinkley with their defaults, all held
    against the truth by the same rule. Without --truth the history is taken as healthy. FILEs are read as by
    replay.
    """
    refuse_to_overwrite((*files, *mapping.inputs, truth), (summary, report, mapping.output))
    check_outputs(report)
    settings = engine_settings(config, bootstrap_servers)
    from driftline.stream_app.cli.not_watched import print_not_watched
    from driftline.stream_app.cli.replay_report import watched
    from driftline.stream_app.evaluation.evaluating import evaluate as run
    from driftline.stream_app.evaluation.evaluation_document import evaluation_builtins, evaluation_document
    from driftline.stream_app.evaluation.truth_file import read_truth

    truths = None if truth is None else read_truth(truth)
    with watched(files, tables_of(files, mapping)) as records:
        result = run(records, settings, truths, tolerance)
    print_not_watched(result.summary.not_watched)
    deliver(evaluation_document(result), evaluation_builtins(result), summary, report)
