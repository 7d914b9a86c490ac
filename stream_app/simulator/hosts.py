"""Serving reports of the hosts that answer the queries: memory, cpu, queue depth, load."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import orjson

from driftline.stream_app.simulator.conditions import FloatArray
from driftline.stream_app.simulator.voice_search import IntArray, Run, rfc3339_all


@dataclass(frozen=True)
class DueReports:
    """The reports of one batch, numbered from ``first``: the hosts take turns, each once per interval."""

    first: int
    times_ms: IntArray
    hosts: int


def due_reports(first: int, start_ms: int, until_ms: int, hosts: int, every_s: float) -> DueReports:
    """The reports due before ``until_ms``, from number ``first`` on, of a run that began at ``start_ms``."""
    step_ms = every_s * 1000 / hosts
    last = max(first, int(np.ceil((until_ms - start_ms) / step_ms)))
    return DueReports(first, start_ms + (np.arange(first, last) * step_ms).astype(np.int64), hosts)


def encode_reports(
    rng: np.random.Generator, due: DueReports, conditions: dict[str, FloatArray], run: Run
) -> Iterator[bytes]:
    """The reports as JSON, in order. As the candidate's share grows, it takes over host after host."""
    count = len(due.times_ms)
    host = (due.first + np.arange(count)) % due.hosts
    taken_over = host + 0.5 < conditions["candidate_share"] * due.hosts
    load = conditions["load_factor"]
    values = {
        "memory_mb": np.rint(rng.normal(5120.0, 60.0, count)).astype(np.int64).tolist(),
        "cpu": np.round(np.clip(rng.normal(0.55 * load, 0.07), 0.0, 1.0), 2).tolist(),
        "queue_depth": rng.poisson(4.0 * load).tolist(),
        "load": np.round(np.maximum(rng.normal(2.3 * load, 0.4), 0.0), 2).tolist(),
    }
    rows = zip(
        rfc3339_all(due.times_ms),
        host.tolist(),
        taken_over.tolist(),
        zip(*values.values(), strict=True),
        strict=True,
    )
    for index, (time, number, candidate, row) in enumerate(rows, due.first):
        yield orjson.dumps(
            {
                "type": "serving",
                "id": f"s-{run.id}-{index:06d}",
                "model": run.model,
                "version": run.versions[candidate],
                "time": time,
                "host": f"srv-{number + 1}",
                "values": dict(zip(values, row, strict=True)),
            }
        )
