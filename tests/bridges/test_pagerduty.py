"""PagerDuty pages once for each severity, and nothing opens anew what is over."""

import asyncio
import time
from itertools import pairwise
from pathlib import Path

import aiohttp
import msgspec
import pytest

from driftline.schemas import Alert
from driftline.stream_app.bridges.http import Http
from driftline.stream_app.bridges.pagerduty import PagerDutyReceiver, encoded, trigger
from driftline.stream_app.bridges.words import Letter, Showing
from driftline.stream_app.config import KafkaSettings
from tests.bridges.endpoints import Answer, Endpoint, Request
from tests.bridges.letters import letter
from tests.bridges.pagerduty_contract import PagerDuty
from tests.bridges.processes import BridgeProcess, wait_until
from tests.examples.programs import alert, publish

SEVERITIES = ("info", "warning", "critical")
KEY = "R0123456789"


def key_of(record: Alert, severity: str) -> str:
    return f"driftline/{record.labels.incident}/{severity}"


def bridge_to(far_side: Endpoint, kafka: KafkaSettings, directory: Path) -> BridgeProcess:
    section = {"pagerduty": {"url": far_side.url, "routing_key": {"env": "TEST_ROUTING_KEY"}}}
    return BridgeProcess(kafka, directory, "pagerduty", bridges=section, TEST_ROUTING_KEY=KEY)


@pytest.mark.kafka
def test_an_incident_that_grows_pages_once_for_each_severity(
    kafka_settings: KafkaSettings, far_side: Endpoint, tmp_path: Path
) -> None:
    """An incident that somebody acknowledged there would stay quiet when it becomes critical."""
    far_side.answer = pagerduty = PagerDuty(KEY)
    with bridge_to(far_side, kafka_settings, tmp_path) as bridge:
        for sequence, severity in enumerate(SEVERITIES, start=1):
            publish(kafka_settings, alert(sequence, "firing", severity=severity))
            alone = [(KEY, key_of(alert(1), severity))]
            wait_until(lambda: list(pagerduty.open) == alone, severity, bridge)  # noqa: B023
            bridge.kill()
            bridge.start()
        publish(kafka_settings, alert(4, "resolved"))
        wait_until(lambda: not pagerduty.open, "it is resolved", bridge)
        assert KEY not in bridge.log.read_text()
    assert pagerduty.pages == {key_of(alert(1), severity): 1 for severity in SEVERITIES}
    # The higher one is there before the lower one is resolved: in between nobody hears that it is over.
    done = [(event["event_action"], event["dedup_key"].rpartition("/")[2]) for event in pagerduty.events]
    for lower, higher in pairwise(SEVERITIES):
        assert done.index(("trigger", higher)) < done.index(("resolve", lower))
    assert (pagerduty.wrong, pagerduty.reopened) == ([], [])


@pytest.mark.kafka
def test_a_crash_opens_nothing_anew(
    kafka_settings: KafkaSettings, far_side: Endpoint, tmp_path: Path
) -> None:
    """A trigger that is sent again behind its resolve wakes somebody for what is over.

    The first incident cannot be delivered, so the position of the partition that they share stays before it.
    The last one's trigger arrives, and its answer does not.
    """
    pagerduty = PagerDuty(KEY)
    stuck, slow = alert(1, episode=1), alert(1, episode=3)
    broken = {"now": True}

    def answer(request: Request) -> Answer:
        if stuck.labels.incident in request.json["dedup_key"] and broken["now"]:
            return Answer(503)
        answered = pagerduty(request)
        if slow.labels.incident in request.json["dedup_key"] and broken["now"]:
            time.sleep(3)
        return answered

    far_side.answer = answer
    with bridge_to(far_side, kafka_settings, tmp_path) as bridge:
        publish(kafka_settings, stuck, alert(1, episode=2))
        wait_until(lambda: bridge.metric("sent_total") == 1, "the second is opened", bridge)
        publish(kafka_settings, alert(2, "resolved", episode=2))
        wait_until(lambda: bridge.metric("sent_total") == 2, "and is over", bridge)
        publish(kafka_settings, slow)
        wait_until(lambda: pagerduty.pages[key_of(slow, "critical")] == 1, "the third arrives", bridge)
        bridge.kill()
        broken["now"] = False
        before = len(pagerduty.events)
        bridge.start()
        wait_until(lambda: bridge.metric("sent_total") == 2, "what was not committed comes again", bridge)
        assert bridge.metric("waiting") == 0
    again = {event["dedup_key"] for event in pagerduty.events[before:]}
    assert key_of(alert(1, episode=2), "critical") not in again
    assert set(pagerduty.pages.values()) == {1}
    assert (pagerduty.wrong, pagerduty.reopened) == ([], [])


