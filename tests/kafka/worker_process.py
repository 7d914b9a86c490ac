"""Workers as processes of their own, and what tests put into Kafka and read from it."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from driftline.stream_app.adapters.local_kafka.ports import free_port
from driftline.stream_app.config import KafkaSettings
from tests.asking import asked

Event = dict[str, Any]
READY_S = 45  # the first worker after a change of the kernels compiles them


class WorkerProcess:
    """One `driftline worker`, with short timeouts, logging into a file of the test's directory."""

    program: tuple[str, ...] = ("-m", "driftline")

    def __init__(
        self, kafka: KafkaSettings, directory: Path, name: str, port: int | None = None,
        plan: dict[str, Any] | None = None, **environment: str,
    ) -> None:  # fmt: skip
        self.port = free_port() if port is None else port
        self.log = directory / f"{name}.log"
        config = directory / f"{name}.yaml"
        config.write_text(
            yaml.safe_dump(
                {
                    "kafka": {
                        "bootstrap_servers": kafka.bootstrap_servers,
                        "prefix": kafka.prefix,
                        "group": kafka.group,
                        "partitions": kafka.partitions,
                    },
                    "worker": {"checkpoint_every_s": 0.5, "session_timeout_s": 6, "web_port": self.port},
                    "defaults": {"warm_up": 500, **(plan or {})},
                }
            )
        )
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.program, "worker", "--config", str(config)],
                stdout=log,
                stderr=log,
                env=os.environ | environment,
            )

    def __enter__(self) -> "WorkerProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; status 0 while nobody listens."""
        return asked(f"http://127.0.0.1:{self.port}/{path}", timeout_s=5)

    def ready(self) -> bool:
        """True when it owns and has restored its partitions; fails the test when it has ended."""
        assert self.process.poll() is None, self.log.read_text()
        return self.get("ready")[0] == 200

    def metric(self, name: str) -> float:
        """The sum of a metric's samples; NaN, which equals nothing, while the worker does not answer."""
        status, text = self.get("metrics")
        if status != 200:
            return math.nan
        return sum(
            float(line.split()[-1]) for line in text.splitlines() if line.startswith((name + "{", name + " "))
        )

    def said(self) -> list[dict[str, Any]]:
        """The lines of its log so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def partitions(self) -> list[int]:
        """The partition numbers of its last assignment, from its log."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        assignments = [line["partitions"] for line in lines if line["event"] == "assignment"]
        return assignments[-1] if assignments else []

    def kill(self) -> None:
        """SIGKILL, as a crash of the machine would."""
        self.process.kill()
        self.process.wait()

    def terminate(self) -> tuple[int, float]:
        """SIGTERM; exit code and seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=20)
        return code, time.monotonic() - began


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Fail the test when the condition does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.1)


def send(kafka: KafkaSettings, events: Iterable[Event], pause_every: int = 0) -> None:
    """Write events in order, with timestamps a millisecond apart; with a pause of 0.1 s every so many."""
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, linger_ms=5)
    first_ms = int(time.time() * 1000) - 1_000_000
    for place, event in enumerate(events):
        topic = {"feedback": kafka.feedback, "control": kafka.control}.get(event["type"], kafka.predictions)
        producer.send(
            topic,
            key=event["model"].encode(),
            value=json.dumps(event).encode(),
            timestamp_ms=first_ms + place,
        )
        if pause_every and place % pause_every == pause_every - 1:
            producer.flush()
            time.sleep(0.1)
    producer.flush()
    producer.close()


def read_all(kafka: KafkaSettings, topic: str) -> list[Event]:
    """Every record of a topic from its beginning to its present end."""
    consumer = KafkaConsumer(
        bootstrap_servers=kafka.bootstrap_servers, group_id=None, enable_auto_commit=False
    )
    sources = [TopicPartition(topic, number) for number in range(kafka.partitions)]
    consumer.assign(sources)
    ends = consumer.end_offsets(sources)
    consumer.seek_to_beginning(*sources)
    values: list[Event] = []
    while any(consumer.position(source) < ends[source] for source in sources):
        for records in consumer.poll(timeout_ms=500).values():
            values += [json.loads(record.value) for record in records]
    consumer.close()
    return values


def alert_ids(kafka: KafkaSettings) -> set[str]:
    """The ids of all alerts published so far, each once."""
    return {alert["id"] for alert in read_all(kafka, kafka.alerts)}
