"""``driftline accept``: a new level is the normal one."""

from pathlib import Path

import click

from driftline.stream_app.cli.answers import answers_to, listening, require_alert, show_answers
from driftline.stream_app.cli.control import BY, COMMENT, MODEL, control_client
from driftline.stream_app.cli.options import common_options, kafka_settings
from driftline.stream_app.cli.presentation import Command, examples


@click.command(
    short_help="Make a new level the normal one.",
    cls=Command,
    epilog=examples(
        "driftline accept --model voice-search --alert 5e0ac4b1f3a86c1f-1-1 --comment 'new microphones'",
        "driftline accept --model voice-search --signal feature:volume_dbfs --signal feature:snr_db",
    ),
)
@MODEL
@click.option("--alert", "alert_id", metavar="ID", help="Everything that this alert's incident shows.")
@click.option("--signal", "signals", metavar="NAME", multiple=True, help="This signal; may be repeated.")
@click.option("--version", metavar="VERSION", help="Of this version only (with --signal).")
@click.option("--role", metavar="ROLE", help="In this role only (with --signal).")
@BY
@COMMENT
@common_options
def accept(
    *,
    model: str,
    alert_id: str | None,
    signals: tuple[str, ...],
    version: str | None,
    role: str | None,
    by: str | None,
    comment: str | None,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Make the present level of signals their reference: what they had raised is resolved.

    The signals learn their reference anew from what comes now, and the next change is measured from there.
    What the worker makes of it is shown, if one answers within ten seconds; the exit code is 1 when there is
    no such alert or nothing was changed.
    """
    if (alert_id is None) == (not signals):
        raise click.UsageError("name either an alert (--alert) or signals (--signal).")
    kafka = kafka_settings(config, bootstrap_servers)
    if alert_id is not None:
        require_alert(kafka, model, alert_id)
    with listening(kafka) as audit:
        with control_client(kafka, model) as client:
            said = client.log_accept(
                alert_id=alert_id, signals=signals, version=version, role=role, by=by, comment=comment
            )
        what = f"{alert_id or ', '.join(signals)} of {model}, accepted as the new normal"
        show_answers(what, answers_to(audit, model, said))
    click.echo(f"`driftline undo {said} --model {model}` takes it back, for 24 hours.")
