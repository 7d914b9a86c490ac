"""How long a worker needs until it goes on where another one stopped, with 10,000 signals."""

import time

from benchmarks.armed import apart, restore_in_process
from benchmarks.contestants.driftline import RunningWorker
from benchmarks.events import Traffic
from benchmarks.topics import fresh_topics_beside, load

FEATURES, MODELS = 500, 10  # a little over a thousand signals each
SIGNALS_MIN = 10_000
COPIES, FEATURES_OF_COPY = 250, 100  # some four hundred signals each


def restore(bootstrap_servers: str, events_per_model: int = 2_200) -> dict[str, float]:
    """Seconds from starting a worker to its being ready, imports and joining the group included.

    The worker before it has learned all references, and stops gracefully.
    """
    traffic = Traffic(MODELS * events_per_model, FEATURES, MODELS)
    topic = load(bootstrap_servers, traffic)
    kafka = fresh_topics_beside(topic)
    with RunningWorker(kafka) as worker:
        before = worker.read(traffic.events)[-1]
    began = time.perf_counter()
    with RunningWorker(kafka) as worker:
        after = worker.wait_until_ready()
        seconds = after.moment - began
    signals = after.metrics["driftline_signals"]
    if signals != before.metrics["driftline_signals"] or signals < SIGNALS_MIN:
        raise RuntimeError(f"{signals:.0f} signals were restored; before: {before.metrics}")
    armed = after.metrics["driftline_signals_armed"]
    restored = apart(restore_in_process, COPIES, FEATURES_OF_COPY)
    return {
        "signals": signals,
        "armed": armed,
        "seconds": round(seconds, 2),
        "signals_in_process": restored.signals,
        "seconds_of_100000": round(restored.seconds * 100_000 / restored.signals, 2),
    }
