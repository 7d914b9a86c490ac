"""A Slack message is short, and calls nobody whom a name in it names."""

from pathlib import Path

import msgspec
import pytest

from driftline.stream_app.bridges.slack import message
from driftline.stream_app.bridges.words import Level, Showing, Word
from driftline.stream_app.config import KafkaSettings
from tests.bridges.endpoints import Answer, Endpoint
from tests.bridges.letters import letter
from tests.bridges.processes import BridgeProcess, wait_until
from tests.examples.programs import alert, publish


def crowded(count: int, **fields: object) -> Word:
    """A word with so many signals."""
    word = letter(1).word
    signals = [
        Showing(signal=f"error:f{number}", unit="share", before=Level(mean=0.06), after=Level(mean=0.15))
        for number in range(count)
    ]
    return msgspec.structs.replace(word, drift=msgspec.structs.replace(word.drift, signals=signals), **fields)


def test_it_has_the_summary_five_signals_and_links() -> None:
    """A message that fills the screen is scrolled past."""
    word = crowded(
        7,
        generator_url="https://drift.example/incidents/1",
        annotations={"summary": "Errors rose", "runbook_url": "https://wiki.example/runbook#x"},
    )
    shown, links = (block["text"]["text"] for block in message(word)["blocks"])
    assert shown.splitlines() == [
        "*✕ critical: Errors rose*",
        *(f"• error:f{number} 6 % → 15 %" for number in range(5)),
        "and 2 more",
    ]
    assert links == "<https://drift.example/incidents/1|dashboard> · <https://wiki.example/runbook#x|runbook>"


def test_names_are_text() -> None:
    """A model called <!channel> would call everybody each time it drifts."""
    word = msgspec.structs.replace(letter(1).word, annotations={"summary": "<!channel> & <@U1>\n*x*"})
    shown = message(word)
    assert shown["text"] == "✕ critical: &lt;!channel&gt; &amp; &lt;@U1&gt; *x*"
    assert "<" not in str(shown)


def test_a_long_text_is_cut_and_its_links_are_not() -> None:
    """Slack refuses a section of more than 3,000 characters."""
    word = crowded(7, annotations={"summary": "∞" * 5000}, generator_url="https://drift.example/")
    texts = [block["text"]["text"] for block in message(word)["blocks"]]
    assert [len(text) <= 3000 for text in texts] == [True, True]
    assert texts[-1] == "<https://drift.example/|dashboard>"


@pytest.mark.kafka
def test_it_is_posted_and_its_address_stays_secret(
    kafka_settings: KafkaSettings, far_side: Endpoint, tmp_path: Path
) -> None:
    """Who knows the address can post to the channel: it must not be in logs."""
    url = f"{far_side.url}/services/T0/B0/s3cret"
    far_side.answer = lambda request: Answer(200, b"ok", (("Connection", "close"),))
    publish(kafka_settings, alert(1))
    with BridgeProcess(kafka_settings, tmp_path, "slack", SLACK_WEBHOOK_URL=url) as bridge:
        wait_until(lambda: bridge.metric("sent_total") == 1, "the message", bridge)
        far_side.shutdown()
        far_side.server_close()
        publish(kafka_settings, alert(2, "resolved"))
        wait_until(lambda: bridge.metric("retried_total") > 0, "nobody listens any more", bridge)
        assert "s3cret" not in bridge.log.read_text()
    assert far_side.requests[0].path == "/services/T0/B0/s3cret"
    assert "critical" in far_side.bodies[0]["text"]
