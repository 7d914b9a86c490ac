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
        self.registry = registry = CollectorRegistry()
        self.requests = Counter(
            "driftline_gateway_requests", "Requests answered.", ("path", "status"), registry=registry
        )
        self.seconds = Histogram(
            "driftline_gateway_request_seconds",
            "Time to an answer.",
            ("path",),
            buckets=SECONDS,
            registry=registry,
        )
        self.events = Counter(
            "driftline_gateway_events", "Events that the broker has.", ("type",), registry=registry
        )
        self.refused = Counter(
            "driftline_gateway_refused", "Events that could not be used.", ("reason",), registry=registry
        )
        self.in_flight = Gauge(
            "driftline_gateway_in_flight_bytes", "Bytes that are worked on.", ("path",), registry=registry
        )
        self.pairs = Counter(
            "driftline_gateway_pairs", "Requests that met their response.", registry=registry
        )
        self.unpaired = Counter(
            "driftline_gateway_unpaired", "Halves whose other half never came.", ("side",), registry=registry
        )
        self.waiting = Gauge(
            "driftline_gateway_halves_waiting", "Halves that wait for the other.", registry=registry
        )
        self.passed_over = Counter(
            "driftline_gateway_passed_over", "Inference logs not asked for.", ("why",), registry=registry
        )
        self.lost = Counter(
            "driftline_gateway_lost",
            "Predictions lost on their way: no room, unpaired, unreadable.",
            registry=registry,
        )
        self.unversioned = Counter(
            "driftline_gateway_unversioned", "Predictions whose version nothing said.", registry=registry
        )
        self.left_out = Counter(
            "driftline_gateway_columns_left_out", "Columns no values can be made of.", registry=registry
        )
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        Info("driftline_build", "The version of driftline.", registry=registry).info(
            {"version": version("driftline")}
        )
        for side in ("request", "response"):
            self.unpaired.labels(side)
