"""The dashboard under load: many signals and tabs over a real broker; pages' p95, memory, start and restart.

python -m benchmarks.dashboard [--signals 10000] [--tabs 20] [--seconds 20] [--bootstrap-servers HOST:PORT]
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final

import aiohttp
import numpy as np
import orjson
import yaml
from aiokafka import AIOKafkaProducer

from benchmarks.broker import benchmark_broker
from driftline.schemas import rfc3339
from driftline.stream_app.adapters.local_kafka.ports import free_port
from driftline.stream_app.adapters.topics import create_topics
from driftline.stream_app.config import KafkaSettings

PATHS: Final = (
    *("/", "/incidents", "/models/bench", "/models/bench/signals"),
    *("/models/bench/signals?sort=effect&page=40", "/signals/bench%7C1%7Clive%7Cfeature:f00007"),
)
GOALS: Final = "goals: page p95 < 300 ms, memory < 300 MB, first page < 5 s after start and restart"
QUANTILES: Final = {"p05": 15.0, "p25": 19.0, "p50": 22.0, "p75": 25.0, "p95": 29.0, "p99": 31.0}


def summary(number: int, time_ms: int) -> tuple[bytes, bytes]:
    """Key and value of a signal's summary, of usual size."""
    name = f"feature:f{number:05d}"
    mean = 22.0 + (number * 7919 + time_ms // 60_000) % 100 / 50
    level = {
        "count": 500,
        "missing": 2,
        "mean": mean,
        "sd": 4.0,
        "min": 2.0,
        "max": 40.0,
        "quantiles": QUANTILES,
    }
    value = {
        **{"model": "bench", "version": "1", "role": "live", "signal": name, "time": rfc3339(time_ms)},
        **{"armed": True, "phase": "reference", "seen": 12_000, "recent": level, "firing": False},
        "reference": {**level, "mean": 22.0, "learned_from": "warm_up"},
        **{"effect_size_sd": (mean - 22.0) / 4.0, "sampling_rate": 1.0, "kind": "data_drift", "unit": "dB"},
        "nearness": number % 97 / 100,
    }
    return f"bench|1|live|{name}".encode(), orjson.dumps(value)


async def publish(kafka: KafkaSettings, signals: int, per_s: float | None, seconds: float) -> None:
    """All signals once (without a rate), or so many a second for a time."""
    producer = AIOKafkaProducer(**kafka.aiokafka(), compression_type="gzip", linger_ms=20)
    await producer.start()
    began = time.monotonic()
    number = 0
    while number < signals if per_s is None else time.monotonic() - began < seconds:
        key, value = summary(number % signals, int(time.time() * 1000))
        await producer.send(kafka.signals, value, key=key)
        number += 1
        if per_s is not None and number / per_s > time.monotonic() - began:
            await asyncio.sleep(number / per_s - (time.monotonic() - began))
    await producer.stop()


async def tab(session: aiohttp.ClientSession, path: str, stop: asyncio.Event) -> int:
    """Hold a stream open as a tab does; the messages it got."""
    messages = 0
    separator = "&" if "?" in path else "?"
    async with session.get(f"{path}{separator}live=1") as response:
        reading = asyncio.create_task(response.content.readuntil(b"\n\n"))
        stopping = asyncio.create_task(stop.wait())
        while not stop.is_set():
            await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                messages += reading.result().startswith(b"id:")
                reading = asyncio.create_task(response.content.readuntil(b"\n\n"))
        reading.cancel()
    return messages


async def load(address: str, tabs: int, seconds: float) -> tuple[np.ndarray, int]:
    """Times of pages in ms while the tabs are open, and the messages that the tabs got."""
    stop, times = asyncio.Event(), []
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(address, connector=connector, read_bufsize=2**20) as session:
        open_tabs = [
            asyncio.create_task(tab(session, PATHS[each % len(PATHS)], stop)) for each in range(tabs)
        ]
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for path in PATHS:
                began = time.perf_counter()
                async with session.get(path) as response:
                    await response.read()
                    assert response.status == 200, path
                times.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.2)
        stop.set()
        return np.array(times), sum(await asyncio.gather(*open_tabs))


@contextmanager
def dashboard(config: Path, port: int) -> Iterator[tuple[int, float]]:
    """A dashboard process; its pid, and the seconds until its first page was there."""
    began = time.monotonic()
    command = [sys.executable, "-m", "driftline", "dashboard", "--config", str(config)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        asyncio.run(first_page(f"http://127.0.0.1:{port}/"))
        yield process.pid, time.monotonic() - began
    finally:
        process.send_signal(signal.SIGKILL)  # so that the next start is one after a crash
        process.wait()


async def first_page(address: str) -> None:
    """Come back when the first page is there."""
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(address) as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.02)


def resident_mb(pid: int) -> float:
    """The memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def under_load(
    kafka: KafkaSettings, address: str, options: argparse.Namespace
) -> tuple[np.ndarray, int]:
    """Pages are asked for while summaries come as they do from healthy signals, once a minute each."""
    per_s = options.signals / 60
    publishing = asyncio.create_task(publish(kafka, options.signals, per_s, options.seconds))
    measured = await load(address, options.tabs, options.seconds)
    await publishing
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=10_000)
    parser.add_argument("--tabs", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--bootstrap-servers")
    options = parser.parse_args()
    own = (
        benchmark_broker(None)
        if options.bootstrap_servers is None
        else nullcontext(options.bootstrap_servers)
    )
    with own as servers, tempfile.TemporaryDirectory() as folder:
        port = free_port()
        kafka = KafkaSettings(bootstrap_servers=servers, prefix=f"bench-{os.getpid()}", partitions=8)
        create_topics(kafka)
        asyncio.run(publish(kafka, options.signals, None, 0.0))
        config = Path(folder) / "dashboard.yaml"
        about = {"bootstrap_servers": servers, "prefix": kafka.prefix}
        section = {"port": port, "directory": folder}
        config.write_text(yaml.safe_dump({"kafka": about, "dashboard": section}))
        with dashboard(config, port) as (pid, start_s):
            time.sleep(8.0)  # everything is read
            times_ms, messages = asyncio.run(under_load(kafka, f"http://127.0.0.1:{port}", options))
            memory_mb = resident_mb(pid)
        with dashboard(config, port) as (_, restart_s):
            pass
    p50, p95, most = np.percentile(times_ms, [50, 95, 100])
    asked = f"{options.signals:,} signals, {options.tabs} tabs"
    print(f"{asked}, {len(times_ms)} pages, {messages} messages to tabs")
    print(f"page p50 {p50:.0f} ms, p95 {p95:.0f} ms, max {most:.0f} ms; memory {memory_mb:.0f} MB")
    print(f"first page {start_s:.1f} s after start, {restart_s:.1f} s after kill -9")
    print(GOALS)


if __name__ == "__main__":
    main()
