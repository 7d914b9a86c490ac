"""Ticks of a model that bring nothing, as far as one can say without its banks."""

from typing import TYPE_CHECKING

from driftline.stream_app.monitoring.rows.runs import Run

if TYPE_CHECKING:
    from driftline.stream_app.monitoring.model import ModelMonitor


def may_wait(monitor: "ModelMonitor") -> bool:
    """Whether a tick has nothing to do with what banks say, as long as they say nothing new."""
    return (
        not monitor.reports
        and not monitor.plan.targets
        and monitor.streams.has_inherited()
        and not any(stream.has_to_say for stream in monitor.streams.values())
        and monitor.streams.know([f"rate:{name}" for name in monitor.joins.names])
    )


def is_idle(monitor: "ModelMonitor", run: Run, until_ms: int) -> bool:
    """Whether ticks before a time bring nothing, as far as one can say without the banks, though these
    predictions come.
    """
    now_ms, stream = monitor.clock.tick_ms, monitor.streams.get(run.stream)
    return (
        stream is not None
        and not monitor.plan.segments  # one may be new, or take another one's place
        and stream.opened_ms > 0
        and not stream.presence.is_gone(now_ms)
        and not any(each.presence.is_gone_between(now_ms, until_ms) for each in monitor.streams.values())
        and not monitor.unlinked
        and monitor.joins.is_idle(now_ms, until_ms, len(run))
    )
