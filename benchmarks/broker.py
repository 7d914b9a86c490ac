"""The broker of a benchmark run: its own, on its own core, gone afterwards."""

import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.cores import confine_to_broker_core
from driftline.stream_app.adapters.local_kafka import LocalKafka, stop_local_kafka
from driftline.stream_app.adapters.local_kafka.ports import free_port

STATE = Path(__file__).resolve().parents[1] / ".driftline"
HEAP_MB = 1_024


@contextmanager
def benchmark_broker(port: int | None) -> Iterator[str]:
    """Starts a broker, gives its bootstrap servers, and stops it and removes its files at the end.

    This process moves to the broker's core too: the broker takes it over from here.
    """
    confine_to_broker_core()
    # Without this, nothing of what was started would be stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    directory = STATE / "bench-kafka"
    stop_local_kafka(directory)  # what a killed run left
    shutil.rmtree(directory, ignore_errors=True)
    kafka = LocalKafka(directory, port or free_port(), STATE / "kafka-libs", HEAP_MB)
    try:
        kafka.start()
        yield kafka.bootstrap_servers
    finally:
        kafka.stop()
        shutil.rmtree(directory, ignore_errors=True)
