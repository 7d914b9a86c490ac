"""The gateway over a real broker: events a second of one core, and how long a logger waits for its answer.

python -m benchmarks.gateway [--lines 500] [--requests 200] [--models 40] [--bootstrap-servers HOST:PORT]

Events of about 500 bytes (20 features) are posted by four connections; what counts is the processor time of
the gateway's process, whatever load and broker need on their core. Halves are posted 200 a second, in pairs.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Final

import aiohttp
import numpy as np
import orjson
import yaml

from benchmarks.broker import benchmark_broker
from benchmarks.cores import confine_to_contestant_core
from driftline.stream_app.adapters.local_kafka.ports import free_port
from driftline.stream_app.adapters.topics import create_topics
from driftline.stream_app.config import KafkaSettings

GOALS: Final = "goals: 20,000 events/s a core; a logger's answer < 5 ms"
CONNECTIONS: Final = 4
PAIRS: Final = 1000
PAIRS_PER_S: Final = 100


def event(number: int, models: int) -> bytes:
    """A prediction of usual size."""
    return orjson.dumps(
        {
            **{"type": "prediction", "id": f"p-{number}", "model": f"m-{number % models}", "version": "1"},
            "time": time.time_ns() // 1_000_000,
            "features": {f"feature_{place}": number * 0.1 + place for place in range(20)},
            "outputs": {"label": "yes", "confidence": 0.93},
        }
    )


def processor_s(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def ready(session: aiohttp.ClientSession) -> None:
    """Come back when the gateway is."""
    while True:
        try:
            async with session.get("/ready") as response:
                if response.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.05)


async def post(session: aiohttp.ClientSession, body: bytes, requests: int) -> list[float]:
    """Post a body so many times; each answer's time in ms."""
    times = []
    for _ in range(requests):
        began = time.perf_counter()
        async with session.post("/v1/events", data=body) as response:
            assert response.status == 202, await response.text()
            await response.read()
        times.append((time.perf_counter() - began) * 1000)
    return times


async def events(session: aiohttp.ClientSession, pid: int, options: argparse.Namespace) -> None:
    """Print what events cost, many a request and one a request."""
    for lines, requests in ((options.lines, options.requests), (1, 2000)):
        body = b"\n".join(event(number, options.models) for number in range(lines))
        await post(session, body, 5)
        before_s, began = processor_s(pid), time.monotonic()
        waits = await asyncio.gather(*[post(session, body, requests) for _ in range(CONNECTIONS)])
        wall_s, used_s = time.monotonic() - began, processor_s(pid) - before_s
        count = CONNECTIONS * requests * lines
        p50, p99 = np.percentile(np.concatenate(waits), [50, 99])
        print(
            f"{lines} lines of {len(body) // lines} B a request: {count / used_s:,.0f} events/s a core "
            f"({used_s / count * 1e6:.1f} us each), {count / wall_s:,.0f}/s on the wall; "
            f"answer p50 {p50:.1f} ms, p99 {p99:.1f} ms"
        )


async def halves(session: aiohttp.ClientSession, pid: int) -> None:
    """Print how long a logger waits, and what a pair costs."""
    rows = {"request": {"instances": [[0.5] * 20]}, "response": {"predictions": [1]}}
    bodies = {side: orjson.dumps(body) for side, body in rows.items()}
    waits, before_s, began = [], processor_s(pid), time.monotonic()
    for number in range(PAIRS):
        for side, body in bodies.items():
            headers = {
                "ce-type": f"org.kubeflow.serving.inference.{side}",
                "ce-id": str(number),
                "ce-inferenceservicename": "iris",
                "ce-component": "predictor",
            }
            sent = time.perf_counter()
            async with session.post("/v1/kserve", data=body, headers=headers) as response:
                assert response.status == 200
            waits.append((time.perf_counter() - sent) * 1000)
        await asyncio.sleep(max(0.0, began + (number + 1) / PAIRS_PER_S - time.monotonic()))
    p50, p99, most = np.percentile(waits, [50, 99, 100])
    used_ms = (processor_s(pid) - before_s) * 1000
    print(
        f"{PAIRS} pairs: a logger waits p50 {p50:.2f} ms, p99 {p99:.2f} ms, max {most:.1f} ms; "
        f"{used_ms / PAIRS:.2f} ms of a core each"
    )


async def measure(port: int, pid: int, options: argparse.Namespace) -> None:
    """All of it against one gateway."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        await ready(session)
        await events(session, pid, options)
        await halves(session, pid)
    memory = Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()[0]
    print(f"memory at most {int(memory) / 1024:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=500)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--models", type=int, default=40)
    parser.add_argument("--bootstrap-servers")
    options = parser.parse_args()
    named = options.bootstrap_servers
    own = benchmark_broker(None) if named is None else nullcontext(named)
    with own as servers, tempfile.TemporaryDirectory() as folder:
        port = free_port()
        kafka = KafkaSettings(bootstrap_servers=servers, prefix=f"bench-{os.getpid()}", partitions=8)
        create_topics(kafka)
        config = Path(folder) / "gateway.yaml"
        about = {"bootstrap_servers": servers, "prefix": kafka.prefix, "partitions": kafka.partitions}
        config.write_text(yaml.safe_dump({"kafka": about, "gateway": {"port": port}}))
        command = [sys.executable, "-m", "driftline", "gateway", "--config", str(config)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        confine_to_contestant_core(process.pid)
        try:
            asyncio.run(measure(port, process.pid, options))
        finally:
            process.terminate()
            process.wait()
    print(GOALS)


if __name__ == "__main__":
    main()
