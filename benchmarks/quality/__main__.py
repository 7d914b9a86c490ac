"""The detection scoreboard: `python -m benchmarks.quality`, with `--full` for everything.

Prints tables, writes benchmarks/out/quality.json and quality.png. The keys of the JSON: `profile`, `seconds`,
`machine`; a list of rows for each part (`arl`, `delay`, `labels`, `healthy`, `desk`, `scenarios`, `units`,
`blinded`), whose keys are the fields of the dataclasses in the files of the same names; and `goals`, a list
of `name`, `value`, `bound`, `at_least` and `reached`. null stands for an infinite or undefined figure. A
missed goal is said, and is no failure of the program. What a full run has finished is kept in
benchmarks/out/quality-full.jsonl: one that is cut goes on where it was, as long as the code is the same.

`combinations`, `trouble_alarms`, `trouble_delays`, `heirs` and `real_series` are beyond the grid that the
detectors were tuned by: a full run has them, and `--only`. `--without` and `--sensitivity` say what each
mechanism and each judged constant is worth (`worth.py`).
"""

import time
from collections.abc import Iterable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import Console
from rich.progress import track

from benchmarks.quality import worth
from benchmarks.quality.goals import goals
from benchmarks.quality.kept import Kept, key, revision
from benchmarks.quality.mechanisms import MECHANISMS
from benchmarks.quality.plot import draw
from benchmarks.quality.profiles import FULL, QUICK
from benchmarks.quality.sensitivity import JUDGED, SCALED
from benchmarks.quality.tables import goal_table, tables
from benchmarks.quality.tasks import BEYOND, RUNNERS, Row, Task, plain, tasks
from benchmarks.speed import machine

OUT = Path(__file__).parents[1] / "out"
PROCESSES = 2
ALL = "all"
WIDTH = 160  # characters: also where the output is no terminal


def run_all(
    chosen: Iterable[Task], console: Console, kept: Kept | None = None, processes: int = PROCESSES
) -> dict[str, Any]:
    """Runs the tasks side by side, those that are kept apart; rows are in the order of the tasks."""
    waiting = list(chosen)
    before = kept.outcomes() if kept else {}
    done = {place: before[key(task)] for place, task in enumerate(waiting) if key(task) in before}
    with ProcessPoolExecutor(processes) as pool:
        futures = {pool.submit(task.run): place for place, task in enumerate(waiting) if place not in done}
        finished = track(as_completed(futures), "measuring", len(futures), console=console)
        for future in finished:
            place = futures[future]
            part, rows = outcome(waiting[place], future)
            done[place] = part, [plain(row) for row in rows]
            if kept and not future.exception():
                kept.add(waiting[place], done[place])
    result: dict[str, Any] = {}
    for place in sorted(done):
        part, rows = done[place]
        result.setdefault(part, []).extend(rows)
    return result


def outcome(task: Task, future: Future[tuple[str, list[Row]]]) -> tuple[str, list[Row]]:
    """Its rows; one task that fails must not cost the hours of the others."""
    error = future.exception()
    if error is None:
        return future.result()
    arguments = [argument for argument in task.arguments if isinstance(argument, str | float | int)]
    return "failures", [{"part": task.part, "arguments": arguments, "error": repr(error)}]


def write(result: dict[str, Any], console: Console) -> None:
    """The files."""
    OUT.mkdir(exist_ok=True)
    (OUT / "quality.json").write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2))
    draw(result, OUT / "quality.png")
    console.print(f"written to {OUT}: quality.json, quality.png")


@click.command()
@click.option(
    "--full",
    is_flag=True,
    help="Every contestant, more seeds, 30 days: takes hours; goes on where it was cut.",
)
@click.option("--only", type=click.Choice(list(RUNNERS)), multiple=True, help="These parts; writes no file.")
@click.option(
    "--without", multiple=True, type=click.Choice([ALL, *MECHANISMS]), help="What a mechanism is worth."
)
@click.option(
    "--sensitivity", multiple=True, type=click.Choice([ALL, *JUDGED]), help="A constant at half and double."
)
@click.option("--processes", type=int, default=PROCESSES, show_default=True, help="Of the scoreboard.")
@click.option("--write", "to_page", is_flag=True, help="Those two tables go into docs/detection.md.")
def main(
    *,
    full: bool,
    only: tuple[str, ...],
    without: tuple[str, ...],
    sensitivity: tuple[str, ...],
    processes: int,
    to_page: bool,
) -> None:
    """Measure false alarms and delays of driftline beside the limit and the usual detectors."""
    console = Console(width=WIDTH)
    if without or sensitivity:
        mechanisms = MECHANISMS if ALL in without else without
        constants = [each.name for each in SCALED.values() if ALL in sensitivity or each.path in sensitivity]
        for part, names in (("without", mechanisms), ("sensitivity", constants)):
            if names:
                worth.run(part, names, to_page=to_page, console=console, path=OUT / "ablation.jsonl")
        return
    score(full, only, console, processes)


def score(full: bool, only: tuple[str, ...], console: Console, processes: int) -> None:
    """The scoreboard itself."""
    profile = FULL if full else QUICK
    started = time.monotonic()
    parts = only or [part for part in RUNNERS if full or part not in BEYOND]
    chosen = [task for task in tasks(profile) if task.part in parts]
    kept = Kept(OUT / "quality-full.jsonl", revision()) if full else None
    result = run_all(chosen, console, kept, processes)
    result |= {"profile": profile.name, "machine": machine()}
    if not only:
        result["seconds"] = round(time.monotonic() - started, 1)
    reached = list(goals(result))
    result["goals"] = [plain(goal._asdict() | {"reached": goal.reached}) for goal in reached]
    for table in tables(result):
        console.print(table)
    console.print(goal_table(reached))
    missed = sum(not goal.reached for goal in reached)
    console.print(f"{len(reached) - missed} of {len(reached)} goals reached, {missed} missed")
    if not only:
        write(result, console)
    if "failures" in result:
        raise click.ClickException(f"{len(result['failures'])} tasks failed: see the table of failures")


if __name__ == "__main__":
    main()
