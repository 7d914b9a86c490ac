"""The broker's process, remembered in a file so that another command can stop it later."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

STOP_PATIENCE_S = 20.0
KILL_PATIENCE_S = 5.0


@dataclass(frozen=True)
class BrokerProcess:
    """A process id, when that process began, and the port its broker listens on.

    `began` tells a process from a later one that was given the same id.
    """

    pid: int
    began: str
    port: int

    @classmethod
    def of(cls, pid: int, port: int) -> "BrokerProcess":
        """Describes a process that runs now."""
        return cls(pid, _began(pid) or "", port)

    @classmethod
    def read(cls, file: Path) -> "BrokerProcess | None":
        """What `write` wrote; None when there is no such file or it is not one of these."""
        try:
            return cls(**orjson.loads(file.read_bytes()))
        except (OSError, orjson.JSONDecodeError, TypeError):
            return None

    def write(self, file: Path) -> None:
        """Writes the file in one step: a reader sees all of it or none."""
        scratch = file.with_suffix(".new")
        scratch.write_bytes(orjson.dumps(self))
        scratch.replace(file)

    def runs(self) -> bool:
        """True while this very process lives, False when it ended or its id went to another."""
        with suppress(ChildProcessError):  # a child that ended stays in the process table until it is reaped
            os.waitpid(self.pid, os.WNOHANG)
        return self.began != "" and _began(self.pid) == self.began

    def stop(self) -> bool:
        """Asks the process to end, makes it end when it does not, and waits; False when it ran no more."""
        if not self.runs():
            return False
        for number, patience_s in ((signal.SIGTERM, STOP_PATIENCE_S), (signal.SIGKILL, KILL_PATIENCE_S)):
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)
            deadline = time.monotonic() + patience_s
            while time.monotonic() < deadline:
                if not self.runs():
                    return True
                time.sleep(0.05)
        return not self.runs()


def _began(pid: int) -> str | None:
    """When a process began, in the words of the system; None when no such process runs."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]  # field 22 of proc(5), in ticks since the boot
    if Path("/proc/self/stat").exists():
        return None
    answer = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or None
