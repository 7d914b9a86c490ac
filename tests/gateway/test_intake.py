"""What `POST /v1/kserve` takes and answers, and what becomes of what it cannot keep."""

import asyncio
import time
from typing import Any

import orjson
from aiokafka.errors import KafkaTimeoutError

from driftline.stream_app.config import Settings
from driftline.stream_app.gateway.kserve.losses import MODELS_MAX, Losses
from tests.gateway.halves import headers_of
from tests.gateway.surroundings import FakeDelivery, asked, gateway_of

ADDRESS = "/v1/kserve"
BODIES = {"request": b'{"instances": [1, 2]}', "response": b'{"predictions": [3, 4]}'}


async def send(client: Any, side: str, identity: str = "ce-1", body: bytes | None = None, **more: str) -> int:
    """Post a half; the status."""
    headers = headers_of(side, identity, **more)
    response = await client.post(ADDRESS, data=BODIES[side] if body is None else body, headers=headers)
    return int(response.status)


def written(delivery: FakeDelivery, kind: str = "prediction") -> list[dict[str, Any]]:
    """The events of a type that reached Kafka."""
    events = [orjson.loads(record.value) for record in delivery.records]
    return [event for event in events if event.get("type") == kind]


async def until(condition: Any) -> None:
    """Wait for it, with a limit."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


def test_a_pair_becomes_its_rows() -> None:
    """The logger's calls would be taken and nothing would be watched."""
    gateway, delivery = gateway_of()

    async def steps(client: Any) -> None:
        assert await send(client, "response") == 200
        assert await send(client, "request") == 200
        await until(lambda: len(written(delivery)) == 2)

    asked(gateway, steps)
    assert [event["id"] for event in written(delivery)] == ["ce-1/0", "ce-1/1"]
    assert {record.key for record in delivery.records} == {b"iris"}
    assert gateway.intake.room.taken == 0


def test_a_large_pair_is_read_beside_the_loop() -> None:
    """Loggers would wait while somebody's batch of thousands of rows is read."""
    gateway, delivery = gateway_of()
    rows = [[number, 0.5] for number in range(9_000)]

    async def steps(client: Any) -> None:
        await send(client, "request", body=orjson.dumps({"instances": rows}))
        await send(client, "response", body=orjson.dumps({"predictions": list(range(9_000))}))
        await until(lambda: len(written(delivery)) == 9_000)

    asked(gateway, steps)
    assert written(delivery)[8_999]["features"] == {"input": [8_999, 0.5]}
    assert gateway.intake.room.taken == 0


def test_the_answer_does_not_wait_for_the_broker() -> None:
    """The pod that serves the model holds what it has not got rid of."""
    gateway, delivery = gateway_of()

    async def steps(client: Any) -> None:
        delivery.may_answer = asyncio.Event()
        delivery.away = "the broker is away"
        began = time.perf_counter()
        for number in range(40):
            assert await send(client, "request", f"ce-{number}") == 200
            assert await send(client, "response", f"ce-{number}") == 200
        assert time.perf_counter() - began < 2  # the benchmark measures it by itself
        assert delivery.records == []
        delivery.may_answer.set()
        await until(lambda: len(written(delivery)) == 80)

    asked(gateway, steps)


def test_a_broker_that_was_away_gets_everything() -> None:
    """A restart of the broker would lose what the memory has room for."""
    gateway, delivery = gateway_of()

    async def steps(client: Any) -> None:
        delivery.refusal = KafkaTimeoutError()
        await send(client, "request")
        await send(client, "response")
        await asyncio.sleep(0.2)
        assert delivery.records == []
        delivery.refusal = None
        await until(lambda: len(written(delivery)) == 2)

    asked(gateway, steps)


def test_halves_without_the_other_are_counted_and_reported() -> None:
    """An alert would say that it has seen everything, while half of the calls end in errors."""
    gateway, delivery = gateway_of(kserve={"pair_within_s": 0.2})

    async def steps(client: Any) -> str:
        for number in range(3):
            await send(client, "request", f"ce-{number}")
        await send(client, "response", "other", inferenceservicename="other")
        await until(lambda: not len(gateway.intake._pairing) and gateway.intake.room.taken == 0)
        return str(await (await client.get("/metrics")).text())

    metrics = asked(gateway, steps)
    assert 'driftline_gateway_unpaired_total{side="request"} 3.0' in metrics
    assert 'driftline_gateway_unpaired_total{side="response"} 1.0' in metrics
    assert "driftline_gateway_lost_total 4.0" in metrics
    reports = {event["model"]: event["lost"] for event in written(delivery, "serving")}
    assert reports == {"iris": 3, "other": 1}
    assert written(delivery) == []


def test_what_finds_no_room_is_lost_and_says_so() -> None:
    """Memory would grow with a server that never answers, or losses would go unseen."""
    gateway, delivery = gateway_of(body_bytes=20_000, in_flight_bytes=60_000)

    async def steps(client: Any) -> list[int]:
        body = b'{"instances": ["' + b"x" * 15_000 + b'"]}'
        return [await send(client, "request", f"ce-{number}", body) for number in range(6)]

    statuses = asked(gateway, steps)
    assert statuses[0] == 200 and statuses[-1] == 429
    assert gateway.intake.room.taken == 0  # the end has given up what waited
    assert sum(event["lost"] for event in written(delivery, "serving")) == 6


def test_one_component_is_taken() -> None:
    """Predictor and transformer log the same call: every prediction would come twice."""
    gateway, delivery = gateway_of()

    async def steps(client: Any) -> str:
        for side in BODIES:
            assert await send(client, side, component="transformer") == 200
        assert await send(client, "request", "") == 400
        return str(await (await client.get("/metrics")).text())

    assert 'driftline_gateway_passed_over_total{why="component"} 2.0' in asked(gateway, steps)
    assert delivery.records == []


def test_what_cannot_be_read_is_a_dead_letter() -> None:
    """Nobody could look at what a server really sends."""
    gateway, delivery = gateway_of()

    async def steps(client: Any) -> None:
        await send(client, "request")
        await send(client, "response", body=b"data: {}\n\n")
        await until(lambda: delivery.records)

    asked(gateway, steps)
    letter, report = (orjson.loads(record.value) for record in delivery.records)
    assert letter["value_text"] == "data: {}\n\n" and letter["reason"] == "not_json"
    assert letter["source"]["topic"] == "gateway:/v1/kserve"
    assert (report["type"], report["lost"]) == ("serving", 1)
    assert delivery.records[0].topic == gateway.settings.kafka.dead_letters


def test_losses_of_many_models_are_bounded() -> None:
    """Names are the senders', and each would be kept for ever."""
    losses = Losses()
    for number in range(MODELS_MAX + 10):
        losses.add(f"m{number}", 1)
    losses.add("", 1)
    assert len(losses.take(0, Settings().kafka)) == MODELS_MAX
    assert losses.take(0, Settings().kafka) == []
