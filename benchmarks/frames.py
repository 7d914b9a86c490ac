"""How long `driftline.watch` takes for a frame, and what of it: ``python -m benchmarks.frames [ROWS]``.

Scenario F1: a million rows of 20 numbers (19 features, a score), 10 ms apart, healthy, as a pandas frame.
"""

import sys
from time import perf_counter

import numpy as np
import pandas as pd

from driftline import watch
from driftline.stream_app.adapters.files import lines_in
from driftline.stream_app.adapters.replay import replay
from driftline.stream_app.adapters.tables import Tables, texts_of
from driftline.stream_app.config import Settings
from driftline.stream_app.frames.lines import Notes, lines_of
from driftline.stream_app.frames.typed import frame_of, table_of
from driftline.stream_app.pipeline import Records
from driftline.stream_app.pipeline.kernels import compile_engine

ROWS = 1_000_000
FEATURES = 19


def frame(rows: int) -> pd.DataFrame:
    """Scenario F1."""
    random = np.random.default_rng(1)
    columns = {f"x{number}": random.normal(size=rows) for number in range(FEATURES)}
    columns["score"] = random.random(rows)
    made = pd.DataFrame(columns)
    step = pd.to_timedelta(np.arange(rows) * 10, unit="ms")
    made.insert(0, "time", pd.Timestamp("2026-11-02", tz="UTC") + step)
    return made


def json_lines(native: pd.DataFrame) -> list[bytes]:
    """The rows as texts of JSON lines."""
    read = frame_of(native)
    table = table_of("frame", [read])
    return list(texts_of(lines_of(table, Tables().columns_of("frame", table), Notes())))


def records(texts: list[bytes]) -> list[Records]:
    """The texts as records."""
    found, number = [], 0
    for text in texts:
        found.append(lines_in(text, "frame", number))
        number += len(found[-1])
    return found


def main(rows: int) -> None:
    compile_engine()
    native = frame(rows)
    began = perf_counter()
    texts = json_lines(native)
    written = perf_counter()
    batches = records(texts)
    found = perf_counter()
    summary = replay(batches, Settings())
    del texts, batches
    start = perf_counter()
    report = watch(native)
    whole = perf_counter() - start
    for name, seconds in (
        ("rows to JSON lines", written - began),
        ("lines to records", found - written),
        ("records through the engine, reading included", summary.seconds),
        ("watch, with the course of each signal", whole),
    ):
        print(f"{name:<46}{seconds:8.2f} s {seconds / rows * 1e6:8.2f} µs a row")
    print(report)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
