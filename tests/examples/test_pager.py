"""`examples/pager.py`: Alertmanager hears of each incident as often and as exactly as it needs to."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from driftline.stream_app.config import KafkaSettings
from tests.examples.programs import ENDS_AT, STARTS_AT, alert, command, publish, running, wait_until

Page = dict[str, Any]
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class Receiver(ThreadingHTTPServer):
    """Takes what Alertmanager would take, complains about the rest, and can be out of order."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.posts: list[list[Page]] = []
        self.complaints: list[str] = []
        self.out_of_order = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def pages(self, summary: str) -> list[Page]:
        """Every page with this summary, in the order of arrival."""
        return [
            page for post in list(self.posts) for page in post if page["annotations"]["summary"] == summary
        ]


class Handler(BaseHTTPRequestHandler):
    """One request of the pager."""

    server: Receiver

    def do_POST(self) -> None:
        pages = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        wrong = [] if self.path == "/api/v2/alerts" else [self.path]
        wrong += [complaint for page in pages for complaint in complaints_about(page)]
        if self.server.out_of_order:
            self.send_response(503)
        else:
            self.server.complaints += wrong
            self.server.posts.append(pages)
            self.send_response(400 if wrong else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Tests say what went wrong."""


def complaints_about(page: Page) -> Iterator[str]:
    """What is not as Alertmanager's definition of a postable alert demands."""
    if not page.keys() <= {"labels", "annotations", "startsAt", "endsAt", "generatorURL"}:
        yield f"unknown fields: {page.keys()}"
    for name, text in [*page["labels"].items(), *page.get("annotations", {}).items()]:
        if not (re.fullmatch(r"[a-zA-Z_]\w*", name) and isinstance(text, str) and text):
            yield f"label or annotation {name}: {text!r}"
    for field in ("startsAt", "endsAt"):
        if field in page and not INSTANT.fullmatch(page[field]):
            yield f"{field}: {page[field]}"
    if page.get("endsAt", page["startsAt"]) < page["startsAt"]:
        yield f"ends before it starts: {page}"
    if not page.get("generatorURL", "http://").startswith("http"):
        yield f"generatorURL: {page['generatorURL']}"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        assert server.complaints == []
        server.shutdown()


def pager(kafka: KafkaSettings, receiver: Receiver, *options: str) -> list[str]:
    return command("pager", kafka, receiver.url, "--resend-s", "0.2", *options)


@pytest.mark.kafka
def test_an_incident_from_its_first_word_to_its_last(
    kafka_settings: KafkaSettings, receiver: Receiver
) -> None:
    """Alertmanager resolves by itself what is not repeated, and pages again for what is not resolved."""
    publish(kafka_settings, alert(1))
    with running(pager(kafka_settings, receiver)):
        wait_until(lambda: len(receiver.pages("Alert 1")) >= 3, "the alert is repeated while it fires")
        publish(kafka_settings, alert(2, "resolved"))
        wait_until(lambda: bool(receiver.pages("Alert 2")), "the alert is resolved")
    first, *_ = receiver.pages("Alert 1")
    assert first["startsAt"] == STARTS_AT
    assert "endsAt" not in first
    [resolved] = receiver.pages("Alert 2")
    assert resolved == {
        "labels": first["labels"],
        "annotations": {
            "summary": "Alert 2",
            "description": "Details 2.",
            "signal": "error:intent",
            "runbook_url": "docs/runbook.md#concept-drift",
        },
        "startsAt": STARTS_AT,
        "endsAt": ENDS_AT,
    }
    assert receiver.posts[-1] == [resolved]


@pytest.mark.kafka
def test_an_incident_that_gets_graver_fires_beside_itself_and_ends_as_one(
    kafka_settings: KafkaSettings, receiver: Receiver
) -> None:
    """To Alertmanager another severity is another alert: to end the lower one would say, in the middle of the
    trouble, that it is resolved.
    """
    publish(kafka_settings, alert(1, severity="warning"))
    with running(pager(kafka_settings, receiver)):
        wait_until(lambda: bool(receiver.pages("Alert 1")), "the alert fires")
        publish(kafka_settings, alert(2, "updated"))
        wait_until(lambda: len(receiver.pages("Alert 2")) >= 4, "both fire, and are repeated")
        publish(kafka_settings, alert(3, "resolved"))
        wait_until(lambda: len(receiver.pages("Alert 3")) >= 2, "both are resolved")
    before = receiver.pages("Alert 1") + receiver.pages("Alert 2")
    assert not [page for page in before if "endsAt" in page]
    both = next(post for post in receiver.posts if len(post) == 2)
    assert [page["labels"]["severity"] for page in both] == ["warning", "critical"]
    assert both[0]["labels"] == both[1]["labels"] | {"severity": "warning"}
    over = receiver.posts[-1]
    assert [page["labels"] for page in over] == [page["labels"] for page in both]
    assert all(page["endsAt"] == ENDS_AT for page in over)


@pytest.mark.kafka
def test_what_was_over_before_it_started_pages_nobody(
    kafka_settings: KafkaSettings, receiver: Receiver
) -> None:
    """Every restart would wake people for the incidents of the week."""
    publish(kafka_settings, alert(1), alert(2, "updated"), alert(3, "resolved"), alert(1, episode=2))
    with running(pager(kafka_settings, receiver)):
        wait_until(lambda: len(receiver.posts) >= 3, "the second incident fires")
    fired = [page for post in receiver.posts for page in post if "endsAt" not in page]
    assert {page["annotations"]["summary"] for page in fired} == {"Alert 1"}
    assert all(len(post) == 1 for post in receiver.posts)
    assert receiver.pages("Alert 2") == []


@pytest.mark.kafka
def test_an_alertmanager_that_comes_back_hears_what_it_missed(
    kafka_settings: KafkaSettings, receiver: Receiver
) -> None:
    """A resolution that is lost leaves people searching for what is over."""
    receiver.out_of_order = True
    with running(pager(kafka_settings, receiver, "--timeout-s", "30")) as process:
        publish(kafka_settings, alert(1), alert(2, "resolved"))
        assert process.stderr is not None
        assert any("trying again" in line for line in process.stderr)
        receiver.out_of_order = False
        wait_until(lambda: bool(receiver.pages("Alert 2")), "the resolution arrives")
    assert len(receiver.pages("Alert 2")) == 1
