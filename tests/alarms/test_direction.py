import pytest

from driftline.stream_app.config import BehaviorPlan, ModelPlan, SignalPlan
from driftline.stream_app.monitoring.signals.families import bad_direction

PLAN = ModelPlan(
    features={"x": SignalPlan(bad="down")},
    outputs={"confidence": SignalPlan(bad="down")},
    serving={"hit_rate": SignalPlan(bad="down")},
    behaviors={"click": BehaviorPlan(bad="down"), "redo_search": BehaviorPlan(bad="up")},
)


@pytest.mark.parametrize(
    ("signal", "bad"),
    [
        ("feature:x", "down"),
        ("feature:other", "both"),
        ("output:confidence", "down"),
        ("rate:click", "down"),
        ("rate:redo_search", "up"),
        ("rate:unknown", "both"),
        ("error:intent", "up"),
        ("agreement:intent", "down"),
        ("missing:x", "up"),
        ("null:transcript", "up"),
        ("serving:latency_ms", "up"),
        ("serving:errors", "up"),
        ("tail:latency_ms", "up"),
        ("serving:hit_rate", "down"),
        ("volume:predictions", "both"),
    ],
)
def test_bad_direction(signal: str, bad: str) -> None:
    """Alarms would come for improvements, or not come for damage."""
    assert bad_direction(signal, PLAN) == bad
