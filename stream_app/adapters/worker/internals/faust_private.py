"""The private names of Faust that the worker uses, each behind a function."""

from collections.abc import Iterable
from typing import cast

from faust import App
from faust.transport.drivers.aiokafka import Consumer
from faust.types import TP


def consumer_of(app: App) -> Consumer:
    """Faust's consumer, as the class that it is with this driver."""
    return cast(Consumer, app.consumer)


async def commit(app: App, number: int, offsets: dict[str, int]) -> None:
    """Acknowledge input offsets; those of a partition that is not assigned any more are left alone.

    Not through Faust's acknowledgements: they count the last offset of a batch twice and fall behind.
    """
    await consumer_of(app)._commit({TP(topic, number): offset for topic, offset in offsets.items()})


async def committed(app: App, number: int, topics: Iterable[str]) -> dict[str, int]:
    """The consumer group's acknowledged offsets of a partition number, for topics that have one."""
    thread = consumer_of(app)._thread
    found = {
        topic: await thread.call_thread(thread._ensure_consumer().committed, TP(topic, number))
        for topic in topics
    }
    return {topic: offset for topic, offset in found.items() if offset is not None}


def answered_ms(app: App, source: TP) -> int:
    """When the last fetch of a partition was answered, in epoch milliseconds; 0 if none was, or not known."""
    try:
        return consumer_of(app)._thread._ensure_consumer().last_poll_timestamp(source) or 0
    except (AssertionError, AttributeError):  # not assigned (any more)
        return 0


async def crash_of(app: App) -> BaseException:
    """Waits for Faust to crash; why it did."""
    await app._crashed.wait()
    return app.crash_reason or RuntimeError("Faust crashed")
