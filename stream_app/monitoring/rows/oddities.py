"""What is said of values that cannot be used as they are: notes for the model's notices."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import numpy as np

from driftline.schemas import Unusable
from driftline.stream_app.monitoring.notices import Note, Why
from driftline.stream_app.monitoring.rows.column_types import WORDS, declared_type
from driftline.stream_app.monitoring.rows.columns import Matrix, Section
from driftline.stream_app.monitoring.rows.parsing import number_of
from driftline.stream_app.monitoring.rows.runs import DecodedRun, Run
from driftline.stream_app.monitoring.rows.votes import Takeover, seen_type

ONE_OF: Final = {"features": "feature", "outputs": "output", "serving": "serving value"}
ANY_VALUE: Final = "a number, a string, a boolean, null or a list of numbers"
RIGHT: Final = {"serving": "a number or null", "host value": "a number or null"}
# From so many values on, and one misfit in so many, it is said that a column does not come to be armed.
SAID_FROM: Final = 100
SAID_SHARE: Final = 10
# Of so many texts that a column saw first, so many are numbers: 90 %.
TEXTS_LOOKED_AT: Final = 20
TEXTS_THAT_ARE_NUMBERS: Final = 18
LONGEST_SHOWN: Final = 60
DATED: Final = (
    "is text of dates, which change by themselves: its values are not watched. Send what they mean (an age "
    "in days, a weekday), or say `ignore: true`."
)
DIFFERS: Final = (
    "is text of which nearly every value is another one (an id, free text): only a value that becomes "
    "frequent is told. Send what can be compared (a length, a language, a class), or say `ignore: true`."
)
RISES: Final = (
    "only ever rises (an id, a counter, a clock): it has no level that could change. Send its differences, "
    "or say `ignore: true`."
)


def subject_in(section: str, name: str) -> str:
    """The name of one of a section's values, as notes call it; not longer than a line."""
    shown = name if len(name) <= LONGEST_SHOWN else name[: LONGEST_SHOWN - 3] + "..."
    return f"{ONE_OF.get(section, section)} {shown!r}"


def unusable(section: Section, run: Run, matrix: Matrix) -> Iterator[Note]:
    """The values of a run that no event can have; scanned rows have none."""
    if not isinstance(run, DecodedRun):
        return
    columns = list(section.columns.values())
    odd = np.isneginf(matrix[:, [column.cell for column in columns]]).any(axis=0)
    names = [columns[place].name for place in np.flatnonzero(odd).tolist()]
    for name in (*names, *sorted(section.untyped)):
        values = [(event, getattr(event, section.name).get(name)) for event in run.events]
        found = [(event.time_ms, value) for event, value in values if isinstance(value, Unusable)]
        if found:
            yield note_of_unusable(section.name, name, found[0][1], found[0][0], len(found))


def note_of_unusable(section: str, name: str, value: Unusable, time_ms: int, count: int) -> Note:
    """What is said of a value that cannot be used."""
    subject = f"{subject_in(section, name)} ({value.found})"
    right = RIGHT.get(section, ANY_VALUE)
    sentence = (
        f"{subject_in(section, name)} is {value.found} in some events, which costs that value: write {right}."
    )
    return Note(Why.VALUE_UNUSABLE, subject, sentence, time_ms, count)


def usable(section: str, values: Mapping[str, Any], time_ms: int, notes: list[Note]) -> dict[str, Any]:
    """The values of an event that can be used; the others are noted."""
    usable = {}
    for name, value in values.items():
        if isinstance(value, Unusable):
            notes.append(note_of_unusable(section, name, value, time_ms, 1))
        else:
            usable[name] = value
    return usable


def misfits(section: Section, name: str, now_ms: int) -> Note | None:
    """That a column is not armed because too many of its values do not fit; None while that is said."""
    column, votes = section.columns[name], section.votes[name]
    total = sum(votes.values())
    bad = total - votes[seen_type(column.type)]
    new = bad - section.doubtful[name]
    if total < SAID_FROM or SAID_SHARE * bad < total or not new:
        return None
    section.doubtful[name] = bad
    subject = subject_in(section.name, name)
    sentence = (
        f"{subject}: {bad:,} of {total:,} values are no {WORDS[column.type]}, "
        "so that its signal is armed later or never; how many they are is watched as its type."
    )
    return Note(Why.TYPE_MISFIT, subject, sentence, now_ms, new)


def takeover(change: Takeover, run: Run) -> Note:
    """That a column becomes one of another type."""
    subject = subject_in(change.section.name, change.column.name)
    before, after = WORDS[change.column.type], WORDS[change.type]
    sentence = f"{subject}: most values are {after}, not {before}; it is watched as such, from the beginning."
    return Note(Why.TYPE_MISFIT, subject, sentence, int(run.times_ms()[change.row]), 1)


def settled(section: Section, name: str, now_ms: int) -> Note:
    """That a column is armed: its type stays, and misfits are no longer in the way."""
    subject = subject_in(section.name, name)
    texts = section.texts_of(name)
    numbers = sum(number_of(text) is not None for text in texts[:TEXTS_LOOKED_AT])
    if numbers < TEXTS_THAT_ARE_NUMBERS or declared_type(section.plan(name)) is not None:
        return Note(Why.TYPE_MISFIT, subject, "", now_ms, 0)
    sentence = (
        f'{subject} is text that can be read as numbers ("{texts[0]}") and is watched as categories: '
        "declare `type: numeric`, or write numbers."
    )
    return Note(Why.TYPE_MISFIT, subject, sentence, now_ms, 1)


def has_dates(section: Section, name: str) -> bool:
    """Whether the texts that a column saw first are dates or times as ISO 8601 writes them, and nobody says
    that they are categories.
    """
    first = section.texts_of(name)[:TEXTS_LOOKED_AT]
    mostly = bool(first) and 10 * sum(map(is_date, first)) >= 9 * len(first)
    return mostly and declared_type(section.plan(name)) is None


def is_date(text: str) -> bool:
    """Whether a text is a date or a time of one; digits alone may be anything."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return not text.isdigit()


def not_watched(section: str, name: str, because: str, now_ms: int) -> Note:
    """That a column has nothing to watch: it is DATED, DIFFERS or RISES."""
    subject = subject_in(section, name)
    return Note(Why.NOT_ARMED, subject, f"{subject} {because}", now_ms, 1)
