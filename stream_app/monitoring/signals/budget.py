"""From a model's false-alarm budget to what is asked of each signal's detectors: pure arithmetic.

A model's budget is a rate of alerts, alarms per millisecond of event time. It is split over the signals that
are watched, by weight: what people act on gets more of it than what only explains. A signal whose share is s
alarms/ms and that has r values/ms may raise a false alarm every r / s values; thresholds follow from that.

The shares add up to the budget, and the budget is counted in alerts. Findings of several signals within a
while are one alert, and some findings are never confirmed, so the split errs on the quiet side.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, TypeVar

from driftline.schemas import Kind

Key = TypeVar("Key")

# A label or a user who gives up is the harm itself, and there are few such signals; outputs and serving are
# close to it. Features are many and mostly diagnosis. Quality and volume break by a lot when they break, so
# that even a strict threshold sees it at once.
KIND_WEIGHTS: Final[dict[Kind, float]] = {
    Kind.CONCEPT_DRIFT: 4.0,
    Kind.BEHAVIOR: 4.0,
    Kind.OUTPUT_DRIFT: 2.0,
    Kind.SERVING: 2.0,
    Kind.DATA_DRIFT: 1.0,
    Kind.DATA_QUALITY: 0.5,
    Kind.VOLUME: 0.5,
    # Conditions that are certain by themselves take no part in the budget.
    Kind.TARGET: 0.0,
    Kind.SILENCE: 0.0,
    Kind.SERVICE: 0.0,
}
# Below, detectors would have no time to see anything; above, no threshold is backed by arithmetic.
FEWEST_VALUES: Final = 1e3
MOST_VALUES: Final = 1e10
# What is asked of a signal before its rate, and so its share, is known: nearly silent.
BEFORE_ITS_SHARE: Final = 1e9
# A threshold that moves for less than this factor would be written into a checkpoint for nothing.
WORTH_CHANGING: Final = 1.25


class Share(NamedTuple):
    """What a signal is due: its part of the budget, and how often it has a value."""

    alarms_per_ms: float
    values_per_ms: float

    @property
    def false_alarm_every(self) -> float | None:
        """Mean number of values between false alarms; None while the signal's rate is unknown."""
        if self.values_per_ms <= 0.0 or self.alarms_per_ms <= 0.0:
            return None
        return min(max(self.values_per_ms / self.alarms_per_ms, FEWEST_VALUES), MOST_VALUES)


def split(alarms_per_ms: float, weights: Mapping[Key, float]) -> dict[Key, float]:
    """Each signal's share of the budget, in alarms/ms, in proportion to its weight; 0 gets none."""
    total = sum(weights.values())
    if total <= 0.0:
        return dict.fromkeys(weights, 0.0)
    return {key: alarms_per_ms * weight / total for key, weight in weights.items()}


def changed(before: Mapping[str, float], shares: Iterable[tuple[str, Share]]) -> dict[str, float]:
    """By signal: the mean number of values between false alarms, where it is new or moved by a factor."""
    changes: dict[str, float] = {}
    for name, share in shares:
        every = share.false_alarm_every
        if every is None:
            continue
        old = before.get(name, 0.0)
        if not old / WORTH_CHANGING <= every <= old * WORTH_CHANGING:
            changes[name] = every
    return changes
