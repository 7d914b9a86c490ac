"""An alert for people: one line that says what happened, one that says how it was found."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from rich.text import Text

COLOURS: Final = {"critical": "bold red", "warning": "yellow", "info": "cyan"}
RESOLVED: Final = "green"
SAME_TIME: Final = timedelta(minutes=1)
_INDENT: Final = " " * 4


def alert_line(alert: Mapping[str, Any]) -> Text:
    """When (event time, UTC), how severe, firing or not, and the summary, in the colour of the severity.

    Where it was published at another time on the wall (a backlog, a replay), that stands behind it.
    """
    status, severity = alert["status"], alert["labels"]["severity"]
    colour = RESOLVED if status == "resolved" else COLOURS.get(severity, "")
    line = Text(f"{happened_at(alert):%Y-%m-%d %H:%M:%S}  ")
    line.append(f"{severity:<8}  {status:<8}  ", style=colour)
    line.append(alert["annotations"]["summary"], style="bold")
    published_at = getattr(alert, "published_at", None)
    if published_at is not None and abs(instant_of(published_at) - happened_at(alert)) > SAME_TIME:
        line.append(f"  (said {instant_of(published_at):%Y-%m-%d %H:%M:%S})", style="dim")
    return line


def detail_line(text: str) -> Text:
    """A remark below an alert."""
    return Text(f"{_INDENT}{text}", style="dim")


def happened_at(alert: Mapping[str, Any]) -> datetime:
    """The event time at which the alert was said; in records of older releases that of what they tell."""
    return instant_of(alert.get("time") or alert.get("endsAt") or alert["drift"]["detected_at"])


def instant_of(text: str) -> datetime:
    """An RFC 3339 time in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)
