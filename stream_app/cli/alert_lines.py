"""An alert for people: one line that says what happened, one that says how it was found."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from rich.text import Text

COLOURS: Final = {"critical": "bold red", "warning": "yellow", "info": "cyan"}
RESOLVED: Final = "green"
_INDENT: Final = " " * 4


def alert_line(alert: Mapping[str, Any]) -> Text:
    """When (event time, UTC), how severe, firing or not, and the summary, in the colour of the severity."""
    status, severity = alert["status"], alert["labels"]["severity"]
    colour = RESOLVED if status == "resolved" else COLOURS.get(severity, "")
    line = Text(f"{happened_at(alert):%Y-%m-%d %H:%M:%S}  ")
    line.append(f"{severity:<8}  {status:<8}  ", style=colour)
    line.append(alert["annotations"]["summary"], style="bold")
    return line


def detail_line(text: str) -> Text:
    """A remark below an alert."""
    return Text(f"{_INDENT}{text}", style="dim")


def happened_at(alert: Mapping[str, Any]) -> datetime:
    """The event time of what the alert tells: the end of a resolved incident, else its detection."""
    instant = alert.get("endsAt") or alert["drift"]["detected_at"]
    return datetime.fromisoformat(instant).astimezone(UTC)
