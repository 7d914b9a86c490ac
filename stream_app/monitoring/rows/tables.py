"""Rows that wait for their bank: one table for predictions, one per kind of outcome."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from math import inf, nan
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np

from driftline.detectors import Bank, BankSettings, Signal, Transform
from driftline.stream_app.monitoring.reported import Arrival, KeptTable, Reported
from driftline.stream_app.monitoring.rows.prediction_table import PredictionTable
from driftline.stream_app.monitoring.targets.targets import Reader

__all__ = ["Arrival", "OutcomeTable", "PredictionTable", "Reported", "Table"]


class OutcomeTable:
    """Values that come one by one, after the prediction: errors, behaviours, serving reports, volume.

    A row is a few named values; a name's first value makes its signals.
    """

    def __init__(self, name: str, topic: str, settings: BankSettings) -> None:
        self.name = name
        self.topic = topic
        self.bank = Bank(settings)
        self.read_by: Reader | None = None
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

    def follow(self, other: "OutcomeTable", wanted: Callable[[str], bool]) -> list[str]:
        """The wanted signals of another version's table, which are the same ones here from now on.

        What it knows a reference of is watched here too, read as it is there; rows that wait must have been
        flushed.
        """
        names = [signal.name for signal in other.bank.signals if wanted(signal.name)]
        for signal in other.bank.signals:
            if signal.name not in names or not other.bank.is_armed(signal.name):
                continue
            if signal.name not in self.cells:
                self.watch([(signal.name, signal.transform)], signal.detectors)
            if not self.bank.is_armed(signal.name):
                self.become(signal.name, signal.transform)
        return names

    def unknown(self, values: Iterable[str]) -> list[str]:
        """The names of values that are not watched yet."""
        return [name for name in values if name not in self.cells]

    def append(self, values: dict[str, float], time_ms: int, arrival: Arrival) -> None:
        """A row about something that happened at ``time_ms`` and became known with ``arrival``."""
        self.waiting.append(values)
        self.times_ms.append(time_ms)
        self.arrivals.append(arrival)

    def flush(self, until: float = inf) -> list[Reported]:
        """Hand the waiting rows to the bank, those that events up to a sequence number brought about."""
        count = bisect_right(self.arrivals, until, key=attrgetter("sequence"))
        rows, arrivals = self.waiting[:count], self.arrivals[:count]
        if not rows:
            return []
        self.revision += 1
        matrix = np.array([[values.get(name, nan) for name in self.cells] for values in rows])
        times_ms = np.array(self.times_ms[:count], dtype=np.int64)
        offsets = np.array([arrival.offset for arrival in arrivals], dtype=np.int64)
        waiting, times, others = self.waiting[count:], self.times_ms[count:], self.arrivals[count:]
        self.waiting, self.times_ms, self.arrivals = waiting, times, others
        if self.read_by is not None:
            self.read_by(self.bank.signals, matrix)
        findings = self.bank.update(matrix, times_ms, offsets)
        return [Reported(found, self.name, arrivals[found.row]) for found in findings]

    def armed_as(self, name: str) -> Transform | None:
        """The transform of a signal that has a reference; None when there is none."""
        if name not in self.cells or not self.bank.is_armed(name):
            return None
        return next(signal.transform for signal in self.bank.signals if signal.name == name)

    def become(self, name: str, transform: Transform) -> None:
        """Let a signal that is of another transform begin anew; rows that wait must have been flushed."""
        if name in self.cells and self.bank.relearn(name, transform):
            self.revision += 1

    def keep(self) -> KeptTable:
        """What there is now, for `put_back`."""
        state = msgspec.msgpack.encode(self.snapshot())
        return KeptTable(state, (self.waiting, self.times_ms, self.arrivals))

    def put_back(self, kept: KeptTable) -> None:
        """Be as before what was read meanwhile; no value may have been watched anew."""
        self.restore(msgspec.msgpack.decode(kept.state))
        self.waiting, self.times_ms, self.arrivals = kept.rows

    def snapshot(self) -> dict[str, Any]:
        return {"cells": self.cells, "bank": self.bank.snapshot()}

    def restore(self, snapshot: dict[str, Any]) -> None:
        self.cells = dict(snapshot["cells"])
        self.bank = Bank.restore(self.bank.settings, snapshot["bank"])


Table = PredictionTable | OutcomeTable
