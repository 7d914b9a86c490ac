"""``driftline verdict``: what an alert was to the person who got it."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from driftline.stream_app.cli.control import BY, COMMENT, MODEL, control_client
from driftline.stream_app.cli.options import common_options
from driftline.stream_app.cli.presentation import Command, examples

if TYPE_CHECKING:
    from driftline.schemas import Verdict

VERDICTS: Final[dict[str, "Verdict"]] = {"useful": "useful", "noise": "noise", "expected": "expected_change"}


@click.command(
    short_help="Say what an alert was: useful, noise or expected.",
    cls=Command,
    epilog=examples(
        "driftline verdict 5e0ac4b1f3a86c1f-1-1 useful --model voice-search",
        "driftline verdict 5e0ac4b1f3a86c1f-1-1 noise --model voice-search --comment 'a test call centre'",
        "driftline verdict 5e0ac4b1f3a86c1f expected --model voice-search --by anna",
    ),
)
@click.argument("alert_id", metavar="ALERT_ID")
@click.argument("verdict", type=click.Choice(list(VERDICTS)))
@MODEL
@BY
@COMMENT
@common_options
def verdict(
    *,
    alert_id: str,
    verdict: str,
    model: str,
    by: str | None,
    comment: str | None,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Say what an alert was to you, so that the next ones are better.

    ALERT_ID is the id of any alert of the incident, or its fingerprint. What was noise makes its signals'
    share of the false-alarm budget smaller, what was useful makes it larger; an expected change becomes the
    new normal, and its alert is resolved. What the worker made of it stands on the audit topic.
    """
    with control_client(config, bootstrap_servers, model) as client:
        client.log_verdict(alert_id, VERDICTS[verdict], by=by, comment=comment)
    click.echo(f"{alert_id} of {model}: {verdict}.")
