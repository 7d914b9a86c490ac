"""``driftline tune``: settings that raise no more false alerts on a history than asked for."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from driftline.stream_app.cli.output_files import STANDARD_STREAM
from driftline.stream_app.cli.output_files import written as output_file
from driftline.stream_app.cli.presentation import Command, examples
from driftline.stream_app.cli.replay import refuse_to_overwrite

if TYPE_CHECKING:
    from driftline.stream_app.adapters.tables import Tables
    from driftline.stream_app.evaluation.backtest import Backtest
    from driftline.stream_app.evaluation.budget import Budget


class BudgetType(click.ParamType):
    """False alerts per period."""

    name = "budget"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> "Budget":
        """A budget from ``1/30d``; misuse when it is none."""
        from driftline.stream_app.evaluation.budget import Budget

        if isinstance(value, Budget):
            return value
        try:
            return Budget.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command(
    short_help="Propose settings from a history.",
    cls=Command,
    epilog=examples(
        "driftline tune healthy-month.jsonl.gz --budget 1/30d",
        "driftline tune events.jsonl.gz --truth truth.jsonl --config driftline.yaml --out tuned.yaml",
    ),
)
@FILES
@TRUTH
@click.option(
    "--budget",
    metavar="N/PERIOD",
    type=BudgetType(),
    default="1/30d",
    show_default=True,
    help="False alerts per model that are acceptable.",
)
@click.option(
    "--out",
    metavar="CONFIG",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the configuration with all proposals taken.",
)
@click.option(
    "--most-replays",
    metavar="N",
    type=click.IntRange(min=1),
    default=40,
    show_default=True,
    help="How often the history is replayed at most.",
)
@TOLERANCE
@SUMMARY
@REPORT
@mapping_options
@common_options
def tune(
    *,
    files: tuple[str, ...],
    truth: Path | None,
    budget: "Budget",
    out: Path | None,
    most_replays: int,
    tolerance: float,
    summary: str | None,
    report: Path | None,
    mapping: MappingFiles,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Propose settings that raise fewer false alerts on recorded events, and show what each would change.

    The events are replayed with one proposal after the other until the budget is kept. Without --truth the
    history is taken as healthy: every alert in it counts as false. The configuration itself is not touched.
    """
    if STANDARD_STREAM in files:
        raise click.UsageError("tune reads the events several times: name files instead of -.")
    refuse_to_overwrite((*files, *mapping.inputs, truth, config), (summary, report, out, mapping.output))
    check_outputs(report)
    engine_settings(config, bootstrap_servers)  # every mistake, by its line in the user's own file
    from driftline.stream_app.cli.terminal import standard_error
    from driftline.stream_app.evaluation.draft import Draft
    from driftline.stream_app.evaluation.tuning import tune as run
    from driftline.stream_app.evaluation.tuning import tuning_builtins
    from driftline.stream_app.evaluation.tuning_document import remarks_of, tuning_document

    backtest = backtest_of(files, tables_of(files, mapping), truth, tolerance)
    draft = Draft.of(config, lambda file: engine_settings(file, bootstrap_servers))
    console = standard_error()
    result = run(
        backtest, draft, budget, most_replays, lambda number, what: console.print(f"{number}. {what}")
    )
    text = result.draft.text(remarks_of(result))
    if out is not None:
        with output_file(out) as file:
            file.write(text.encode())
    deliver(tuning_document(result, text), tuning_builtins(result), summary, report)


def backtest_of(files: tuple[str, ...], tables: "Tables", truth: Path | None, tolerance: float) -> "Backtest":
    """The history in the files."""
    from driftline.stream_app.adapters.files import records_of
    from driftline.stream_app.evaluation.backtest import Backtest
    from driftline.stream_app.evaluation.truth_file import read_truth

    truths = None if truth is None else read_truth(truth)
    return Backtest(lambda: records_of(files, tables=tables), truths, tolerance)
