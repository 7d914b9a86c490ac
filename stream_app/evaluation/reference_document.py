"""What a baseline file knows, as a report."""

from collections.abc import Sequence
from typing import Any

from driftline.schemas.status import ALL_VERSIONS
from driftline.stream_app.evaluation.document import Bar, Bars, Document, Notes, Table
from driftline.stream_app.evaluation.references import SignalReference
from driftline.stream_app.evaluation.wording import ABSENT, counted, duration, number, time_of

HEADINGS = ("signal", "values", "missing", "mean", "sd", "5 %", "50 %", "95 %", "from", "span")
NOTE = (
    "Values, mean and sd are those of the reference; from and span tell when the signal's values were seen."
)


def verdict_of(references: Sequence[SignalReference]) -> str:
    """One sentence."""
    models = {each.model for each in references}
    known = [each for each in references if each.level is not None]
    rest = len(references) - len(known)
    said = f"{counted(len(models), 'model')} with {counted(len(known), 'signal')} armed from the first event"
    return f"{said}; {rest} had too few values." if rest else f"{said}."


def reference_document(
    title: str, references: Sequence[SignalReference], notes: Sequence[str] = ()
) -> Document:
    """A table of the signals of each version, and how many values each was learned from."""
    streams = list(dict.fromkeys((each.model, each.version) for each in references))
    counts = tuple(
        Bar(each.signal, each.level.count, f"{each.level.count:,}", "quiet")
        for each in references
        if each.level is not None
    )
    sizes = Bars("Values in each reference", "The more values, the surer the reference.", counts)
    tables = [reference_table(*stream, references) for stream in streams]
    more = (Notes("To mind", tuple(notes)),) if notes else ()
    return Document(title, verdict_of(references), (*tables, *more, sizes))


def reference_table(model: str, version: str, references: Sequence[SignalReference]) -> Table:
    """The signals of one version of a model, or of all versions together."""
    title = f"{model}, {'all versions' if version == ALL_VERSIONS else f'version {version}'}"
    rows = tuple(reference_row(each) for each in references if (each.model, each.version) == (model, version))
    return Table(title, HEADINGS, rows, frozenset(range(1, 8)), NOTE)


def reference_row(each: SignalReference) -> tuple[str, ...]:
    """One signal."""
    began = time_of(each.began_ms) if each.seen else ABSENT
    span = duration((each.ended_ms - each.began_ms) / 1000) if each.seen else ABSENT
    level = each.level
    figures: tuple[str, ...] = (f"{each.seen:,} of too few", *(ABSENT,) * 6)
    if level is not None:
        q = level.quantiles
        quantiles = (q[0], q[2], q[4]) if q is not None else (None,) * 3
        moments = (level.mean, level.sd, *quantiles)
        figures = (f"{level.count:,}", f"{level.missing:,}", *map(number, moments))
    return (each.signal, *figures, began, span)


def reference_builtins(references: Sequence[SignalReference]) -> list[dict[str, Any]]:
    """The same for machines; times in epoch milliseconds."""
    return [
        {
            "model": each.model,
            "version": each.version,
            "signal": each.signal,
            "armed": each.level is not None,
            "seen": each.seen,
            "count": None if each.level is None else each.level.count,
            "missing": None if each.level is None else each.level.missing,
            "mean": None if each.level is None else each.level.mean,
            "sd": None if each.level is None else each.level.sd,
            "began_ms": each.began_ms,
            "ended_ms": each.ended_ms,
        }
        for each in references
    ]
