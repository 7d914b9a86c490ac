"""What `POST /v1/events` answers, and when."""

import asyncio
import gzip
import json
import time
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError

from driftline.stream_app.gateway.bodies import UnpackError, unpacked
from tests.gateway.surroundings import asked, gateway_of

ADDRESS = "/v1/events"


def event(number: int = 1, **fields: Any) -> bytes:
    """A prediction of now."""
    known = {"type": "prediction", "id": f"p-{number}", "model": "m", "version": "1"}
    return json.dumps(known | {"time": int(time.time() * 1000), "features": {"x": 1.5}} | fields).encode()


async def said(response: Any) -> tuple[int, Any]:
    """Status and body."""
    text = await response.text()
    return response.status, json.loads(text) if text.startswith("{") else text


def posted(body: bytes, headers: dict[str, str] | None = None, **section: Any) -> tuple[int, Any]:
    """The answer of a gateway of its own."""

    async def steps(client: Any) -> Any:
        return await said(await client.post(ADDRESS, data=body, headers=headers))

    status, answer = asked(gateway_of(**section)[0], steps)
    return status, answer


def test_the_answer_counts_and_says_why() -> None:
    """A sender would not know what arrived."""
    bad = b"\n".join(b"{%d" % number for number in range(30))
    status, answer = posted(event(1) + b"\n" + bad + b"\n" + event(2))
    assert (status, answer["accepted"], answer["refused"]) == (202, 2, 30)
    assert [reason["line"] for reason in answer["reasons"]] == list(range(2, 12))
    assert set(answer["reasons"][0]) == {"line", "reason", "sentence"}


@pytest.mark.parametrize("body", [b"", b"\n \n", b"{}", b"[]", b"\xff\x00"])
def test_nothing_usable_is_a_mistake_of_the_sender(body: bytes) -> None:
    """A client that sends nothing but mistakes would believe that all is well."""
    status, answer = posted(body)
    assert status == 400
    assert answer["accepted"] == 0 and answer["reasons"]


@pytest.mark.parametrize("content_type", ["text/plain;charset=UTF-8", "application/x-ndjson", "anything"])
def test_the_content_type_does_not_matter(content_type: str) -> None:
    """Beacons of browsers are text/plain, or a page needs a preflight."""
    assert posted(event(), {"Content-Type": content_type})[0] == 202


def test_gzip_is_taken_and_bounded() -> None:
    """A few kilobytes that unpack to gigabytes would end the process."""
    packed = {"Content-Encoding": "gzip"}
    assert posted(gzip.compress(event(1) + b"\n") + gzip.compress(event(2)), packed)[1]["accepted"] == 2
    bomb = gzip.compress(bytes(50_000_000))
    assert posted(bomb, packed, body_bytes=100_000, in_flight_bytes=400_000)[0] == 413
    assert posted(b"not gzip", packed)[0] == 400
    assert posted(gzip.compress(event())[:-9], packed)[0] == 400
    assert posted(event(), {"Content-Encoding": "br"})[0] == 415
    assert len(unpacked(bomb, 1000)) == 1001
    with pytest.raises(UnpackError):
        unpacked(b"\x1f\x8b", 10)


def test_too_large_a_body_is_not_read() -> None:
    """One request would fill the memory."""
    status, answer = posted(b"x" * 200_000, body_bytes=100_000, in_flight_bytes=400_000)
    assert status == 413 and "at most 100000" in answer

    async def parts() -> Any:
        for _ in range(200):
            yield b"x" * 1000

    async def steps(client: Any) -> Any:
        return (await client.post(ADDRESS, data=parts())).status

    assert asked(gateway_of(body_bytes=100_000, in_flight_bytes=400_000)[0], steps) == 413


def test_nobody_is_told_yes_before_the_broker_has_it() -> None:
    """202 would promise what a crash can still take."""
    gateway, delivery = gateway_of()

    async def steps(client: Any) -> Any:
        delivery.may_answer = asyncio.Event()
        waiting = asyncio.create_task(client.post(ADDRESS, data=event()))
        done, _ = await asyncio.wait({waiting}, timeout=0.3)
        assert not done
        delivery.may_answer.set()
        return (await waiting).status

    assert asked(gateway, steps) == 202
    assert len(delivery.records) == 1


def test_pressure_is_told_and_passes() -> None:
    """What waits for a slow broker would grow until the process is killed."""
    gateway, delivery = gateway_of(body_bytes=20_000, in_flight_bytes=60_000)

    async def steps(client: Any) -> Any:
        delivery.may_answer = asyncio.Event()
        body = event(x="y" * 15_000)
        waiting = [asyncio.create_task(client.post(ADDRESS, data=body)) for _ in range(8)]
        refused, _ = await asyncio.wait(waiting, timeout=1)
        answers = [each.result() for each in refused]
        assert answers and all(each.status == 429 for each in answers)
        assert all(each.headers["Retry-After"] == "1" for each in answers)
        assert gateway.events.room.taken <= 60_000
        delivery.may_answer.set()
        taken = [await each for each in waiting if each not in refused]
        assert taken and all(each.status == 202 for each in taken)
        assert gateway.events.room.taken == 0
        return (await client.post(ADDRESS, data=body)).status

    assert asked(gateway, steps) == 202


def test_without_a_broker_the_sender_shall_come_again() -> None:
    """Events would be taken that nobody can keep."""
    gateway, delivery = gateway_of()

    async def steps(client: Any) -> None:
        delivery.away = "the broker is away"
        response = await client.post(ADDRESS, data=event())
        assert (response.status, response.headers["Retry-After"]) == (503, "1")
        assert (await client.get("/ready")).status == 503
        assert (await client.get("/live")).status == 200
        delivery.away = ""
        assert (await client.get("/ready")).status == 200
        delivery.refusal = KafkaTimeoutError()
        response = await client.post(ADDRESS, data=event())
        assert response.status == 503 and "same ids" in await response.text()

    asked(gateway, steps)
    assert delivery.records == []


def test_what_the_topic_never_takes_is_refused() -> None:
    """A sender would try a record that is too large for ever."""
    gateway, delivery = gateway_of()
    delivery.refusal = MessageSizeTooLargeError()

    async def steps(client: Any) -> Any:
        return await said(await client.post(ADDRESS, data=event()))

    status, answer = asked(gateway, steps)
    assert status == 400 and answer["reasons"][0]["reason"] == "too_large"


def test_everything_is_counted() -> None:
    """Nobody would see that half of what comes is refused."""
    gateway, _ = gateway_of()

    async def steps(client: Any) -> Any:
        await client.post(ADDRESS, data=event() + b"\n{")
        await client.get("/no/such/page")
        return await (await client.get("/metrics")).text()

    metrics = asked(gateway, steps)
    assert 'driftline_gateway_events_total{type="prediction"} 1.0' in metrics
    assert 'driftline_gateway_refused_total{reason="not_json"} 1.0' in metrics
    assert 'driftline_gateway_requests_total{path="/v1/events",status="202"} 1.0' in metrics
    assert 'driftline_gateway_in_flight_bytes{path="/v1/events"} 0.0' in metrics
    assert "no/such" not in metrics
