"""Runs a contestant that measures itself, on the contestants' core."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from benchmarks.cores import confine_to_contestant_core
from benchmarks.meter import Run
from benchmarks.topics import LoadedTopic

REPOSITORY = Path(__file__).resolve().parents[2]
RUN_S_MAX = 240
LOG_CHARACTERS = 2_000


def environment() -> dict[str, str]:
    """The surroundings of every contestant: this repository's modules, and one place for compiled kernels."""
    cache = os.environ.get("NUMBA_CACHE_DIR", str(REPOSITORY / ".driftline" / "numba"))
    return os.environ | {"PYTHONPATH": str(REPOSITORY), "NUMBA_CACHE_DIR": cache}


def command_of(module: ModuleType) -> list[str]:
    """The command that starts a module of this environment as a program."""
    return [sys.executable, "-m", module.__name__]


def measure(command: Sequence[str], topic: LoadedTopic) -> Run:
    """Starts a program with the words of `benchmarks.meter.Task`, waits for it, and reads what it says.

    Raises:
        RuntimeError: it failed, or is not done within four minutes; says what its log says last.
    """
    with tempfile.TemporaryDirectory(prefix="driftline-bench-") as directory:
        result, log = Path(directory, "result.json"), Path(directory, "log")
        words = [topic.bootstrap_servers, topic.name, str(topic.traffic.events), str(result)]
        with log.open("wb") as output:
            process = subprocess.Popen([*command, *words], stdout=output, stderr=output, env=environment())
        try:
            confine_to_contestant_core(process.pid)
            process.wait(RUN_S_MAX)
        except subprocess.TimeoutExpired:
            pass
        finally:
            process.kill()
            process.wait()
        if not result.exists():
            said = log.read_text(errors="replace")[-LOG_CHARACTERS:]
            raise RuntimeError(f"{' '.join(command)} did not finish:\n{said}")
        return Run(**json.loads(result.read_text()))
