"""A contestant is a process that measures itself, and a failure is told with its own words."""

import sys
from pathlib import Path

import pytest

from benchmarks.contestants.program import measure
from benchmarks.events import Traffic
from benchmarks.topics import LoadedTopic

TOPIC = LoadedTopic("127.0.0.1:1", "nothing", 1, Traffic(1_000), 700_000)
COUNTING = """
from benchmarks.meter import Meter, Task
task = Task.of_command_line()
meter = Meter(task.events, task.result)
while True:
    meter.add(100)
"""


def script(directory: Path, text: str) -> list[str]:
    """The command that runs a text as a program."""
    file = directory / "contestant.py"
    file.write_text(text)
    return [sys.executable, str(file)]


def test_the_first_batch_starts_the_clock_and_is_not_counted(tmp_path: Path) -> None:
    """Events processed before the clock ran would make a contestant look fast."""
    assert measure(script(tmp_path, COUNTING), TOPIC).events == 900


def test_a_failed_contestant_says_why(tmp_path: Path) -> None:
    """A benchmark that stops without a reason cannot be repaired."""
    with pytest.raises(RuntimeError, match="no such broker"):
        measure(script(tmp_path, "raise SystemExit('no such broker')"), TOPIC)


def test_beginnings_of_a_topic_have_their_share_of_its_size() -> None:
    """Events per second of a part would be computed with the number of events of the whole."""
    beginning = TOPIC.first(100)
    assert (beginning.traffic.events, beginning.event_bytes) == (100, TOPIC.event_bytes)
