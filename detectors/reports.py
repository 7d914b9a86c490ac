"""Findings from detections: each is looked at in the state the signal had at that very row."""

from dataclasses import dataclass

import numpy as np

from detectors.engine import state_after
from detectors.findings import Detected, Finding, finding, nearest_change, page_hinkley_change
from detectors.kernels.scratch import Batch
from detectors.layout import Arrays
from detectors.registry import PAGE_HINKLEY
from detectors.signals import BankSettings
from detectors.watches import Watch


@dataclass(frozen=True)
class Scene:
    """A batch and the arrays as they were before it."""

    before: Arrays
    batch: Batch
    settings: BankSettings

    def signal(self, index: int, row: int) -> np.void:
        """The record of a signal after a row."""
        return state_after(self.before, index, self.batch, row, self.settings)

    def detected(self, row: int) -> Detected:
        """A row with its time and offset."""
        return Detected(row, int(self.batch.times_ms[row]), int(self.batch.offsets[row]))

    def page_hinkley(self, name: str, index: int, row: int) -> Finding:
        """The finding of the kernel's test."""
        signal = self.signal(index, row)
        rising = signal["increase"] - signal["increase_min"]
        falling = signal["decrease_max"] - signal["decrease"]
        measure = float(rising if signal["drift"] > 0 else falling), float(signal["threshold"])
        point = page_hinkley_change(signal)
        return finding((name, PAGE_HINKLEY), signal, point, measure, self.detected(row))

    def per_signal(self, name: str, index: int, row: int, watch: Watch, update: int) -> Finding:
        """The finding of a per-signal detector at its update of this number."""
        signal = self.signal(index, row)
        every = int(signal["every"])
        point = nearest_change(signal, watch.values_since_change(every, update))
        measure = watch.measure(every)
        return finding((name, watch.name), signal, point, measure, self.detected(row))
