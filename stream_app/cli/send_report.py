"""How far sending is, and what became of the lines: on standard error."""

from collections import Counter
from collections.abc import Callable, Iterator
from time import monotonic

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from driftline.stream_app.adapters.bulk_files import Item, Reading, Refused, Sendable, reading
from driftline.stream_app.cli.terminal import standard_error
from driftline.stream_app.frames.errors import MappingError
from driftline.stream_app.frames.mapping import Columns
from driftline.stream_app.frames.names import TRUTHS
from driftline.stream_app.frames.showing import lines_about

REFUSED_SHOWN = 10
LINES_PER_LOOK = 2000


class Report:
    """Counts what passes, and says it in the end; ``save`` hears what columns are taken for."""

    def __init__(self, save: Callable[[str, Columns], None]) -> None:
        self._save = save
        self.counts: Counter[str] = Counter()
        self.refused: list[Refused] = []
        self.unlabelled = 0
        self.began = monotonic()
        self.console = standard_error()

    def show_columns(self, path: str, columns: Columns) -> None:
        """What the columns of a file are taken for."""
        self.console.print("\n".join(lines_about(path, columns)), soft_wrap=True, markup=False)
        self._save(path, columns)
        if columns.kind == "prediction":
            return
        for name, place in columns.values.get("labels", {}).items():
            if name.lower() in TRUTHS and columns.header[place] == name:
                self.console.print(
                    f"  labels are compared with the output {name}: if it has another name, say "
                    f"--label OUTPUT={name}"
                )

    def take(self, item: Item) -> Sendable | None:
        """One line; the event to send, if it is one."""
        if isinstance(item, Sendable):
            self.counts[item.topic] += 1
            return item
        if isinstance(item, Refused):
            self.counts["refused"] += 1
            if len(self.refused) < REFUSED_SHOWN:
                self.refused.append(item)
        else:
            self.unlabelled += 1
        return None

    def watched(self, files: tuple[str, ...], how: Reading) -> Iterator[Item]:
        """What the files hold; a bar moves on a terminal.

        Raises:
            click.ClickException: the columns of a CSV file make no events.
        """
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %, {task.fields[speed]:,.0f} events/s"),
            TimeRemainingColumn(),
        )
        hidden = not self.console.is_terminal
        with Progress(*columns, console=self.console, transient=True, disable=hidden) as progress:
            for path in files:
                with reading(path) as (file, done, size):
                    task = progress.add_task(path, total=size, speed=0.0)
                    try:
                        for number, item in enumerate(how.of(path, file), 1):
                            yield item
                            if number % LINES_PER_LOOK == 0 and not hidden:
                                speed = number / max(progress.tasks[task].elapsed or 0.0, 1e-3)
                                progress.update(task, completed=done(), speed=speed)
                    except MappingError as error:
                        raise click.ClickException(f"{path}: {error}") from error
                    progress.update(task, visible=False)

    def close(self, dry_run: bool) -> None:
        """What was sent and what was refused.

        Raises:
            click.exceptions.Exit: nothing was left to send.
        """
        seconds = max(monotonic() - self.began, 1e-3)
        sent = sum(count for topic, count in self.counts.items() if topic != "refused")
        topics = [topic for topic in ("predictions", "feedback", "control") if self.counts[topic]]
        words = ", ".join(f"{self.counts[topic]:,} to {topic}" for topic in topics)
        verb = "would be sent" if dry_run else "sent"
        self.console.print(f"{verb}: {words or 'nothing'} in {seconds:.1f} s, {sent / seconds:,.0f}/s")
        if self.unlabelled:
            self.console.print(f"not sent: {self.unlabelled:,} rows without a label")
        if self.refused:
            self.console.print(f"refused: {self.counts['refused']:,}")
        for each in self.refused:
            self.console.print(f"  {each.place}: {each.sentence}")
        if self.counts["refused"] > len(self.refused):
            self.console.print(f"  and {self.counts['refused'] - len(self.refused):,} more")
        if self.counts["refused"] and not sent:
            raise click.exceptions.Exit(1)
