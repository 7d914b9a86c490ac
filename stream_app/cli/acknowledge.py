"""``driftline acknowledge`` and ``driftline comment``: words about an alert that change no reference."""

import re
import time
from pathlib import Path

import click

from driftline.stream_app.cli.answers import answers_to, listening, require_alert, show_answers
from driftline.stream_app.cli.control import BY, COMMENT, MODEL, control_client, short
from driftline.stream_app.cli.options import common_options, kafka_settings
from driftline.stream_app.cli.presentation import Command, examples


def duration_ms(context: click.Context, parameter: click.Parameter, text: str) -> int:
    """``30m``, ``4h`` or ``2d``; shorter ones, or a number alone, would be taken for something else."""
    from driftline.stream_app.config.section import UNITS_MS

    match = re.fullmatch(r"([1-9]\d{0,3})([mhd])", text)
    if match is None:
        raise click.BadParameter(f"{text!r} is not a duration: write 30m, 4h or 2d.", context, parameter)
    return int(match[1]) * UNITS_MS[match[2]]


@click.command(
    short_help="Say that somebody looks after an alert.",
    cls=Command,
    epilog=examples("driftline acknowledge 5e0ac4b1f3a86c1f-1-1 --model voice-search --for 4h"),
)
@click.argument("alert_id", metavar="ALERT_ID", callback=short)
@click.option(
    "--for",
    "duration",
    metavar="TIME",
    default="4h",
    show_default=True,
    callback=duration_ms,
    help="How long it is not repeated: 30m, 4h, 2d.",
)
@MODEL
@BY
@COMMENT
@common_options
def acknowledge(
    *,
    alert_id: str,
    duration: int,
    model: str,
    by: str | None,
    comment: str | None,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Say that you look after an alert: its incident is not repeated for a while. It resolves nothing."""
    until_ms = int(time.time() * 1000) + duration
    kafka = kafka_settings(config, bootstrap_servers)
    require_alert(kafka, model, alert_id)
    with listening(kafka) as audit:
        with control_client(kafka, model) as client:
            said = client.log_acknowledge(alert_id, until_ms, by=by, comment=comment)
        show_answers(f"{alert_id} of {model}, acknowledged", answers_to(audit, model, said))


@click.command(
    short_help="Write a remark about an alert.",
    cls=Command,
    epilog=examples("driftline comment 5e0ac4b1f3a86c1f-1-1 'asked the mobile team' --model voice-search"),
)
@click.argument("alert_id", metavar="ALERT_ID", callback=short)
@click.argument("text", metavar="TEXT", callback=short)
@MODEL
@BY
@common_options
def comment(
    *,
    alert_id: str,
    text: str,
    model: str,
    by: str | None,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Write a remark about an alert into the audit trail."""
    kafka = kafka_settings(config, bootstrap_servers)
    require_alert(kafka, model, alert_id)
    with listening(kafka) as audit:
        with control_client(kafka, model) as client:
            said = client.log_comment(alert_id, text, by=by)
        show_answers(f"{alert_id} of {model}, comment", answers_to(audit, model, said))
