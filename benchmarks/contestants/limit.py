"""The limit: fetching with aiokafka and decoding with orjson, and nothing else."""

import orjson
import uvloop
from aiokafka import AIOKafkaConsumer

from benchmarks.meter import Meter, Task

FETCH_BYTES_MAX = 4 * 1024 * 1024  # as the worker fetches


async def read(task: Task) -> None:
    """Reads the topic from its beginning until the meter has enough."""
    consumer = AIOKafkaConsumer(
        task.topic,
        bootstrap_servers=task.bootstrap_servers,
        max_partition_fetch_bytes=FETCH_BYTES_MAX,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    meter = Meter(task.events, task.result)
    while True:
        for records in (await consumer.getmany(timeout_ms=1_000)).values():
            for record in records:
                orjson.loads(record.value)
            meter.add(len(records))


if __name__ == "__main__":
    uvloop.run(read(Task.of_command_line()))
