"""The tables of mechanisms and of judged constants, from the rows of `ablation.py`: printed, and written.

Every figure is against the detectors as they are, measured on the same grid with the same seeds. A mean is
one of ratios (geometric), so that no row counts more for being slow.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from math import exp, log
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.quality.ablation import Row, in_a_process_of_its_own, measured
from benchmarks.quality.kept import ROOT, Kept, key, revision
from benchmarks.quality.mechanisms import MECHANISMS
from benchmarks.quality.patches import Patch
from benchmarks.quality.sensitivity import SCALED
from benchmarks.quality.tasks import Task, plain

NOTHING = "nothing"
GRID = (
    *("ablation", "arl", "blends", "changes", "combinations", "contestants", "delay", "episodes", "feed"),
    *("mechanisms", "noises", "patches", "replacements"),
)
MEASURED = ("detectors", *(f"benchmarks/quality/{name}.py" for name in GRID))
PAGE = ROOT / "docs" / "detection.md"
HEADS = (
    "delay",
    "false alarms",
    "signal and week",
    "model and month",
    "missed",
    "twice",
    "ns a value",
    "most worse",
    "most better",
)
LEAST = 0.02  # stands for no false alarm at all where a ratio is taken


class Worth(NamedTuple):
    """What the grid says with something left out or changed.

    delay, false_alarms: means of the rows' ratios to the detectors as they are. signal, model: false alarms
    of healthy combinations, of a signal and week and of a model and month, on average. worse, better: the row
    that changed most, and by what factor.
    """

    delay: float
    false_alarms: float
    signal: float
    model: float
    missed: int
    several: int
    time_ns: float
    worse: str
    better: str

    def cells(self) -> tuple[str, ...]:
        """As text."""
        ratios = (f"{self.delay:.2f}", f"{self.false_alarms:.2f}", f"{self.signal:.2f}", f"{self.model:.1f}")
        counts = (str(self.missed), str(self.several), f"{self.time_ns:.0f}")
        return (*ratios, *counts, self.worse, self.better)


def worth(rows: Iterable[Row], usual: Iterable[Row]) -> Worth:
    """Of the rows of a measurement, beside those of the detectors as they are."""
    own, base = ({row["row"]: row for row in each if row["value"] is not None} for each in (rows, usual))
    both = [name for name in base if name in own and own[name]["part"] == base[name]["part"]]
    ratios = {name: max(own[name]["value"], LEAST) / max(base[name]["value"], LEAST) for name in both}

    def of(part: str) -> list[Row]:
        return [own[name] for name in both if own[name]["part"] == part]

    def mean_ratio(part: str) -> float:
        logs = [log(ratios[row["row"]]) for row in of(part)]
        return exp(sum(logs) / max(len(logs), 1))

    healthy, changed = of("combination"), of("delay")
    judged = [name for name in both if own[name]["part"] != "time"]
    worse, better = (choose(judged, key=ratios.__getitem__, default="") for choose in (max, min))
    return Worth(
        mean_ratio("delay"),
        mean_ratio("false_alarms"),
        sum(row["value"] for row in healthy) / max(len(healthy), 1),
        sum(row["model"] for row in healthy) / max(len(healthy), 1),
        sum(row["missed"] for row in changed),
        sum(row["several"] for row in changed),
        sum(row["value"] for row in of("time")),
        *(f"{name} × {ratios.get(name, 1.0):.2g}" for name in (worse, better)),
    )


def patches_of(part: str, name: str) -> tuple[Patch, ...]:
    """Of a mechanism that is left out, or of a constant that is scaled."""
    return MECHANISMS[name].patches if part == "without" else SCALED[name].patches


def measure(part: str, name: str) -> list[Row]:
    """In the process that has it left out."""
    return measured(patches_of(part, name))


def all_rows(part: str, names: Iterable[str], kept: Kept, console: Console) -> dict[str, list[Row]]:
    """The rows by name, those of the detectors as they are first; what is kept is not measured again."""
    before = kept.outcomes()
    found: dict[str, list[Row]] = {}
    for each, name in [("without", NOTHING), *((part, name) for name in names if name != NOTHING)]:
        task = Task(each, (name,))
        if key(task) not in before:
            compiles = any(patch.is_kernel for patch in patches_of(each, name))
            rows = in_a_process_of_its_own(partial(measure, each, name), compiles=compiles)
            before[key(task)] = each, [plain(row) for row in rows]
            kept.add(task, before[key(task)])
        found[name] = before[key(task)][1]
        console.print(name, *worth(found[name], found[NOTHING]).cells(), sep=" | ")
    return found


def lines(found: Mapping[str, list[Row]]) -> Iterator[tuple[str, ...]]:
    """The cells of the table, a line per name: the detectors as they are, then what moves most first."""
    usual = found[NOTHING]
    made = {name: worth(rows, usual) for name, rows in found.items()}

    def moves(name: str) -> float:
        each = made[name]
        return (
            abs(log(each.delay)) + abs(log(each.false_alarms)) + abs(log(each.signal / made[NOTHING].signal))
        )

    yield (described(NOTHING), *made[NOTHING].cells()[:-2], "", "")
    for name in sorted(set(made) - {NOTHING}, key=moves, reverse=True):
        yield (described(name), *made[name].cells())


def described(name: str) -> str:
    """A mechanism with what it is, a constant as it is called."""
    return f"`{name}`: {MECHANISMS[name].what}" if name in MECHANISMS else f"`{name}`"


def markdown(part: str, found: Mapping[str, list[Row]]) -> str:
    """The table as it stands in the documentation."""
    title = "left out" if part == "without" else "constant"
    heads = (title, *HEADS)
    rows = [heads, ("---",) * len(heads), *lines(found)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def write(part: str, found: Mapping[str, list[Row]], page: Path = PAGE) -> None:
    """Puts the table between its marks in a page. Raises ValueError where they are missing."""
    begin, end = (f"<!-- {part}: {word} -->" for word in ("begin", "end"))
    text = page.read_text()
    if begin not in text or end not in text:
        raise ValueError(f"{page} has no lines {begin} and {end} for the table to stand between")
    before, after = text.split(begin)[0], text.split(end)[1]
    page.write_text(f"{before}{begin}\n{markdown(part, found)}\n{end}{after}")


def run(part: str, names: Iterable[str], *, to_page: bool, console: Console, path: Path) -> None:
    """Measures what is asked for, prints the table and, if wanted, writes it into the documentation."""
    kept = Kept(path, revision(measured=MEASURED))
    found = all_rows(part, names, kept, console)
    table = Table(part, *HEADS)
    for line in lines(found):
        table.add_row(*line)
    console.print(table)
    if to_page:
        write(part, found)
