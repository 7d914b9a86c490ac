"""What the values of a column are, by what most of them are: asked until its signal is armed.

A column has the type of its first value at once, so that nothing is lost where all values agree. Should more
of its values turn out to be of another type, it becomes a column of that type with the value that made it so,
and learns anew. Once its signal is armed its type stays: later misfits are the business of ``type:``.
All of it depends on the values alone, not on how they came in batches.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.schemas import Unusable
from driftline.schemas.scanner import Kind
from driftline.stream_app.monitoring.rows.cells import ABSENT
from driftline.stream_app.monitoring.rows.column_types import (
    LISTS,
    SEEN_TYPES,
    ColumnType,
    declared_type,
)
from driftline.stream_app.monitoring.rows.columns import Column, Matrix, Section
from driftline.stream_app.monitoring.rows.runs import Run, ScannedRun

NO_TYPE = ""
"""Of values that no column can hold."""
BALLOTS = (*map(str, SEEN_TYPES), NO_TYPE)
ABSTAINS = -1
# A lead of at least two values and a twentieth of all: of a column that is half text, half numbers, which of
# them leads by one changes all the time, and each change begins its warm-up anew.
LEAD_MIN = 2
LEAD_SHARE = 20
# By kind of a scanned value: its place in BALLOTS.
_BALLOT_OF_KIND = np.full(len(Kind), ABSTAINS)
_BALLOT_OF_KIND[[Kind.FALSE, Kind.TRUE]] = BALLOTS.index(ColumnType.BOOLEAN)
_BALLOT_OF_KIND[Kind.NUMBER] = BALLOTS.index(ColumnType.NUMERIC)
_BALLOT_OF_KIND[[Kind.TEXT, Kind.EMPTY]] = BALLOTS.index(ColumnType.CATEGORICAL)
Ballots = NDArray[np.int64]


class Count(NamedTuple):
    """How the values of a run have voted, after each row with all before it: totals [rows, ballots].

    ``before`` [ballots] is without those of the run; ``own`` is the place of the column's type in BALLOTS.
    """

    column: Column
    before: Ballots
    totals: Ballots
    own: int

    def takes_over(self) -> tuple[int, ColumnType] | None:
        """The first row at which another type leads, and which."""
        others = np.delete(self.totals[:, : len(SEEN_TYPES)], self.own, axis=1)
        best = others.max(axis=1)
        own = self.totals[:, self.own]
        leads = (best - own >= LEAD_MIN) & (LEAD_SHARE * (best - own) >= best + own)
        if not leads.any():
            return None
        row = int(leads.argmax())
        winner = int(np.delete(np.arange(len(SEEN_TYPES)), self.own)[others[row].argmax()])
        return row, SEEN_TYPES[winner]


class Takeover(NamedTuple):
    """From this row on a column is of another type."""

    row: int
    section: Section
    column: Column
    type: ColumnType


def open_columns(section: Section) -> list[Column]:
    """The columns of which it is still asked."""
    return [section.columns[name] for name in section.votes]


def counted(section: Section, run: Run, matrix: Matrix) -> list[Count]:
    """The columns that are not armed and have misfits in a run, which is matrix [rows, cells]."""
    columns = open_columns(section)
    if not columns:
        return []
    misfits = np.isneginf(matrix[:, [column.cell for column in columns]])
    odd = set(np.flatnonzero(misfits.any(axis=0)).tolist())
    return [
        count_of(section, column, run, matrix)
        for place, column in enumerate(columns)
        if place in odd or column.type in LISTS
    ]


def count_of(section: Section, column: Column, run: Run, matrix: Matrix) -> Count:
    """How the values of a column vote, one by one."""
    own = BALLOTS.index(seen_type(column.type))
    cells = matrix[:, column.cell]
    ballots = ballots_of(section, column, run)
    misfit = np.isneginf(cells)
    if column.type in LISTS:
        misfit = misfit | ((ballots != own) & (ballots != ABSTAINS))
    # A column whose type is declared takes text that can be read as one; nulls and gaps say nothing.
    ballots = np.where(misfit, ballots, np.where(np.isfinite(cells), own, ABSTAINS))
    rows = np.zeros((len(cells), len(BALLOTS)), np.int64)
    voting = ballots != ABSTAINS
    rows[np.flatnonzero(voting), ballots[voting]] = 1
    before = np.array([section.votes[column.name][ballot] for ballot in BALLOTS])
    return Count(column, before, np.cumsum(rows, axis=0) + before, own)


def ballots_of(section: Section, column: Column, run: Run) -> Ballots:
    """What each value of a run shows its column to be [rows], by its place in BALLOTS."""
    if isinstance(run, ScannedRun):
        slot = run.source.frame.slots.get((section.name, column.name))
        if slot is None:
            return np.full(len(run), ABSTAINS)
        return np.asarray(_BALLOT_OF_KIND[run.frame().kinds[slot]])
    ballots = np.full(len(run), ABSTAINS)
    for row, event in enumerate(run.events):
        value = getattr(event, section.name).get(column.name, ABSENT)
        shown = section.type_shown(value)
        if shown is not None:
            ballots[row] = BALLOTS.index(shown)
        elif isinstance(value, Unusable):
            ballots[row] = BALLOTS.index(NO_TYPE)
    return ballots


def seen_type(column_type: ColumnType) -> ColumnType:
    """The type that values show which a column of this type is for."""
    declared = {ColumnType.FIGURE: ColumnType.NUMERIC, ColumnType.FLAG: ColumnType.BOOLEAN}
    return declared.get(column_type, column_type)


def first_takeover(section: Section, counts: list[Count]) -> Takeover | None:
    """The first of the columns that becomes one of another type."""
    takeovers = [
        Takeover(found[0], section, count.column, found[1])
        for count in counts
        if declared_type(section.plan(count.column.name)) is None and (found := count.takes_over())
    ]
    return min(takeovers, key=lambda takeover: takeover.row, default=None)


def remember(section: Section, counts: list[Count], matrix: Matrix) -> None:
    """Add the votes of the rows of matrix to those before; of the counts' rows these are the first."""
    rows = len(matrix)
    columns = open_columns(section)
    if not rows or not columns:
        return
    by_name = {count.column.name: count for count in counts}
    finite = np.isfinite(matrix[:, [column.cell for column in columns]]).sum(axis=0).tolist()
    for column, fits in zip(columns, finite, strict=True):
        votes = section.votes[column.name]
        count = by_name.get(column.name)
        if count is None:
            votes[seen_type(column.type)] += fits
        else:
            new = count.totals[rows - 1] - count.before
            section.doubtful.setdefault(column.name, 0)
            votes.update(dict(zip(BALLOTS, new.tolist(), strict=True)))
