"""PagerDuty's Events API v2 as its documentation describes it, and what of it pages a person.

From "Send an Event to PagerDuty" and "Event Management" of its developer documentation: 202 for an event that
was taken, 400 for one that is wrong, 429 when there are too many. A trigger opens an incident where none with
its key is open, and else adds to its log; an incident that somebody has acknowledged notifies nobody again.
Resolve and acknowledge of what is not open are dropped.
"""

from collections import Counter
from typing import Any

from tests.bridges.endpoints import Answer, Request

TAKEN = Answer(202, b'{"status": "success", "message": "Event processed"}')


class PagerDuty:
    """Answers requests; `pages` counts who was notified by key, `reopened` are triggers behind a resolve."""

    def __init__(self, *routing_keys: str) -> None:
        self.routing_keys = routing_keys
        self.open: dict[tuple[str, str], dict[str, Any]] = {}
        self.pages: Counter[str] = Counter()
        self.resolved: set[str] = set()
        self.reopened: list[str] = []
        self.wrong: list[str] = []
        self.events: list[dict[str, Any]] = []

    def __call__(self, request: Request) -> Answer:
        event = request.json
        if complaint := self._complaint(request, event):
            self.wrong.append(complaint)
            return Answer(400, b'{"status": "invalid event", "message": "Event object is invalid"}')
        self.events.append(event)
        key = event["routing_key"], event["dedup_key"]
        if event["event_action"] == "resolve":
            if self.open.pop(key, None) is not None:
                self.resolved.add(event["dedup_key"])
        elif key not in self.open:
            self.open[key] = event
            self.pages[event["dedup_key"]] += 1
            if event["dedup_key"] in self.resolved:
                self.reopened.append(event["dedup_key"])
        return TAKEN

    def _complaint(self, request: Request, event: dict[str, Any]) -> str:
        """What is wrong with an event; empty where nothing is."""
        if request.path != "/v2/enqueue" or len(request.body) > 512 * 1024:
            return f"{request.path} with {len(request.body)} bytes"
        if event["routing_key"] not in self.routing_keys:
            return "unknown routing key"
        if event["event_action"] not in ("trigger", "resolve") or len(event["dedup_key"]) > 255:
            return f"{event['event_action']} {event['dedup_key']}"
        return "" if event["event_action"] == "resolve" else complaint_about_a_trigger(event)


def complaint_about_a_trigger(event: dict[str, Any]) -> str:
    """What is wrong with what it says; empty where nothing is."""
    payload = event["payload"]
    if not payload["summary"] or len(payload["summary"]) > 1024 or not payload["source"]:
        return f"summary or source: {payload}"
    if payload["severity"] not in ("critical", "error", "warning", "info"):
        return f"severity {payload['severity']}"
    links = [link["href"] for link in event.get("links", [])]
    return f"links {links}" if [link for link in links if not link.startswith("http")] else ""