@pytest.mark.kafka
def test_what_it_refuses_is_counted_and_what_it_has_no_time_for_comes_again(
    kafka_settings: KafkaSettings, far_side: Endpoint, tmp_path: Path
) -> None:
    """400 never becomes better; 429 says when to come back, and sooner only makes it worse."""
    pagerduty = PagerDuty(KEY)
    refused, busy = alert(1, model="refused"), alert(1, model="busy")
    times: list[float] = []

    def answer(request: Request) -> Answer:
        if refused.labels.incident in request.json["dedup_key"]:
            return Answer(400, b'{"status": "invalid event"}')
        if busy.labels.incident in request.json["dedup_key"]:
            times.append(time.monotonic())
            if len(times) == 1:
                return Answer(429, headers=(("Retry-After", "2"),))
        return pagerduty(request)

    far_side.answer = answer
    with bridge_to(far_side, kafka_settings, tmp_path) as bridge:
        publish(kafka_settings, refused, busy, alert(1, model="fine"))
        # Not until nothing waits: nothing does before the bridge has heard of the records.
        wait_until(
            lambda: bridge.metric("sent_total") + bridge.metric("failed_total") == 3, "all are done", bridge
        )
        counted = [bridge.metric(f"{name}_total") for name in ("sent", "failed", "retried")]
        assert (counted, bridge.metric("waiting")) == ([2, 1, 1], 0)
        assert len(bridge.said("refused, going on without it")) == 1
    assert times[1] - times[0] >= 2


def deliver(pagerduty: PagerDuty, far_side: Endpoint, *letters: Letter, former: tuple[str, ...] = ()) -> None:
    """Hand these over one after the other; the first of the keys that PagerDuty knows is the one in use."""
    far_side.answer = pagerduty

    async def all_of_them() -> None:
        async with aiohttp.ClientSession() as session:
            receiver = PagerDutyReceiver(Http(session, far_side.url, {}), pagerduty.routing_keys[0], former)
            for each in letters:
                await receiver.deliver(each)

    asyncio.run(all_of_them())


def test_what_an_old_routing_key_opened_is_resolved_with_it(far_side: Endpoint) -> None:
    """A key that is replaced while an incident is open would leave it open for ever."""
    pagerduty = PagerDuty("new", "old")
    record = alert(1)
    old = {"event_action": "trigger", "dedup_key": key_of(record, "critical"), "routing_key": "old"}
    pagerduty.open["old", key_of(record, "critical")] = old
    deliver(pagerduty, far_side, letter(2, "resolved"), former=("old",))
    assert pagerduty.open == {}


def test_what_was_less_grave_before_the_topic_forgot_is_resolved_too(far_side: Endpoint) -> None:
    """The topic is compacted: after a month only the last word on an incident is there."""
    pagerduty = PagerDuty(KEY)
    pagerduty.open[KEY, key_of(alert(1), "info")] = {}
    deliver(pagerduty, far_side, letter(7, "updated"))
    assert list(pagerduty.open) == [(KEY, key_of(alert(1), "critical"))]


def test_names_of_all_kinds_arrive_whole_and_short_enough(far_side: Endpoint) -> None:
    """A summary is cut by characters, not by bytes in the middle of one; quotes and line breaks are data."""
    name = 'mödel "x"\n</b>∞' * 17
    word = letter(1, model=name).word
    long = msgspec.structs.replace(word, annotations={"summary": "∞é" * 2000, "signal": name * 9})
    pagerduty = PagerDuty(KEY)
    deliver(pagerduty, far_side, letter(1, model=name)._replace(word=long))
    [event] = pagerduty.events
    assert event["payload"]["summary"] == ("∞é" * 2000)[:1023] + "…"
    assert event["payload"]["source"] == f"driftline:{name}"[:254] + "…"


def test_an_event_that_is_too_large_leaves_its_details_out() -> None:
    """Above 512 KB PagerDuty takes nothing."""
    word = letter(1).word
    large = msgspec.structs.replace(word, annotations={**word.annotations, "description": "x" * 600_000})
    assert len(encoded(trigger(large, KEY))) < 2000


def test_details_have_ten_signals_and_no_values_of_people() -> None:
    """Categories may be what people said or typed: they are not for a phone's lock screen."""
    word = letter(1).word
    signals = [Showing(signal=f"feature:f{number}") for number in range(30)]
    crowded = msgspec.structs.replace(word, drift=msgspec.structs.replace(word.drift, signals=signals))
    details = trigger(crowded, KEY)["payload"]["custom_details"]
    assert [each["signal"] for each in details["signals"]] == [f"feature:f{n}" for n in range(10)]
    assert not any("categor" in name for each in details["signals"] for name in each)
    assert details["coverage"]["seen"] == 2400
