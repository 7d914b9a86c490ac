"""What the gauge of a bridge says before anything was fetched."""

from types import SimpleNamespace
from typing import Any

from aiokafka import TopicPartition

from driftline.stream_app.bridges.bridge import Bridge
from driftline.stream_app.bridges.metrics import BridgeMetrics
from driftline.stream_app.bridges.window import Window
from driftline.stream_app.config import Settings


def test_what_was_never_fetched_waits_too() -> None:
    """A bridge that has just started on a full topic would look as if all were done."""
    metrics, source = BridgeMetrics("pager"), TopicPartition("alerts", 0)
    receiver: Any = None
    bridge = Bridge(Settings(), "group", receiver, metrics)
    highwater = {source: None}
    bridge._consumer = SimpleNamespace(highwater=highwater.get)
    bridge._ends = {source: 7}
    under_way: Any = SimpleNamespace(windows={source: Window(4)}, deliveries=SimpleNamespace(waiting=2))
    bridge._session = under_way
    waiting = ("driftline_bridge_waiting", {"bridge": "pager"})
    assert metrics.registry.get_sample_value(*waiting) == 2 + 7 - 4
    highwater[source] = 9
    assert metrics.registry.get_sample_value(*waiting) == 2 + 9 - 4
