"""driftline: the whole worker as an operator starts it, measured from outside through its /metrics."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, NamedTuple

import yaml

from benchmarks.contestants.program import LOG_CHARACTERS, RUN_S_MAX, environment
from benchmarks.cores import confine_to_contestant_core
from benchmarks.meter import Run
from benchmarks.topics import LoadedTopic, fresh_topics_beside
from driftline.stream_app.adapters.local_kafka.ports import free_port
from driftline.stream_app.config import KafkaSettings

POLL_S = 0.5  # a scrape costs the worker milliseconds: more of them would slow down what they measure
READY_POLL_S = 0.05
STOP_S_MAX = 20
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Scrape(NamedTuple):
    """The worker at one moment: its metrics by name (summed over their labels) and its processor time."""

    moment: float
    cpu_seconds: float
    metrics: dict[str, float]

    @property
    def events(self) -> int:
        """Events absorbed since the worker started."""
        return int(self.metrics.get("driftline_events_total", 0))


class WorkerRun(NamedTuple):
    """A worker between its first batch and the last event."""

    run: Run
    checkpoint_bytes_per_second: float
    checkpoints: int
    alerts: int
    memory_mb: float


class RunningWorker:
    """One `driftline worker` on the contestants' core; stopped on leaving, killed if need be.

    Args:
        plan: what differs from the defaults, such as `{"resolution": "every_value"}`.
    """

    def __init__(
        self, kafka: KafkaSettings, plan: Mapping[str, Any] | None = None, port: int | None = None
    ) -> None:
        self._directory = TemporaryDirectory(prefix="driftline-bench-")
        self._log = Path(self._directory.name, "log")
        self._address = f"http://127.0.0.1:{port or free_port()}"
        config = Path(self._directory.name, "driftline.yaml")
        config.write_text(
            yaml.safe_dump(
                {
                    "kafka": kafka.model_dump(mode="json", exclude_unset=True),
                    "worker": {"web_port": int(self._address.rpartition(":")[2])},
                    "defaults": dict(plan or {}),
                }
            )
        )
        with self._log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "driftline", "worker", "--config", str(config)],
                stdout=output,
                stderr=output,
                env=environment(),
            )
        confine_to_contestant_core(self.process.pid)

    def __enter__(self) -> "RunningWorker":
        return self

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._directory.cleanup()

    def scrape(self) -> Scrape | None:
        """Its metrics now; None while it does not answer."""
        text = self._get("/metrics")
        moment, cpu_seconds = time.perf_counter(), self._cpu_seconds()
        return None if text is None else Scrape(moment, cpu_seconds, sums(text))

    def wait_until_ready(self) -> Scrape:
        """Its first metrics as the owner of its partitions."""
        for _ in self._moments(READY_POLL_S):
            if self._get("/ready") is not None and (scrape := self.scrape()):
                return scrape
        raise self._failure()

    def scrapes(self) -> Iterator[Scrape]:
        """Its metrics, twice a second, for at most four minutes.

        Raises:
            RuntimeError: the worker ended, or the time is over.
        """
        for _ in self._moments(POLL_S):
            if scrape := self.scrape():
                yield scrape
        raise self._failure()

    def read(self, events: int) -> list[Scrape]:
        """Wait until so many events are absorbed; the scrapes since the first of them."""
        taken = []
        for scrape in self.scrapes():
            if scrape.events > 0:
                taken.append(scrape)
            if scrape.events >= events:
                break
        return taken

    def memory_mb(self) -> float:
        """Resident memory now."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def _moments(self, every_s: float) -> Iterator[None]:
        deadline = time.perf_counter() + RUN_S_MAX
        while time.perf_counter() < deadline and self.process.poll() is None:
            yield
            time.sleep(every_s)

    def _failure(self) -> RuntimeError:
        said = self._log.read_text(errors="replace")[-LOG_CHARACTERS:]
        return RuntimeError(f"The worker did not get there:\n{said}")

    def _cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def _get(self, path: str) -> str | None:
        try:
            with urllib.request.urlopen(self._address + path, timeout=5) as response:
                return str(response.read(), "utf-8")
        except OSError:
            return None


def sums(text: str) -> dict[str, float]:
    """The samples of a Prometheus page, added up by name."""
    total: dict[str, float] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            name = name.partition("{")[0]
            total[name] = total.get(name, 0.0) + float(value)
    return total


def measure(topic: LoadedTopic, plan: Mapping[str, Any] | None = None) -> WorkerRun:
    """A worker that has never run reads a topic, between two scrapes on the way.

    The second is the last one before the end, when it was at work the whole time.
    """
    events = topic.traffic.events
    with RunningWorker(fresh_topics_beside(topic), plan) as worker:
        scrapes = worker.read(events)
        at_work = [scrape for scrape in scrapes if scrape.events < events]
        last = at_work[-1] if len(at_work) > 2 else scrapes[-1]
        return between(scrapes[0], last, worker.memory_mb())


def between(first: Scrape, last: Scrape, memory_mb: float = 0.0) -> WorkerRun:
    """What a worker did between two scrapes."""

    def gain(name: str) -> float:
        return last.metrics.get(name, 0.0) - first.metrics.get(name, 0.0)

    seconds = last.moment - first.moment
    return WorkerRun(
        run=Run(last.events - first.events, seconds, last.cpu_seconds - first.cpu_seconds),
        checkpoint_bytes_per_second=gain("driftline_checkpoint_bytes_sum") / seconds,
        checkpoints=int(gain("driftline_checkpoint_bytes_count")),
        alerts=int(gain("driftline_alerts_total")),
        memory_mb=memory_mb,
    )
