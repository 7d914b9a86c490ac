"""The predictions of one stream as rows that wait for their bank."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from math import inf
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from driftline.detectors import Bank, BankSettings, Finding, Mass, Signal, Transform
from driftline.schemas import Prediction
from driftline.stream_app.config import ModelPlan
from driftline.stream_app.monitoring.notices import Note
from driftline.stream_app.monitoring.reported import Arrival, KeptTable, Reported
from driftline.stream_app.monitoring.rows import oddities
from driftline.stream_app.monitoring.rows.categories import CategoryCodes
from driftline.stream_app.monitoring.rows.column_signals import lasts, signals_of
from driftline.stream_app.monitoring.rows.column_types import ColumnType
from driftline.stream_app.monitoring.rows.columns import Column, Matrix, Section, Values
from driftline.stream_app.monitoring.rows.placement import Placement
from driftline.stream_app.monitoring.rows.runs import Run, ScannedRun
from driftline.stream_app.monitoring.rows.votes import (
    Takeover,
    counted,
    first_takeover,
    open_columns,
    remember,
)
from driftline.stream_app.monitoring.signals.families import family_of
from driftline.stream_app.monitoring.signals.masses import place_for, signals_of_mass
from driftline.stream_app.monitoring.signals.naming import subject_of
from driftline.stream_app.monitoring.targets.targets import Reader

SECTIONS = ("features", "outputs", "serving")
Follower = Callable[[Section, Matrix, NDArray[np.int64], NDArray[np.int64]], list[Finding]]
"""Another table that reads outputs, from a matrix [rows, columns] with times and offsets [rows]."""
CODED = (Transform.CATEGORY, Transform.UNSEEN)
NEARLY_ALL = 0.8  # judged: of the values of a reference; the others are the first ones that came
# Value, missing, type, unseen or range, null: a column makes room for five signals.
MOST_SIGNALS_OF_A_COLUMN = 5


class PredictionTable:
    """The predictions of one stream as rows: their features, outputs and serving values.

    ``room`` says how many more signals the stream may have.
    """

    name = "predictions"
    topic = "predictions"

    def __init__(self, plan: ModelPlan, settings: BankSettings, room: Callable[[], int]) -> None:
        self.bank = Bank(settings)
        self.read_by: Reader | None = None
        self.followed_by: dict[str, Follower] = {}
        self.room = room
        self.refused: list[str] = []
        # Of what cannot be used as it is; and names of signals that are watched from the beginning again.
        self.notes: list[Note] = []
        self.begun_again: list[str] = []
        self.sections = [Section(name, getattr(plan, name), settings.categories) for name in SECTIONS]
        # Counts changes of the state: a checkpoint writes only what changed.
        self.revision = 0
        self.waiting: list[Run] = []
        self.sequences: list[int] = []
        self._placement: Placement | None = None

    def adopt(self, other: "PredictionTable") -> None:
        """Begin with the columns of another version's table, which must be empty of rows here."""
        for mine, theirs in zip(self.sections, other.sections, strict=True):
            mine.untyped |= theirs.untyped
            mine.known |= theirs.known
            for column in theirs.columns.values():
                codes = theirs.codes.get(column.name)
                mine.adopt(column, codes.texts if codes is not None else ())
                if column.name in theirs.votes:  # its warm-up goes on, and so does the vote
                    mine.votes[column.name] = theirs.votes[column.name].copy()
        self.bank.add(other.bank.signals, other.bank.columns)

    def follow(self, other: "PredictionTable", wanted: Callable[[str], bool]) -> list[str]:
        """The wanted signals of another version's table that mean the same here.

        Codes of categories do while one table knows the texts of the other, in their order. Two that have
        met different new ones learn each for itself.
        """
        pairs = zip(self.sections, other.sections, strict=True)
        apart = {name for mine, theirs in pairs for name in mine.codes if not mine.learn_texts(name, theirs)}
        return [
            signal.name
            for signal in other.bank.signals
            if wanted(signal.name) and not (signal.transform in CODED and subject_of(signal.name) in apart)
        ]

    def extend(self, run: Run, sequences: Iterable[int]) -> None:
        """Let rows wait for the next flush."""
        self.sequences += sequences
        last = self.waiting[-1] if self.waiting else None
        if isinstance(run, ScannedRun) and isinstance(last, ScannedRun) and last.goes_on_in(run):
            self.waiting[-1] = ScannedRun(last.source, last.start, run.stop)
        else:
            self.waiting.append(run)

    def flush(self, until: float = inf) -> list[Reported]:
        """Hand the waiting rows to the bank, those of events up to a sequence number.

        At a row with new names, these are watched first.
        """
        count = bisect_right(self.sequences, until)
        sequences, self.sequences = self.sequences[:count], self.sequences[count:]
        runs, self.waiting = cut_at(count, self.waiting)
        reported: list[Reported] = []
        while runs:
            fitting = self._fitting(runs)
            if not fitting:
                self._discover(runs[0].part(0, 1).events[0])
                continue
            found, rows = self._update(fitting, sequences)
            reported += found
            del sequences[:rows]
            _, runs = cut_at(rows, runs)
        return reported

    def _fitting(self, runs: Sequence[Run]) -> list[Run]:
        """Those at the beginning in which nothing is new, to be read together: one update costs as much as
        some fifty rows. While types are still asked for, no more than one run.
        """
        fitting: list[Run] = []
        for run in runs:
            fits = self._first_misfit(run)
            if fits:
                fitting.append(run if fits == len(run) else run.part(0, fits))
            if fits < len(run) or any(section.votes for section in self.sections):
                break
        return fitting

    def _first_misfit(self, run: Run) -> int:
        """The index of the first event that has a name which is new here; their number if none has."""
        if isinstance(run, ScannedRun):
            return self._placed(run).first_misfit(run)
        return min(section.first_misfit(values_of(run.events, section), 0) for section in self.sections)

    def _placed(self, run: ScannedRun) -> Placement:
        """Where the columns of a frame belong in the matrix."""
        slots, columns = run.source.frame.slots, self.bank.columns
        if self._placement is None or not self._placement.holds_for(self.sections, slots, columns):
            self._placement = Placement(self.sections, slots, columns)
        return self._placement

    def _discover(self, event: Prediction) -> None:
        """Watch the event's new names while there is room."""
        for section in self.sections:
            room = self.room() // MOST_SIGNALS_OF_A_COLUMN
            values: Values = getattr(event, section.name)
            columns, refused = section.discover(values, self.bank.columns, room)
            self._watch(section, columns)
            self.refused += refused

    def _watch(self, section: Section, columns: Sequence[Column]) -> None:
        signals = [signal for column in columns for signal in self._signals(section, column)]
        if columns:
            self.revision += 1
            self.bank.add(signals, columns[-1].cell + columns[-1].cells)

    def _update(self, runs: Sequence[Run], sequences: Sequence[int]) -> tuple[list[Reported], int]:
        """Hand rows to the bank, up to the first at which a column becomes one of another type; how many."""
        self.revision += 1
        self._settle()
        known = self._known_texts() if any(section.votes for section in self.sections) else []
        first, parts = runs[0], [self._matrix(run) for run in runs]
        # Of several runs nothing is counted: then no type is asked for any more.
        counts = {section.name: counted(section, first, parts[0]) for section in self.sections}
        takeovers = [first_takeover(section, counts[section.name]) for section in self.sections]
        change = min(filter(None, takeovers), key=lambda each: each.row, default=None)
        found: list[tuple[str, Finding]] = []
        if change is not None:
            for codes, before in known:  # rows behind it will be read once more
                codes.go_back(before)
            runs = cut_at(change.row, runs)[0]
            parts = [self._matrix(run) for run in runs]
        if runs:
            # As its transpose, which is what the bank reads.
            cells = parts[0] if len(parts) == 1 else np.concatenate([part.T for part in parts], axis=1).T
            found = self._read(cells, runs)
            for section in self.sections:
                remember(section, counts[section.name], cells)
                for run, part in zip(runs, parts, strict=True):
                    self.notes += oddities.unusable(section, run, part)
            self._settle()
        if change is not None and change.column.name in change.section.votes:
            self.notes.append(oddities.takeover(change, first))
            self._begin_again(change)
        return [
            Reported(each, table, Arrival(sequences[each.row], each.detected_ms, each.detected_offset))
            for table, each in found
        ], sum(map(len, runs))

    def _known_texts(self) -> list[tuple[CategoryCodes, list[Any]]]:
        """The codes of every column, and what each `go_back`s to."""
        every = (codes for section in self.sections for codes in section.codes.values())
        return [(codes, codes.snapshot()) for codes in every]

    def _read(self, cells: Matrix, runs: Sequence[Run]) -> list[tuple[str, Finding]]:
        """What the bank finds in the cells of runs, and those that read the same rows; with their tables."""
        times_ms = np.concatenate([run.times_ms() for run in runs])
        offsets = np.concatenate([np.asarray(run.offsets, np.int64) for run in runs])
        if self.read_by is not None:
            self.read_by(self.bank.signals, cells)
        found = [(self.name, each) for each in self.bank.update(cells, times_ms, offsets)]
        outputs = self.sections[SECTIONS.index("outputs")]
        for table, read in self.followed_by.items():
            found += [(table, each) for each in read(outputs, cells, times_ms, offsets)]
        return found

    def _matrix(self, run: Run) -> Matrix:
        """The cells of a run; its transpose is contiguous."""
        if isinstance(run, ScannedRun):
            return self._placed(run).matrix(run)
        matrix = np.empty((self.bank.columns, len(run))).T
        for section in self.sections:
            section.fill(values_of(run.events, section), matrix)
        return matrix

    def _settle(self) -> None:
        """Columns whose signals are armed keep their type, and such as an earlier version has left out."""
        for section in self.sections:
            for column in open_columns(section):
                signal = self._signals(section, column)[0].name
                if self.bank.is_armed(signal) or signal not in self.bank:
                    del section.votes[column.name]
                    if column.name in section.codes:
                        section.doubtful.setdefault(column.name, 0)

    @property
    def has_said(self) -> bool:
        """Whether there is anything in `refused`, `begun_again` or `notes`."""
        return bool(self.refused or self.begun_again or self.notes)

    @property
    def has_to_look(self) -> bool:
        """Whether `look` has anything to look at."""
        return (
            self.bank.has_masses or self.bank.has_rising or any(section.doubtful for section in self.sections)
        )

    def look(self, now_ms: int) -> None:
        """On a tick, when no row waits: what there is to say of columns with values that do not fit, and
        values that stand out of a number.
        """
        for mass in self.bank.masses():
            self.revision += 1
            self._watch_part(mass)
        for signal in self.bank.take_rising():
            self.revision += 1
            where, name = family_of(signal).section, subject_of(signal)
            self.notes.append(oddities.not_watched(where, name, oddities.RISES, now_ms))
        for section in self.sections:
            for name in list(section.doubtful):
                if name in section.votes:
                    note = oddities.misfits(section, name, now_ms)
                    self.notes += [note] if note is not None else []
                else:
                    del section.doubtful[name]
                    self.notes += self._settled(section, name, now_ms)

    def _settled(self, section: Section, name: str, now_ms: int) -> list[Note]:
        """What there is to say of a column that is armed."""
        notes = [oddities.settled(section, name, now_ms)]
        if oddities.has_dates(section, name):
            self._leave_out(section, name)
            notes.append(oddities.not_watched(section.name, name, oddities.DATED, now_ms))
        elif not notes[0].times and self._nearly_all_differ(section, name):
            notes.append(oddities.not_watched(section.name, name, oddities.DIFFERS, now_ms))
        return notes

    def _leave_out(self, section: Section, name: str) -> None:
        """Watch the values of a column no longer, but whether there are any."""
        signals = self._signals(section, section.columns[name])
        left = [each.name for each in signals if each.transform in CODED and each.name in self.bank]
        self.bank.remove(left)
        self.begun_again += left
        self.revision += 1

    def _nearly_all_differ(self, section: Section, name: str) -> bool:
        column = section.columns[name]
        signal = self._signals(section, column)[0].name
        is_text = column.type is ColumnType.CATEGORICAL and signal in self.bank
        return is_text and self.bank.share_of_others(signal) > NEARLY_ALL

    def _watch_part(self, mass: Mass) -> None:
        """Count a part of a number from now on by a signal of its own, while there is room."""
        where = family_of(mass.signal).section
        section = next(each for each in self.sections if each.name == where)
        plan = section.plan(subject_of(mass.signal))
        signals = list(signals_of_mass(mass, plan))
        signal = place_for(self.bank, signals) if signals else None
        if signal is None:
            return
        if signal.name in self.bank:
            self.bank.remove([signal.name])
            self.begun_again.append(signal.name)
        elif self.room() < 1:
            self.refused.append(signal.name)
            return
        self.bank.watch_mass(signal, mass.signal)

    def _begin_again(self, change: Takeover) -> None:
        """Watch a column as one of another type; what does not depend on the type goes on."""
        section, before = change.section, change.column
        column = Column(before.name, change.type, self.bank.columns)
        old = [signal.name for signal in self._signals(section, before) if not lasts(signal)]
        self.bank.remove(old)
        section.adopt(column)
        signals = self._signals(section, column)
        self.bank.add([signal for signal in signals if not lasts(signal)], column.cell + column.cells)
        self.bank.move([signal.name for signal in signals if lasts(signal)], column.cell)
        self.begun_again += old

    def _signals(self, section: Section, column: Column) -> list[Signal]:
        return list(signals_of(section.name, column, section.plan(column.name)))

    def keep(self) -> KeptTable:
        """What there is now, for `put_back`; what was said (`has_said`) is no part of it."""
        return KeptTable(msgspec.msgpack.encode(self.snapshot()), (self.waiting, self.sequences))

    def put_back(self, kept: KeptTable) -> None:
        """Be as before what was read, and said, meanwhile."""
        self.sections = [Section(each.name, each.plans, each.categories) for each in self.sections]
        self._placement = None
        self.restore(msgspec.msgpack.decode(kept.state))
        self.waiting, self.sequences = kept.rows
        for said in (self.refused, self.begun_again, self.notes):
            said.clear()

    def snapshot(self) -> dict[str, Any]:
        sections = [section.snapshot() for section in self.sections]
        return {"sections": sections, "bank": self.bank.snapshot()}

    def restore(self, snapshot: dict[str, Any]) -> None:
        for section, state in zip(self.sections, snapshot["sections"], strict=True):
            section.restore(state)
        self.bank = Bank.restore(self.bank.settings, snapshot["bank"])


def cut_at(count: int, runs: Sequence[Run]) -> tuple[list[Run], list[Run]]:
    """The runs with the first so many rows, and those with the others."""
    first: list[Run] = []
    others = list(runs)
    while count and others:
        run = others.pop(0)
        if len(run) > count:
            others.insert(0, run.part(count, len(run)))
            run = run.part(0, count)
        first.append(run)
        count -= len(run)
    return first, others


def values_of(events: Sequence[Prediction], section: Section) -> list[Values]:
    """What a section is about, of each event."""
    return [getattr(event, section.name) for event in events]
