"""What a contestant says about itself: how many events it processed in how many seconds."""

import json
import os
import sys
from time import perf_counter, process_time
from typing import NamedTuple


class Task(NamedTuple):
    """What every contestant gets on its command line."""

    bootstrap_servers: str
    topic: str
    events: int
    result: str

    @classmethod
    def of_command_line(cls) -> "Task":
        """Read the four words behind the program's name."""
        bootstrap_servers, topic, events, result = sys.argv[1:]
        return cls(bootstrap_servers, topic, int(events), result)


class Run(NamedTuple):
    """Events processed, by the clock and by the processor time of the contestant's process."""

    events: int
    seconds: float
    cpu_seconds: float

    @property
    def events_per_second(self) -> float:
        """By the clock."""
        return self.events / self.seconds

    @property
    def cpu_us_per_event(self) -> float:
        """What an event costs, whoever else uses the core."""
        return 1e6 * self.cpu_seconds / self.events


class Meter:
    """Counts processed events, and ends the process at the last one.

    The time runs from the first processed event (or batch, which is then not counted) to the last, so that
    imports, connecting and joining a group cost nobody anything.
    """

    def __init__(self, events: int, result: str) -> None:
        self.processed = 0
        self._events = events
        self._result = result
        self._counted_before = 0
        self._began = 0.0
        self._began_cpu = 0.0

    def add(self, events: int = 1) -> None:
        """So many events were processed just now."""
        self.processed += events
        if self._began == 0.0:
            self._began, self._began_cpu = perf_counter(), process_time()
            self._counted_before = self.processed
        elif self.processed >= self._events:
            self._finish()

    def _finish(self) -> None:
        run = Run(
            events=self.processed - self._counted_before,
            seconds=perf_counter() - self._began,
            cpu_seconds=process_time() - self._began_cpu,
        )
        with open(self._result, "w") as file:
            json.dump(run._asdict(), file)
        os._exit(0)  # frameworks take their time to stop, and that is not what is measured
