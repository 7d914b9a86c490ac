"""Replay: the same engine over the same events in a file of JSON lines, without a broker."""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.contestants.program import LOG_CHARACTERS, RUN_S_MAX, environment
from benchmarks.cores import confine_to_contestant_core
from benchmarks.events import EventMaker, Traffic

FIRST_MS = 1_790_000_000_000


def write_events(file: Path, traffic: Traffic, maker: EventMaker) -> None:
    """Fill a file with events, one a line."""
    with file.open("wb") as lines:
        lines.writelines(message.value + b"\n" for message in maker.messages(traffic, FIRST_MS))


def events_per_second(events: Path) -> float:
    """What `driftline replay` says about itself: everything after its imports counts.

    Raises:
        RuntimeError: it failed.
    """
    with TemporaryDirectory(prefix="driftline-bench-") as directory:
        summary = Path(directory, "summary.json")
        command = [sys.executable, "-m", "driftline", "replay", str(events), "--summary", str(summary)]
        command += ["--alerts", str(Path(directory, "alerts.jsonl"))]
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment()
        )
        try:
            confine_to_contestant_core(process.pid)
            _, said = process.communicate(timeout=RUN_S_MAX)
        finally:
            process.kill()
            process.wait()
        if process.returncode != 0:
            raise RuntimeError(f"driftline replay failed:\n{said[-LOG_CHARACTERS:]}")
        return float(json.loads(summary.read_text())["events_per_second"])
