"""Points of the log, with the time of the partition there."""

from collections.abc import Sequence
from typing import NamedTuple

from driftline.stream_app.monitoring.clocks.partition_clock import PartitionClock
from driftline.stream_app.pipeline.records import Positions, Records


class Mark(NamedTuple):
    """A point of the log: the positions there, and the snapshot of the partition's clock."""

    positions: Positions
    clock: list[int]


def earliest(marks: Sequence[Mark]) -> Mark:
    """The first of several points of one log, which all were reached one after the other."""
    return min(marks, key=lambda mark: sum(mark.positions.values()))


def clock_before(records: Records, positions: Positions, marks: Sequence[Mark]) -> PartitionClock:
    """After a restart: the clock at the last point that lies before the first record; a new one without any.

    ``positions`` are those before the records.
    """
    firsts = {topic: int(records.offsets[places][0]) for topic, places in records.of_topics()}
    reached = positions | firsts
    passed = [
        mark
        for mark in marks
        if all(offset <= reached.get(topic, 0) for topic, offset in mark.positions.items())
    ]
    if not passed:
        return PartitionClock()
    return PartitionClock.restore(max(passed, key=lambda mark: sum(mark.positions.values())).clock)
