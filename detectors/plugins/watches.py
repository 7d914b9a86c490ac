"""The per-signal detectors of one signal, made when the first score for them arrives."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress
from math import sqrt
from typing import Any

import numpy as np

from driftline.detectors.evidence.table import shares_of
from driftline.detectors.findings import Finding, Statistic
from driftline.detectors.plugins.registry import FACTORIES, Calibration, Detector, Windowed
from driftline.detectors.reference.arming import reference_scores
from driftline.detectors.state.fields import TEST_NAMES

BUCKET = 0.1  # the oldest values of ADWIN's window stand in buckets of about a tenth of it


@dataclass(slots=True)
class Watch:
    """One detector of one signal.

    fired_at is the number of the update at which it last found a change, told the direction and the offset
    where the change began that it last told.
    """

    name: str
    detector: Detector
    fired_at: int = 0
    told: tuple[str, int] = ("", -1)

    def is_new(self, update: int) -> bool:
        """Whether a detection at this update is a change of its own.

        A detector that keeps a window may cut more of the old level away later. Such a cut lies before the
        detection already reported, give or take a bucket of the window, and is the same change.
        """
        since = update - self.fired_at
        known = isinstance(self.detector, Windowed) and self.detector.width() * (1 + BUCKET) >= since
        return not (known and self.fired_at)

    def tells(self, found: Finding) -> bool:
        """Whether a finding is about another change than the one before it; it is told then."""
        told, self.told = self.told, (found.direction, found.began_offset)
        return self.told != told

    def statistic(self, every: int) -> Statistic:
        """Of a detection: of a window its mean score beside its detector's threshold."""
        if isinstance(self.detector, Windowed):
            return Statistic(self.detector.level() / sqrt(every), float(self.detector.threshold))
        return Statistic(1.0, 1.0)

    def values_since_change(self, every: int, update: int) -> float:
        """How many values ago the change began, as far as the detector says."""
        if isinstance(self.detector, Windowed):
            return float(self.detector.width() * every)
        return float((update - self.fired_at) * every)


def make_watches(
    signal: np.void,
    names: tuple[str, ...],
    states: dict[str, list[Any]] | None = None,
) -> list[Watch]:
    """The detectors of an armed signal: restored where there is a state, else fresh.

    A fresh one has seen the reference. Raises ValueError for a state that cannot be read.
    """
    every = int(signal["every"])
    shares = shares_of(names)
    watches = []
    for name in names:
        if name in TEST_NAMES:
            continue
        calibration = Calibration(float(signal["requested"]) / shares[name] / every, every)
        watch = Watch(name, FACTORIES[name](calibration))
        if states and name in states:
            watch.fired_at, told, state = states[name]
            watch.told = (told[0], told[1])
            watch.detector.restore(state)
        else:
            for _ in map(watch.detector.update, reference_scores(signal, every).tolist()):
                pass
        watches.append(watch)
    return watches


def restored_watches(
    signal: np.void, names: tuple[str, ...], states: dict[str, list[Any]]
) -> list[Watch] | None:
    """The detectors from their states; None, so that they are made anew, when they cannot be read."""
    try:
        return make_watches(signal, names, states)
    except ValueError:
        return None


def snapshot_watches(watches: list[Watch] | None) -> dict[str, list[Any]] | None:
    """Plain values of a signal's detectors: name → [fired_at, told, state]."""
    if watches is None:
        return None
    return {watch.name: [watch.fired_at, list(watch.told), watch.detector.snapshot()] for watch in watches}


def detections_of(
    watches: list[Watch], scores: list[float], updates: int
) -> Iterator[tuple[int, int, Watch, int]]:
    """Shows scores to the detectors of a signal that has had so many updates before.

    Yields (place among the scores, place among the detectors, watch, number of the update) of each change.
    """
    for order, watch in enumerate(watches):
        # Pulled one by one, so that a detection is looked at before the next score is shown.
        changes = map(watch.detector.update, scores)
        for place in compress(range(len(scores)), changes):
            update = updates + place + 1
            if watch.is_new(update):
                yield place, order, watch, update
                watch.fired_at = update
