"""Rows that wait for their bank: one table for predictions, one per kind of outcome."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors import Bank, BankSettings, Finding, Signal, Transform
from driftline.schemas import Prediction
from driftline.stream_app.config import ModelPlan
from driftline.stream_app.monitoring.columns import Column, ColumnType, Section, Values
from driftline.stream_app.monitoring.placement import Placement
from driftline.stream_app.monitoring.runs import Run, ScannedRun
from driftline.stream_app.monitoring.signals import signals_of

SECTIONS = ("features", "outputs", "serving")
# Value, missing, type, unseen or range, null: a column makes room for five signals.
MOST_SIGNALS_OF_A_COLUMN = 5


class Arrival(NamedTuple):
    """When a row came into being: the event that caused it."""

    sequence: int
    time_ms: int
    offset: int


@dataclass(frozen=True)
class Reported:
    """A finding and the event at which it was made."""

    finding: Finding
    table: str
    arrival: Arrival


class PredictionTable:
    """The predictions of one stream as rows: their features, outputs and serving values.

    ``room`` says how many more signals the stream may have.
    """

    name = "predictions"
    topic = "predictions"

    def __init__(self, plan: ModelPlan, settings: BankSettings, room: Callable[[], int]) -> None:
        self.bank = Bank(settings)
        self.room = room
        self.refused: list[str] = []
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
            for column in theirs.columns:
                codes = theirs.codes.get(column.name)
                mine.adopt(column, codes.texts if codes is not None else ())
        self.bank.add(other.bank.signals, other.bank.columns)

    def extend(self, run: Run, sequences: Iterable[int]) -> None:
        """Let rows wait for the next flush."""
        self.sequences += sequences
        last = self.waiting[-1] if self.waiting else None
        if isinstance(run, ScannedRun) and isinstance(last, ScannedRun) and last.goes_on_in(run):
            self.waiting[-1] = ScannedRun(last.source, last.start, run.stop)
        else:
            self.waiting.append(run)

    def times_ms(self) -> NDArray[np.int64]:
        """Event times of the rows that wait."""
        return np.concatenate([run.times_ms() for run in self.waiting])

    def flush(self) -> list[Reported]:
        """Hand the waiting rows to the bank; at a row with new names, these are watched first."""
        runs, sequences = self.waiting, self.sequences
        self.waiting, self.sequences = [], []
        reported: list[Reported] = []
        for run in runs:
            reported += self._flush_run(run, sequences)
            del sequences[: len(run)]
        return reported

    def _flush_run(self, run: Run, sequences: list[int]) -> list[Reported]:
        reported: list[Reported] = []
        start = 0
        while start < len(run):
            stop = start + self._first_misfit(run.part(start, len(run)))
            if stop > start:
                reported += self._update(run.part(start, stop), sequences[start:stop])
            if stop < len(run):
                self._discover(run.part(stop, stop + 1).events[0])
            start = stop
        return reported

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
        signals = [
            signal
            for column in columns
            for signal in signals_of(section.name, column, section.plan(column.name))
        ]
        if columns:
            self.revision += 1
            self.bank.add(signals, columns[-1].cell + columns[-1].cells)

    def _update(self, run: Run, sequences: list[int]) -> list[Reported]:
        self.revision += 1
        if isinstance(run, ScannedRun):
            matrix = self._placed(run).matrix(run)
        else:
            matrix = np.empty((len(run), self.bank.columns))
            for section in self.sections:
                section.fill(values_of(run.events, section), matrix)
        findings = self.bank.update(matrix, run.times_ms(), np.asarray(run.offsets, np.int64))
        return [
            Reported(each, self.name, Arrival(sequences[each.row], each.detected_ms, each.detected_offset))
            for each in findings
        ]

    def snapshot(self) -> dict[str, Any]:
        sections = [
            {
                "columns": [[column.name, str(column.type), column.cell] for column in section.columns],
                "texts": {name: codes.texts for name, codes in section.codes.items()},
                "known": sorted(section.known),
                "untyped": sorted(section.untyped),
            }
            for section in self.sections
        ]
        return {"sections": sections, "bank": self.bank.snapshot()}

    def restore(self, snapshot: dict[str, Any]) -> None:
        for section, state in zip(self.sections, snapshot["sections"], strict=True):
            for name, column_type, cell in state["columns"]:
                section.adopt(Column(name, ColumnType(column_type), cell), state["texts"].get(name, ()))
            section.known = set(state["known"])
            section.untyped = set(state["untyped"])
        self.bank = Bank.restore(self.bank.settings, snapshot["bank"])


def values_of(events: Sequence[Prediction], section: Section) -> list[Values]:
    """What a section is about, of each event."""
    return [getattr(event, section.name) for event in events]


class OutcomeTable:
    """Values that come one by one, after the prediction: errors, behaviours, serving reports, volume.

    A row is a few named values; a name's first value makes its signals.
    """

    def __init__(self, name: str, topic: str, settings: BankSettings) -> None:
        self.name = name
        self.topic = topic
        self.bank = Bank(settings)
        self.revision = 0
        self.cells: dict[str, int] = {}
        self.waiting: list[dict[str, float]] = []
        self.times_ms: list[int] = []
        self.arrivals: list[Arrival] = []

    def watch(self, signals: Sequence[tuple[str, Transform]], detectors: tuple[str, ...] | None) -> None:
        """Watch one more value through these signals; the first of them names the value."""
        self.revision += 1
        cell = self.cells[signals[0][0]] = len(self.cells)
        self.bank.add(
            [Signal(name, cell, transform, detectors=detectors) for name, transform in signals], cell + 1
        )

    def adopt(self, other: "OutcomeTable") -> None:
        """Begin with the signals of another version's table."""
        self.cells = dict(other.cells)
        self.bank.add(other.bank.signals, other.bank.columns)

    def unknown(self, values: Iterable[str]) -> list[str]:
        """The names of values that are not watched yet."""
        return [name for name in values if name not in self.cells]

    def append(self, values: dict[str, float], time_ms: int, arrival: Arrival) -> None:
        """A row about something that happened at ``time_ms`` and became known with ``arrival``."""
        self.waiting.append(values)
        self.times_ms.append(time_ms)
        self.arrivals.append(arrival)

    def flush(self) -> list[Reported]:
        """Hand the waiting rows to the bank."""
        rows, arrivals = self.waiting, self.arrivals
        if not rows:
            return []
        self.revision += 1
        matrix = np.array([[values.get(name, nan) for name in self.cells] for values in rows])
        times_ms = np.array(self.times_ms, dtype=np.int64)
        offsets = np.array([arrival.offset for arrival in arrivals], dtype=np.int64)
        self.waiting, self.times_ms, self.arrivals = [], [], []
        findings = self.bank.update(matrix, times_ms, offsets)
        return [Reported(found, self.name, arrivals[found.row]) for found in findings]

    def correct(self, name: str, old: float, new: float) -> None:
        """Let the statistics exchange a value for its correction; rows that wait must have been flushed."""
        self.revision += 1
        self.bank.correct(name, old, new)

    def snapshot(self) -> dict[str, Any]:
        return {"cells": self.cells, "bank": self.bank.snapshot()}

    def restore(self, snapshot: dict[str, Any]) -> None:
        self.cells = dict(snapshot["cells"])
        self.bank = Bank.restore(self.bank.settings, snapshot["bank"])


Table = PredictionTable | OutcomeTable
