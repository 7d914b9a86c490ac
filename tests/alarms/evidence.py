"""Findings as they reach the alarm stages, made up."""

from dataclasses import replace

from driftline.detectors import Finding, Level, SignalState
from driftline.stream_app.alarms.incident import Evidence
from driftline.stream_app.monitoring.signals.families import kind_of

MINUTE_MS = 60_000
ARMED = SignalState(
    name="feature:x",
    armed=True,
    seen=5000,
    recent=Level(1000, 0, 0.0, 1.0, -3.0, 3.0, None),
    reference=Level(2000, 0, 0.0, 1.0, -3.0, 3.0, None),
    effect_size_sd=0.0,
    block_effects=(0.0,) * 8,
)


def evidence(
    signal: str = "feature:x",
    effect: float = 1.0,
    began_ms: int = 0,
    detector: str = "adwin",
    version: str = "1",
) -> Evidence:
    """A finding that was made a minute after its change began."""
    level = Level(100, 0, 0.0, 1.0, -3.0, 3.0, None)
    finding = Finding(
        signal=signal,
        detector=detector,
        direction="up" if effect > 0 else "down",
        row=0,
        detected_ms=began_ms + MINUTE_MS,
        detected_offset=20,
        began_ms=began_ms,
        began_offset=10,
        before=level,
        after=replace(level, mean=effect),
        effect_size_sd=effect,
        statistic=30.0,
        threshold=20.0,
    )
    return Evidence(
        model="search",
        version=version,
        role="live",
        table="predictions",
        topic="driftline.predictions",
        kind=kind_of(signal),
        compared_with=None,
        sequence=1,
        arrived_ms=began_ms + MINUTE_MS,
        partition=0,
        offset=20,
        finding=finding,
    )
