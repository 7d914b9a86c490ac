"""What can be asked of a bank about its signals; nothing here changes it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.evidence.table import differs_in, nearness_of
from driftline.detectors.findings import Finding
from driftline.detectors.reference.inheritance import MOST, learns, share_taken_up
from driftline.detectors.signals import BankSettings, Signal, Transform, is_share
from driftline.detectors.state.arrays import empty_arrays, row_of
from driftline.detectors.statistics.levels import Moments, SignalState, signal_state
from driftline.detectors.statistics.shares import share_of
from driftline.detectors.statistics.windows import Since, last_values, since


class Looks(NamedTuple):
    """What a glance shows of all signals of a bank [signals]: which are armed, which are watched by the first
    part of their warm-up, which are measured against a local level, and how near they are to a finding, 0 to
    1 (`nearness_of`).
    """

    armed: NDArray[np.bool_]
    rough: NDArray[np.bool_]
    local: NDArray[np.bool_]
    nearness: NDArray[np.float64]


class Readings:
    """The signals of a bank, and what is known of each."""

    def __init__(self, settings: BankSettings) -> None:
        self.settings = settings
        self.signals: list[Signal] = []
        self.armed = 0
        """How many signals have a reference."""
        self.rough = 0
        """How many are watched by the first part of their warm-up."""
        self._index: dict[str, int] = {}
        self._arrays = empty_arrays(settings.categories, settings.warm_up)

    def __contains__(self, name: str) -> bool:
        return name in self._index

    def is_gone(self, name: str) -> bool:
        """Whether a 0/1 signal is armed and nothing but zeros of late, for a whole window."""
        return self.is_armed(name) and not self._arrays.signals["recent"][self._index[name], :, 4].max() > 0.0

    def is_armed(self, name: str) -> bool:
        """Whether a signal is watched here and has a reference."""
        index = self._index.get(name)
        return index is not None and not learns(self._arrays.signals[index])

    def is_rough(self, name: str) -> bool:
        """Whether a signal is watched by the first part of its warm-up, which goes on."""
        index = self._index.get(name)
        return index is not None and bool(self._arrays.signals["rough"][index])

    def is_mostly_taken_up(self, name: str) -> bool:
        """Whether most of the warm-up that a signal knows its level from was carried over (`carry_over`)."""
        index = self._index.get(name)
        return index is not None and share_taken_up(self._arrays.signals[index]) > MOST

    def rates(self) -> NDArray[np.float64]:
        """Values per millisecond of event time [signals], over a signal's life; 0 while unknown."""
        signals = self._arrays.signals
        elapsed_ms = signals["last_ms"] - signals["first_ms"]
        known = (signals["seen"] > 1) & (elapsed_ms > 0)
        return np.where(known, (signals["seen"] - 1) / np.maximum(elapsed_ms, 1), 0.0)

    def values_since(self, name: str, time_ms: int) -> float:
        """About how many values a signal has had since a time, by its rate; 0 while that is unknown."""
        index = self._index[name]
        elapsed_ms = int(self._arrays.signals["last_ms"][index]) - time_ms
        return float(self.rates()[index]) * max(elapsed_ms, 0)

    def unarmed(self) -> list[tuple[Signal, int, int]]:
        """The signals without a reference: how many values each has learned from, and since when (epoch ms).

        What came before the last step in them is not learned from; since when is then known by their rate.
        """
        if self.armed == len(self.signals):
            return []
        signals = self._arrays.signals
        places = np.flatnonzero((signals["armed"] == 0) | (signals["rough"] != 0))
        waiting = self._arrays.signals[places]
        learned = waiting["learned"] - waiting["settled_from"]
        lost_ms = (waiting["last_ms"] - waiting["first_ms"]) * waiting["settled_from"]
        since_ms = waiting["first_ms"] + lost_ms // np.maximum(waiting["seen"], 1)
        figures = zip(places.tolist(), learned.tolist(), since_ms.tolist(), strict=True)
        return [(self.signals[place], count, first_ms) for place, count, first_ms in figures]

    def nearness(self, index: int) -> float:
        """How near the signal at a place of `signals` is to a finding, 0 to 1 (`nearness_of`)."""
        return float(nearness_of(self._arrays.signals[index : index + 1])[0])

    def looks(self) -> Looks:
        """What a glance shows of all signals."""
        signals = self._arrays.signals
        rough = signals["rough"] != 0
        armed = (signals["armed"] != 0) & ~rough
        return Looks(armed, rough, signals["local"] != 0, nearness_of(signals))

    def is_share(self, index: int) -> bool:
        """Whether the mean of the signal at a place of `signals` is a share."""
        return is_share(self._arrays.signals[index])

    def counts_of_codes(self, index: int) -> tuple[NDArray[np.float64], NDArray[np.float64] | None] | None:
        """Of a categorical signal the recent values by code, and the reference's shares (None: not armed).

        Code 0 is every category beyond the limit, the last one what the reference has not seen. None for any
        other signal.
        """
        record = self._arrays.signals[index]
        if record["transform"] != Transform.CATEGORY:
            return None
        shape = self._arrays.shapes[record["shape"]]
        if not record["armed"]:
            return shape["table"].copy(), None  # which counts what it learns from
        codes = len(shape["table"])
        return shape["cells"].sum(axis=0)[:codes].astype(np.float64), shape["table"].copy()

    def share_of_others(self, name: str) -> float:
        """Which part of an armed categorical signal's reference is beyond the limit of categories."""
        record = self._arrays.signals[self._index[name]]
        return float(self._arrays.shapes[record["shape"]]["table"][0])

    def state(self, index: int) -> SignalState:
        """What can be said about the signal at a place of `signals`."""
        row = row_of(self._arrays, index)
        values = self._arrays.buffers[row.signal["buffer"], : row.signal["learned"]]
        return signal_state(self.signals[index].name, row, values, differs_in(row.signal))

    def state_of(self, name: str) -> SignalState | None:
        """The state of a signal by name; None when it is not watched here."""
        index = self._index.get(name)
        return None if index is None else self.state(index)

    def last_values(self, name: str, values: float, code: int | None = None) -> Moments | None:
        """A signal's last values, about so many; of categories the share of one (`code`) among them.

        None for a signal that is not watched here or has no reference.
        """
        index = self._index.get(name)
        if index is None or not self._arrays.signals[index]["armed"]:
            return None
        record = self._arrays.signals[index]
        if record["transform"] == Transform.CATEGORY:
            shape = self._arrays.shapes[record["shape"]]
            return None if code is None else share_of(shape, code, values)
        return last_values(record, values)

    def since(self, found: Finding) -> Since | None:
        """The values of a signal since the finding of its present level; None where that is not known."""
        index = self._index.get(found.signal)
        record = None if index is None else self._arrays.signals[index]
        if record is None or not record["armed"] or found.categories:
            return None
        return since(record, found, int(record["seen"]) - found.seen)

    def states(self) -> list[SignalState]:
        """The states of all signals, in their order."""
        return [self.state(index) for index in range(len(self.signals))]
