"""Stock: an ordinary Faust agent that feeds river's detectors, one event at a time."""

import tempfile
from typing import Any

import faust
from faust.types import StreamT

from benchmarks.meter import Meter, Task
from benchmarks.work import FeatureWatch


def application(task: Task, directory: str) -> faust.App:
    """Faust with its own settings; its JSON codec uses orjson when that is installed, as here."""
    app = faust.App(
        f"stock-{task.topic}-{task.result.rpartition('/')[2]}",
        broker=f"kafka://{task.bootstrap_servers}",
        datadir=directory,
        store="memory://",
        web_enabled=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
    )
    meter = Meter(task.events, task.result)
    watch = FeatureWatch()

    async def predictions(stream: StreamT[dict[str, Any]]) -> None:
        async for event in stream:
            watch.update(event["features"])
            meter.add()

    app.agent(app.topic(task.topic, value_serializer="json"))(predictions)
    return app


def main() -> None:
    """Runs the agent until the meter has enough."""
    with tempfile.TemporaryDirectory() as directory:
        app = application(Task.of_command_line(), directory)
        worker = faust.Worker(app, loglevel="WARNING", loop=None)
        worker.execute_from_commandline()


if __name__ == "__main__":
    main()
