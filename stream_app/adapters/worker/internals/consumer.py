"""Faust's consumer, set up as the worker needs it before it reads anything."""

from collections.abc import Callable
from time import monotonic
from typing import Any

from aiokafka.consumer.fetcher import Fetcher
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer

from driftline.stream_app.adapters.worker.internals.columns import fetch_columns

# Faust lets the broker keep an empty fetch for 1.5 s, and while it does, aiokafka asks it for nothing else:
# a partition whose records were just taken would have to wait that long. While records come, some are not
# taken yet when the next fetch begins, and those that were wait for a silent topic to say that it is. Not
# when many are still to come: then nobody waits for an answer, and each costs a millisecond.
FETCH_WAIT_MS_MAX = 200
FETCH_WAIT_MS_BUSY = 20
BUSY_S = 0.1  # since records came
BEHIND_RECORDS = 2_048  # of a partition; what a busy one brings in a fifth of a second


class ColumnarThread(AIOKafkaConsumerThread):
    """The thread in which aiokafka's consumer lives."""

    async def on_start(self) -> None:
        """Called before there is a subscription, so that nothing can have been fetched yet."""
        await super().on_start()
        consumer = self._ensure_consumer()
        wait_less_while_busy(consumer._fetcher)
        fetch_columns(consumer)


def wait_less_while_busy(fetcher: Fetcher, clock: Callable[[], float] = monotonic) -> None:
    """Let a fetch of this fetcher wait for records as long as it should, whenever it is about to ask."""
    actions_per_node = fetcher._get_actions_per_node
    busy_until = 0.0

    def actions(assignment: Any) -> Any:
        nonlocal busy_until
        now = clock()
        if fetcher._records:
            busy_until = now + BUSY_S
        waits_less = now < busy_until and not is_behind(assignment)
        fetcher._fetch_max_wait_ms = FETCH_WAIT_MS_BUSY if waits_less else FETCH_WAIT_MS_MAX
        return actions_per_node(assignment)

    fetcher._get_actions_per_node = actions


def is_behind(assignment: Any) -> bool:
    """Whether a partition has many records that were not taken yet."""
    states = map(assignment.state_value, assignment.tps)
    return any(
        state.has_valid_position and (state.highwater or 0) - state.position > BEHIND_RECORDS
        for state in states
    )


class ColumnarConsumer(Consumer):
    """Faust's consumer whose records are columns."""

    def _new_consumer_thread(self) -> ColumnarThread:
        return ColumnarThread(self, loop=self.loop, beacon=self.beacon)
