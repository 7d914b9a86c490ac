"""The usual way to watch features: river's detectors and statistics, one value at a time."""

from collections.abc import Mapping
from typing import Any

from river import drift, stats


class FeatureWatch:
    """ADWIN, Page-Hinkley, mean and variance of every numeric feature of one model."""

    def __init__(self) -> None:
        self._watched: dict[str, tuple[drift.ADWIN, drift.PageHinkley, stats.Mean, stats.Var]] = {}
        self.drifts = 0

    def update(self, features: Mapping[str, Any]) -> None:
        """Take the features of one event; what is not a number is passed over."""
        watched = self._watched
        for name, value in features.items():
            if not isinstance(value, float):
                continue
            if name not in watched:
                watched[name] = (drift.ADWIN(), drift.PageHinkley(), stats.Mean(), stats.Var())
            adwin, page_hinkley, mean, variance = watched[name]
            adwin.update(value)
            page_hinkley.update(value)
            mean.update(value)
            variance.update(value)
            if adwin.drift_detected or page_hinkley.drift_detected:
                self.drifts += 1
