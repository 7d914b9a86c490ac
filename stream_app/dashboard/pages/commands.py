"""What an operator did with a button, as the command that does the same."""

import shlex

from driftline.stream_app.dashboard.records import Said, time_ms
from driftline.stream_app.dashboard.wording import span


def command_of(said: Said) -> str:
    """``driftline verdict … useful --model …``."""
    by_action: dict[str, list[str | None]] = {
        "verdict": ["verdict", said.alert_id, (said.verdict or "").removesuffix("_change")],
        "acknowledge": ["acknowledge", said.alert_id, *duration_of(said)],
        "undo": ["undo", said.accept_id],
        "comment": ["comment", said.alert_id, said.comment],
        "accept": ["accept", *accepted_of(said)],
    }
    words = by_action.get(said.action, [said.action])
    options = [("--model", said.model), ("--by", said.by)]
    options += [("--comment", said.comment)] if said.action != "comment" else []
    options += [("--version", said.version), ("--role", said.role)]
    words += [word for name, value in options if value for word in (name, value)]
    return shlex.join(["driftline", *(word for word in words if word)])


def accepted_of(said: Said) -> list[str]:
    """The alert, or the signals one by one."""
    if said.alert_id:
        return ["--alert", said.alert_id]
    return [word for signal in said.signals or [] for word in ("--signal", signal)]


def duration_of(said: Said) -> list[str]:
    """``--for 4h``, in whole minutes, hours or days."""
    until_ms, from_ms = time_ms(said.until), time_ms(said.time)
    if not until_ms or not from_ms:
        return []
    number, _, unit = span(until_ms - from_ms + 30_000).partition(" ")
    return (
        ["--for", f"{number.replace(',', '')}{unit.removesuffix('in')}"] if unit in ("min", "h", "d") else []
    )
