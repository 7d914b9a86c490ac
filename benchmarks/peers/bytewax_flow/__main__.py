"""A flow from Kafka through decoding and river's detectors to nowhere."""

from typing import Any

import bytewax.operators as op
import orjson
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.testing import TestingSink, run_main
from confluent_kafka import OFFSET_BEGINNING

from benchmarks.meter import Meter, Task
from benchmarks.work import FeatureWatch

BATCH_RECORDS = 1_000


def flow(task: Task) -> Dataflow:
    """One step that takes whole batches, the way Bytewax is fastest."""
    meter, watch = Meter(task.events, task.result), FeatureWatch()

    def step(batch: list[Any]) -> list[None]:
        for message in batch:
            watch.update(orjson.loads(message.value)["features"])
            meter.add()
        return []

    dataflow = Dataflow("peer")
    source = KafkaSource(
        [task.bootstrap_servers], [task.topic], starting_offset=OFFSET_BEGINNING, batch_size=BATCH_RECORDS
    )
    watched = op.flat_map_batch("watch", op.input("events", dataflow, source), step)
    op.output("nowhere", watched, TestingSink([]))
    return dataflow


if __name__ == "__main__":
    run_main(flow(Task.of_command_line()))
