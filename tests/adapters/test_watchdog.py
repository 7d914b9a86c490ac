"""A worker that lives but does not get on."""

from types import SimpleNamespace

import pytest

from driftline.stream_app.adapters.worker.partition import Partition
from driftline.stream_app.adapters.worker.watchdog import StalledError, Watchdog
from tests.adapters.worker_fakes import F, FakeShard, P


class Scene:
    """One owned partition and the end of its log."""

    def __init__(self) -> None:
        self.partition = Partition(FakeShard(), (P, F), {})
        self.end = 10
        self.ownership = SimpleNamespace(all=lambda: [self.partition], fenced_since=None)
        self.watchdog = Watchdog(self.ownership, lambda topic, _: self.end if topic == P else 0, 100.0)


def test_barks_when_offsets_stand_still_while_the_log_grows() -> None:
    """A recovery that ended silently would go unnoticed until somebody misses an alert."""
    scene = Scene()
    scene.partition.acknowledged = {P: 5}
    scene.watchdog.look(0.0)
    scene.end = 20
    scene.watchdog.look(90.0)
    with pytest.raises(StalledError, match="predictions-0 stands at offset 5 for 101 s"):
        scene.watchdog.look(101.0)


def test_is_silent_while_there_is_progress() -> None:
    """A busy worker that is behind would be killed."""
    scene = Scene()
    for minute in range(10):
        scene.partition.acknowledged = {P: minute}
        scene.end += 100
        scene.watchdog.look(minute * 60.0)


def test_is_silent_when_there_is_nothing_to_read() -> None:
    """An idle worker would be killed every ten minutes."""
    scene = Scene()
    scene.partition.acknowledged = {P: 10}
    for minute in range(10):
        scene.watchdog.look(minute * 60.0)
    scene.end = 11
    scene.watchdog.look(601.0)


def test_barks_when_no_rebalance_follows_a_takeover() -> None:
    """A partition that was dropped on another worker's claim would be read by nobody."""
    scene = Scene()
    scene.ownership.fenced_since = 0.0
    scene.watchdog.look(99.0)
    with pytest.raises(StalledError, match="no rebalance"):
        scene.watchdog.look(101.0)
