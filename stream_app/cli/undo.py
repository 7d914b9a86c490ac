"""``driftline undo``: an accepted level is not the normal one after all."""

from pathlib import Path

import click

from driftline.stream_app.cli.answers import answers_to, listening, show_answers
from driftline.stream_app.cli.control import BY, COMMENT, MODEL, control_client, short
from driftline.stream_app.cli.options import common_options, kafka_settings
from driftline.stream_app.cli.presentation import Command, examples


@click.command(
    short_help="Take back an accept.",
    cls=Command,
    epilog=examples("driftline undo 0d3c2b7f5d6a4e0e9c1b8a7f6e5d4c3b --model voice-search"),
)
@click.argument("accept_id", metavar="ID", callback=short)
@MODEL
@BY
@COMMENT
@common_options
def undo(
    *,
    accept_id: str,
    model: str,
    by: str | None,
    comment: str | None,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Take back an accept of the last 24 hours: its signals are measured against their old reference again.

    ID is what `driftline accept` printed; it is also the control_id of the audit record.
    """
    kafka = kafka_settings(config, bootstrap_servers)
    with listening(kafka) as audit:
        with control_client(kafka, model) as client:
            said = client.log_undo(accept_id, by=by, comment=comment)
        show_answers(f"{accept_id} of {model}, taken back", answers_to(audit, model, said))
