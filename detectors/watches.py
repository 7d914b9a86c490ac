"""The per-signal detectors of one signal, made when the first score for them arrives."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from detectors.reference import reference_scores
from detectors.registry import FACTORIES, PAGE_HINKLEY, Calibration, Detector, Windowed
from detectors.signals import BankSettings

ZEROS_MAX = 10_000  # values that a dormant signal's detectors catch up on when it wakes


@dataclass(slots=True)
class Watch:
    """One detector of one signal; fired_at is the number of the update at which it last reported a change."""

    name: str
    detector: Detector
    fired_at: int = 0

    def is_new(self, update: int) -> bool:
        """Whether a detection at this update is a change of its own.

        A detector that keeps a window may cut more of the old level away later. Such a cut lies before the
        detection already reported and is the same change.
        """
        known = isinstance(self.detector, Windowed) and self.detector.width() >= update - self.fired_at
        return not (known and self.fired_at)

    def measure(self, every: int) -> tuple[float, float]:
        """(statistic, threshold) of a detection: of a window its mean score and its detector's threshold."""
        if isinstance(self.detector, Windowed):
            return self.detector.level() / sqrt(every), float(self.detector.threshold)
        return 1.0, 1.0

    def values_since_change(self, every: int, update: int) -> float:
        """How many values ago the change began, as far as the detector says."""
        if isinstance(self.detector, Windowed):
            return float(self.detector.width() * every)
        return float((update - self.fired_at) * every)


def make_watches(
    signal: np.void,
    names: tuple[str, ...],
    settings: BankSettings,
    states: dict[str, list[Any]] | None = None,
) -> list[Watch]:
    """The detectors of an armed signal: restored where there is a state, else fresh.

    A fresh one has seen the reference and the zeros of the signal's sleep. Raises ValueError for a state that
    cannot be read.
    """
    every = int(signal["every"])
    calibration = Calibration(float(signal["requested"]) / every, every)
    watches = []
    for name in names:
        if name == PAGE_HINKLEY:
            continue
        watch = Watch(name, FACTORIES[name](calibration))
        if states and name in states:
            watch.fired_at, state = states[name]
            watch.detector.restore(state)
        else:
            for score in past_scores(signal):
                watch.detector.update(score)
        watches.append(watch)
    return watches


def past_scores(signal: np.void) -> list[float]:
    """What a detector that starts now has missed: the reference, and zeros while the signal was dormant."""
    every = int(signal["every"])
    zero = -float(signal["center"]) / float(signal["scale"]) * sqrt(every)
    zeros = [zero] * min(int(signal["skipped"]), ZEROS_MAX // every)
    return [*reference_scores(signal, every).tolist(), *zeros]


def snapshot_watches(watches: list[Watch] | None) -> dict[str, list[Any]] | None:
    """Plain values of a signal's detectors: name → [fired_at, state]."""
    if watches is None:
        return None
    return {watch.name: [watch.fired_at, watch.detector.snapshot()] for watch in watches}
