"""What a contestant says about itself: how many events it processed in how many seconds."""

import json
import os
import sys
from time import perf_counter
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

    def add(self, events: int = 1) -> None:
        """So many events were processed just now."""
        self.processed += events
        if self._began == 0.0:
            self._began = perf_counter()
            self._counted_before = self.processed
        elif self.processed >= self._events:
            self._finish(perf_counter() - self._began)

    def _finish(self, seconds: float) -> None:
        with open(self._result, "w") as file:
            json.dump({"events": self.processed - self._counted_before, "seconds": seconds}, file)
        os._exit(0)  # frameworks take their time to stop, and that is not what is measured
