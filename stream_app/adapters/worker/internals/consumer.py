"""Faust's consumer, set up as the worker needs it before it reads anything."""

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer

from driftline.stream_app.adapters.worker.internals.columns import fetch_columns

# Faust lets the broker keep an empty fetch for 1.5 s, and while it does, aiokafka asks it for nothing else:
# a partition whose records were just taken would have to wait that long.
FETCH_WAIT_MS_MAX = 200


class ColumnarThread(AIOKafkaConsumerThread):
    """The thread in which aiokafka's consumer lives."""

    async def on_start(self) -> None:
        """Called before there is a subscription, so that nothing can have been fetched yet."""
        await super().on_start()
        consumer = self._ensure_consumer()
        consumer._fetcher._fetch_max_wait_ms = FETCH_WAIT_MS_MAX
        fetch_columns(consumer)


class ColumnarConsumer(Consumer):
    """Faust's consumer whose records are columns."""

    def _new_consumer_thread(self) -> ColumnarThread:
        return ColumnarThread(self, loop=self.loop, beacon=self.beacon)
