"""What the commands that look back at a history share: their options, and where their results go."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from driftline.stream_app.cli.output_files import written
from driftline.stream_app.cli.replay import INPUT, OUTPUT

if TYPE_CHECKING:
    from driftline.stream_app.evaluation.document import Document

Function = TypeVar("Function", bound=Callable[..., Any])

FILES = click.argument("files", metavar="FILE…", nargs=-1, required=True, type=INPUT)
SUMMARY = click.option("--summary", metavar="OUT", type=OUTPUT, help="All results as one JSON object.")
REPORT = click.option(
    "--report",
    metavar="OUT",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="A report with charts: HTML or PNG, by the ending of OUT.",
)
TRUTH = click.option(
    "--truth",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What really happened, one JSON object a line: model, began_at, and more if known.",
)


class Tolerance(click.ParamType):
    """A duration such as 15m, in seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds, from what was written; misuse when that is no duration."""
        from driftline.stream_app.config.section import WrittenDuration, milliseconds

        if isinstance(value, float):
            return value
        try:
            return float(milliseconds(WrittenDuration(value))) / 1000
        except ValueError as error:
            self.fail(str(error), param, ctx)


TOLERANCE = click.option(
    "--tolerance",
    metavar="T",
    type=Tolerance(),
    default="15m",
    show_default=True,
    help="How long after a change's end an alert still belongs to it.",
)


def check_outputs(report: Path | None) -> None:
    """Refuse a report that could not be written, before the work and not after it."""
    if report is not None:
        from driftline.stream_app.evaluation.report_file import ENDINGS, check_report

        if report.suffix not in ENDINGS:
            raise click.UsageError(f"{report}: a report is HTML or PNG: let its name end in .html or .png.")
        check_report(report)


def deliver(document: "Document", builtins: Any, summary: str | None, report: Path | None) -> None:
    """The tables on standard output (which a summary to "-" has for itself), and the files asked for."""
    import orjson

    from driftline.stream_app.cli.terminal import standard_error, standard_output
    from driftline.stream_app.evaluation.report_file import write_report
    from driftline.stream_app.evaluation.terminal import NARROWEST, render

    console = standard_error() if summary == "-" else standard_output()
    console.width = max(console.width, NARROWEST)
    console.print(render(document))
    if summary:
        options = orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE
        with written(summary) as file:
            file.write(orjson.dumps(builtins, option=options))
    if report is not None:
        write_report(document, report)
