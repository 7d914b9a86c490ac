"""Letters are handed over until they are done, and a mistake costs one of them."""

import asyncio
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

from driftline.stream_app.bridges.backoff import Backoff
from driftline.stream_app.bridges.deliveries import Deliveries
from driftline.stream_app.bridges.errors import NotNow
from driftline.stream_app.bridges.metrics import BridgeMetrics
from driftline.stream_app.bridges.receiver import Receiver
from driftline.stream_app.bridges.words import Letter
from tests.bridges.letters import letter


class Scripted(Receiver):
    """Does with each letter what a test says."""

    def __init__(self, does: Callable[[Letter], Coroutine[Any, Any, None]]) -> None:
        self.does = does
        self.got: list[str] = []

    async def deliver(self, letter: Letter) -> None:
        self.got.append(letter.word.status)
        await self.does(letter)


def deliveries(receiver: Receiver) -> tuple[Deliveries, BridgeMetrics]:
    metrics = BridgeMetrics("test")
    return Deliveries(receiver, metrics, Backoff(0.01, 0.01, Random(1)), in_flight=2), metrics


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.001)


def test_only_the_latest_of_those_that_wait_is_sent() -> None:
    """After an outage people would be paged for each step of an incident, and for what is over."""
    is_back = asyncio.Event()

    async def away(_: Letter) -> None:
        if not is_back.is_set():
            raise NotNow("away")

    async def story() -> None:
        receiver = Scripted(away)
        under_way, metrics = deliveries(receiver)
        done: list[int] = []
        under_way.put(letter(1), lambda: done.append(1))
        await until(lambda: len(receiver.got) > 1)
        for number, status in ((2, "updated"), (3, "resolved")):
            under_way.put(letter(number, status), lambda number=number: done.append(number))  # type: ignore[misc]
        is_back.set()
        await until(lambda: under_way.waiting == 0)
        assert done == [1, 2, 3]
        assert set(receiver.got) == {"firing", "resolved"}
        sample = metrics.registry.get_sample_value
        assert sample("driftline_bridge_sent_total", {"bridge": "test"}) == 1
        assert sample("driftline_bridge_superseded_total", {"bridge": "test"}) == 2

    asyncio.run(story())


def test_a_mistake_of_ours_costs_one_alert() -> None:
    """One alert that a template cannot show would stop every later one."""

    async def broken(each: Letter) -> None:
        if each.word.labels["model"] == "odd":
            raise KeyError("figure")

    async def story() -> None:
        under_way, metrics = deliveries(Scripted(broken))
        done: list[str] = []
        for model in ("odd", "fine"):
            under_way.put(letter(1, model=model), lambda model=model: done.append(model))  # type: ignore[misc]
        await until(lambda: under_way.waiting == 0)
        assert sorted(done) == ["fine", "odd"]
        assert metrics.registry.get_sample_value("driftline_bridge_failed_total", {"bridge": "test"}) == 1

    asyncio.run(story())


def test_what_was_sent_may_end_and_nothing_else_begins() -> None:
    """A request that is cut off is one that comes twice."""
    answered = asyncio.Event()

    async def slow(_: Letter) -> None:
        await answered.wait()

    async def story() -> None:
        receiver = Scripted(slow)
        under_way, _ = deliveries(receiver)
        done: list[int] = []
        for episode in range(1, 6):
            under_way.put(letter(1, episode=episode), lambda episode=episode: done.append(episode))  # type: ignore[misc]
        await until(lambda: len(receiver.got) == 2)
        closing = asyncio.create_task(under_way.close(5))
        await asyncio.sleep(0)
        answered.set()
        await closing
        assert (sorted(done), len(receiver.got), under_way.waiting) == ([1, 2], 2, 3)

    asyncio.run(story())


def test_a_scrape_at_any_moment_is_answered() -> None:
    """A metric that fails while an alert ends is a gap in the graph, and a probe that fails."""

    async def quick(_: Letter) -> None:
        await asyncio.sleep(0)

    async def story() -> None:
        under_way, _ = deliveries(Scripted(quick))
        ages = []
        under_way.put(letter(1), lambda: ages.append(under_way.oldest_unsent_s()))
        while under_way.waiting:
            ages.append(under_way.oldest_unsent_s())
            await asyncio.sleep(0)
        ages.append(under_way.oldest_unsent_s())
        assert min(ages) == 0.0

    asyncio.run(story())
