"""How driftline itself is, who changed what, and what is configured."""

from typing import Any, Final

import yaml

from driftline.stream_app.dashboard.pages.incidents import whole
from driftline.stream_app.dashboard.pages.view import Context, View

AUDIT_PAGE: Final = 100
HIDDEN: Final = "hidden"
SECRETS: Final = ("ssl_key_password", "sasl_password", "scrypt")


def health(view: View) -> Context:
    """Reading, rejected records, and how late each stream is."""
    coverage = {
        name: status.get("coverage") for name, status in view.state.statuses.items() if status.get("coverage")
    }
    incidents = view.state.incidents.ranked()
    latest: dict[str, dict[str, float]] = {}
    for incident in incidents:
        latest.setdefault(incident.model, incident.last.drift.coverage)
    return {
        "reading": view.reading,
        "letters": view.state.letters.ranked(),
        "tallies": list(view.state.signals.tallies().items()),
        "coverage": {**latest, **{name: each for name, each in coverage.items() if isinstance(each, dict)}},
        "notices": [
            (name, notice)
            for name, status in view.state.statuses.items()
            for notice in status.get("notices") or []
            if isinstance(notice, dict)
        ],
        "incidents_kept": len(view.state.incidents),
    }


def audit(view: View, asked: dict[str, str]) -> Context:
    """The audit trail, the newest first, and words that nobody has answered."""
    text = asked.get("q", "").lower()
    records = [
        record
        for record in reversed(view.state.deeds.audit.values())
        if text
        in f"{record.model} {record.reason} {record.signal or ''} {record.by or ''} {record.action}".lower()
    ]
    pages = max(-(-len(records) // AUDIT_PAGE), 1)
    page = min(max(whole(asked.get("page")), 1), pages)
    waiting = [deed for deed in view.state.deeds.by_id.values() if deed.outcome == "sent"]
    return {
        "records": records[(page - 1) * AUDIT_PAGE : page * AUDIT_PAGE],
        "total": len(records),
        "number": page,
        "pages": pages,
        "text": asked.get("q", ""),
        "waiting": waiting[-20:][::-1],
    }


def configuration(view: View) -> Context:
    """What this dashboard was configured with; the workers' configuration is theirs."""
    settings = view.settings.model_dump(mode="json")
    named = view.settings.model_fields_set
    sections = [
        (
            name,
            "from the configuration" if name in named else "defaults",
            yaml.safe_dump(hidden(section), sort_keys=False),
        )
        for name, section in settings.items()
    ]
    return {"sections": sections}


def hidden(value: Any) -> Any:
    """The same without anything that opens a door."""
    if isinstance(value, dict):
        return {
            name: HIDDEN if name in SECRETS and each is not None else hidden(each)
            for name, each in value.items()
        }
    return [hidden(each) for each in value] if isinstance(value, list) else value
