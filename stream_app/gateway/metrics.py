"""Every figure that the gateway tells, declared once."""

from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
)

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 10)


class Metrics:
    """Counters of one gateway, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._counter("requests", "Requests answered.", "path", "status")
        self.seconds = Histogram(
            *("driftline_gateway_request_seconds", "Time to an answer.", ("path",)),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.events = self._counter("events", "Events that the broker has.", "type")
        self.refused = self._counter("refused", "Events that could not be used.", "reason")
        self.in_flight = self._gauge("in_flight_bytes", "Bytes that are worked on.", "path")
        self.pairs = self._counter("pairs", "Requests that met their response.")
        self.unpaired = self._counter("unpaired", "Halves whose other half never came.", "side")
        self.waiting = self._gauge("halves_waiting", "Halves that wait for the other.")
        self.passed_over = self._counter("passed_over", "Inference logs that are not wanted.", "why")
        self.lost = self._counter("lost", "Calls lost on their way: no room, no other half, unreadable.")
        self.unversioned = self._counter("unversioned", "Predictions whose version nothing said.")
        self.left_out = self._counter("columns_left_out", "Columns that no values can be made of.")
        for side in ("request", "response"):  # or the first one would be no increase
            self.unpaired.labels(side)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        build = Info("driftline_build", "The version of driftline.", registry=self.registry)
        build.info({"version": version("driftline")})

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"driftline_gateway_{name}", meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"driftline_gateway_{name}", meaning, labels, registry=self.registry)
