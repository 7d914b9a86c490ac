"""How long after an event was produced the alert that it causes can be read, at half the maximum rate."""

import time
from datetime import datetime
from math import ceil
from threading import Event, Thread

import orjson
from confluent_kafka import Consumer

from benchmarks.contestants.driftline import RunningWorker, between
from benchmarks.events import EventMaker, Message, model_name
from benchmarks.loading import Loader
from benchmarks.topics import fresh_topics
from driftline.stream_app.config import KafkaSettings

MODELS = 40
WARM_UP = 2_000
SLICE_S = 0.02  # events are produced in slices, as by many servers together
BETWEEN_CHANGES_S = 0.5
AFTERWARDS_S = 3.0


class AlertListener(Thread):
    """Notes when the first alert about each model arrived, in epoch milliseconds, and what it is about."""

    def __init__(self, kafka: KafkaSettings) -> None:
        super().__init__(daemon=True)
        self.arrived: dict[str, tuple[float, bytes]] = {}
        self.stop = Event()
        options = {"bootstrap.servers": kafka.bootstrap_servers, "group.id": f"{kafka.prefix}-listener"}
        self._consumer = Consumer(options | {"auto.offset.reset": "earliest", "fetch.wait.max.ms": 10})
        self._consumer.subscribe([kafka.alerts])

    def run(self) -> None:
        """Listens until told to stop."""
        while not self.stop.is_set():
            record = self._consumer.poll(0.1)
            if record is None or record.error() is not None:
                continue
            value = record.value() or b""
            model = orjson.loads(value)["labels"]["model"]
            self.arrived.setdefault(model, (time.time() * 1_000, value))
        self._consumer.close()


class Load:
    """A steady stream of events whose time is now, while one model after the other changes."""

    def __init__(self, events_per_second: float) -> None:
        self._per_slice = max(1, int(events_per_second * SLICE_S))
        self._maker = EventMaker()
        self._models = [(model_name(place), model_name(place).encode()) for place in range(MODELS)]
        self._sent = 0
        warm_up_s = WARM_UP * MODELS * SLICE_S / self._per_slice
        # The reference is learned twice over before the first change; each model has its own moment.
        self.changes_s = [2.0 * warm_up_s + 2.0 + place * BETWEEN_CHANGES_S for place in range(MODELS)]
        self.duration_s = self.changes_s[-1] + AFTERWARDS_S
        self.late_s = 0.0

    def run(self, loader: Loader, topic: str) -> int:
        """Produces for `duration_s`; the number of events. `late_s` is how far it fell behind at worst."""
        began = time.monotonic()
        slice_number = 0
        while (due_s := slice_number * SLICE_S) < self.duration_s:
            late_s = time.monotonic() - began - due_s
            if late_s < 0:
                time.sleep(-late_s)
            self.late_s = max(self.late_s, late_s)
            loader.send(topic, self._slice(due_s))
            slice_number += 1
        loader.flush()
        return self._sent

    def _slice(self, due_s: float) -> list[Message]:
        now_ms = int(time.time() * 1_000)
        messages = []
        for _ in range(self._per_slice):
            place = self._sent % MODELS
            model, key = self._models[place]
            value = self._maker.event(self._sent, model, now_ms, shifted=due_s >= self.changes_s[place])
            messages.append(Message(key, value, now_ms))
            self._sent += 1
        return messages


def alert_latency(bootstrap_servers: str, maximum: float) -> dict[str, float]:
    """Latencies in milliseconds over the first alerts of 40 models, at half of `maximum` events per second.

    An alert is late by what has passed since the event at which its change was detected was produced.
    """
    kafka = fresh_topics(bootstrap_servers)
    load = Load(maximum / 2)
    loader = Loader(bootstrap_servers)
    listener = AlertListener(kafka)
    listener.start()
    try:
        with RunningWorker(kafka) as worker:
            first = worker.wait_until_ready()
            sent = load.run(loader, kafka.predictions)
            run = between(first, worker.read(sent)[-1])
    finally:
        listener.stop.set()
        listener.join()
    latencies_ms = sorted(latency_ms(*arrival) for arrival in listener.arrived.values())
    return {
        "alerts": len(latencies_ms),
        "p50_ms": round(quantile(latencies_ms, 0.5), 1),
        "p99_ms": round(quantile(latencies_ms, 0.99), 1),
        "events_per_second": round(run.run.events_per_second),
        "load_late_s": round(load.late_s, 3),
        "checkpoint_bytes_per_second": round(run.checkpoint_bytes_per_second),
    }


def latency_ms(arrived_ms: float, alert: bytes) -> float:
    """From the time of the event at which the change was detected to the arrival of the alert."""
    detected_at = orjson.loads(alert)["drift"]["detected_at"]
    return arrived_ms - epoch_ms(detected_at)


def epoch_ms(text: str) -> float:
    """Epoch milliseconds of an RFC 3339 time in UTC."""
    return datetime.fromisoformat(text).timestamp() * 1_000


def quantile(ordered: list[float], probability: float) -> float:
    """The smallest value that at least this share of the values does not exceed; infinite for no values."""
    if not ordered:
        return float("inf")
    return ordered[max(0, ceil(probability * len(ordered)) - 1)]
