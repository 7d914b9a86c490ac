"""``driftline verdict``: what an alert was to the person who got it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import click

from driftline.stream_app.cli.answers import answers_to, listening, require_alert, show_answers
from driftline.stream_app.cli.control import BY, COMMENT, MODEL, control_client
from driftline.stream_app.cli.options import common_options, kafka_settings
from driftline.stream_app.cli.presentation import Command, examples

if TYPE_CHECKING:
    from driftline.schemas import Verdict

VERDICTS: Final[tuple["Verdict", ...]] = ("useful", "noise", "expected_change")
SHORT: Final = {"expected": "expected_change", "expected-change": "expected_change"}


class VerdictType(click.Choice[str]):
    """A verdict as it stands in events and in the audit; shorter ways to write it are taken too."""

    def __init__(self) -> None:
        super().__init__(VERDICTS)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The verdict's one name."""
        return super().convert(SHORT.get(value, value), param, ctx)


@click.command(
    short_help="Say what an alert was: useful, noise or expected_change.",
    cls=Command,
    epilog=examples(
        "driftline verdict 5e0ac4b1f3a86c1f-1-1 useful --model voice-search",
        "driftline verdict 5e0ac4b1f3a86c1f-1-1 noise --model voice-search --comment 'a test call centre'",
        "driftline verdict 5e0ac4b1f3a86c1f expected_change --model voice-search --by anna",
    ),
)
@click.argument("alert_id", metavar="ALERT_ID")
@click.argument("verdict", type=VerdictType())
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
    new normal, and its alert is resolved. What the worker makes of it is shown, if one answers within ten
    seconds; the exit code is 1 when there is no such alert or nothing was changed.
    """
    kafka = kafka_settings(config, bootstrap_servers)
    require_alert(kafka, model, alert_id)
    with listening(kafka) as audit:
        with control_client(kafka, model) as client:
            said = client.log_verdict(alert_id, cast("Verdict", verdict), by=by, comment=comment)
        show_answers(f"{alert_id} of {model}, {verdict}", answers_to(audit, model, said))
