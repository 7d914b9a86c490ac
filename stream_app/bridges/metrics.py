"""What /metrics of a bridge tells, each metric declared once; all carry the bridge's name."""

from collections.abc import Callable
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Info, PlatformCollector, ProcessCollector


class BridgeMetrics:
    """Counters stand at 0 from the start, or their first step would be no increase."""

    def __init__(self, bridge: str) -> None:
        self.registry = CollectorRegistry()
        self._bridge = bridge
        self.sent = self._counter("sent", "Alerts that the far side took.")
        self.failed = self._counter(
            "failed", "Alerts that it will never take, or that are none: see the log."
        )
        self.retried = self._counter("retried", "Attempts that have to be made again.")
        self.superseded = self._counter(
            "superseded", "Alerts that were not handed over since a later one of the incident says more."
        )
        self._waiting = self._gauge("waiting", "Alerts read and not handed over yet.")
        self._oldest = self._gauge(
            "oldest_unsent_seconds", "Since when the oldest of them waits; 0 when none does."
        )
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        Info("driftline_build", "The version of driftline.", registry=self.registry).info(
            {"version": version("driftline")}
        )

    def watch(self, waiting: Callable[[], float], oldest_unsent_s: Callable[[], float]) -> None:
        """Where a scrape finds what waits."""
        self._waiting.set_function(waiting)
        self._oldest.set_function(oldest_unsent_s)

    def _counter(self, name: str, meaning: str) -> Counter:
        family = Counter(f"driftline_bridge_{name}", meaning, ["bridge"], registry=self.registry)
        return family.labels(self._bridge)

    def _gauge(self, name: str, meaning: str) -> Gauge:
        family = Gauge(f"driftline_bridge_{name}", meaning, ["bridge"], registry=self.registry)
        return family.labels(self._bridge)
