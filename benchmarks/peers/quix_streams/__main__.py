"""A dataframe from Kafka through decoding and river's detectors to nowhere."""

from pathlib import Path
from typing import Any

import orjson
from quixstreams import Application
from quixstreams.models import JSONDeserializer

from benchmarks.meter import Meter, Task
from benchmarks.work import FeatureWatch


def main(task: Task) -> None:
    """Runs until the meter has enough."""
    meter, watch = Meter(task.events, task.result), FeatureWatch()

    def update(event: dict[str, Any]) -> None:
        watch.update(event["features"])
        meter.add()

    directory = Path(task.result).parent
    app = Application(
        broker_address=task.bootstrap_servers,
        consumer_group=directory.name,
        auto_offset_reset="earliest",
        auto_create_topics=False,
        state_dir=str(directory),
    )
    topic = app.topic(task.topic, value_deserializer=JSONDeserializer(loads=orjson.loads))
    app.dataframe(topic).update(update)
    app.run()


if __name__ == "__main__":
    main(Task.of_command_line())
