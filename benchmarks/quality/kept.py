"""What a run of hours has done: kept line by line, so that one that is cut goes on where it was.

A line of JSON for each finished task: the code it was measured with, the task, and its rows. Of other code
nothing is taken over.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from benchmarks.quality.tasks import Row, Task

ROOT = Path(__file__).parents[2]
MEASURED = ("detectors", "schemas", "stream_app", "benchmarks/quality")
Outcome = tuple[str, list[Row]]


def revision(root: Path = ROOT, measured: Sequence[str] = MEASURED) -> str:
    """A hash of the sources, folders and files, that decide what is measured."""
    hashed = sha256()
    for name in measured:
        named = root / name
        for path in [named] if named.is_file() else sorted(named.rglob("*.py")):
            hashed.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return hashed.hexdigest()


def key(task: Task) -> str:
    """A task as text; a profile stands as its name."""
    return " ".join([task.part, *(str(getattr(each, "name", each)) for each in task.arguments)])


class Kept(NamedTuple):
    """A file of outcomes, and the code they are of."""

    path: Path
    revision: str

    def outcomes(self) -> dict[str, Outcome]:
        """Those of this code by the key of their tasks; a last line that was cut is no outcome."""
        found: dict[str, Outcome] = {}
        lines = self.path.read_bytes().splitlines() if self.path.exists() else []
        for line in lines:
            try:
                kept: dict[str, Any] = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if kept["revision"] == self.revision:
                found[kept["task"]] = (kept["part"], kept["rows"])
        return found

    def add(self, task: Task, outcome: Outcome) -> None:
        """Writes an outcome down; its numbers are such as JSON can hold."""
        part, rows = outcome
        line = {"revision": self.revision, "task": key(task), "part": part, "rows": rows}
        self.path.parent.mkdir(exist_ok=True)
        with self.path.open("ab") as file:
            file.write(b"\n" + orjson.dumps(line))
