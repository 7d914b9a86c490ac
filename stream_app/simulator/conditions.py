"""What the world is like at a moment: the healthy figures of voice search, and how they change.

A condition is one named figure of the generative model (the error rate, a shift of the volume …). A change
moves some of them, at once or gradually, for a while or for good; a cycle swings one daily and weekly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from driftline.schemas import Kind

FloatArray = NDArray[np.float64]

DAY_S: Final = 86_400.0
WEEK_S: Final = 7 * DAY_S

HEALTHY: Final[Mapping[str, float]] = MappingProxyType(
    {
        "traffic": 1.0,  # times the scenario's predictions per second
        "words_mean": 4.2,  # words per query, at least one
        "volume_shift_db": 0.0,
        "silence_factor": 1.0,  # times the usual silence before and after the words
        "snr_shift_db": 0.0,
        "snr_missing_rate": 0.01,
        "german_share": 0.0,  # of the traffic: German queries on top of the usual ones
        "headset_share": 0.0,  # of the traffic: headsets on top of the usual devices
        "error_rate": 0.06,
        "latency_factor": 1.0,
        "load_factor": 1.0,  # times the usual cpu, queue depth and load of a host
        "candidate_share": 0.0,  # of the traffic: answered by the candidate version
    }
)


@dataclass(frozen=True)
class Change:
    """One injected change: which conditions move to what, and which signals it must show in.

    Times are in seconds after the scenario's start. ``ramp_s`` = 0 is a jump; otherwise the conditions move
    linearly over that time. ``ends_s`` None is for good; at the end the conditions jump back to healthy.
    ``alarm_due`` is false for a side effect that explains alarms without demanding one.
    """

    id: str
    kind: Kind
    signals: tuple[str, ...]
    to: Mapping[str, float]
    begins_s: float
    ends_s: float | None = None
    ramp_s: float = 0.0
    on_candidate: bool = False
    alarm_due: bool = True

    def __post_init__(self) -> None:
        _check_names(self.to)
        if self.ends_s is not None and self.ends_s <= self.begins_s:
            raise ValueError(
                f"change {self.id!r} ends at {self.ends_s} s, before it begins at {self.begins_s} s"
            )

    def progress(self, seconds: FloatArray) -> FloatArray:
        """How far the change has come at each time, from 0 (healthy) to 1 (all of it)."""
        since = seconds - self.begins_s
        progress = np.clip(since / self.ramp_s, 0.0, 1.0) if self.ramp_s else (since >= 0).astype(np.float64)
        if self.ends_s is not None:
            progress[seconds >= self.ends_s] = 0.0
        return progress

    def scaled(self, scale: float) -> "Change":
        """The same change at ``scale`` times its times; what it changes stays as large."""
        ends_s = None if self.ends_s is None else self.ends_s * scale
        return replace(self, begins_s=self.begins_s * scale, ends_s=ends_s, ramp_s=self.ramp_s * scale)


@dataclass(frozen=True)
class Cycle:
    """A condition that swings by ``daily`` and ``weekly`` (its own units) around its level."""

    condition: str
    daily: float
    weekly: float = 0.0

    def __post_init__(self) -> None:
        _check_names([self.condition])

    def swing(self, seconds: FloatArray) -> FloatArray:
        """The departure from the level at each time; the daily part is lowest at 06:00, highest at 18:00."""
        day = np.sin(2 * np.pi * (seconds / DAY_S - 0.5))
        week = np.sin(2 * np.pi * seconds / WEEK_S)
        return np.asarray(self.daily * day + self.weekly * week)


def conditions_at(
    seconds: FloatArray, changes: Sequence[Change], cycles: Sequence[Cycle]
) -> dict[str, FloatArray]:
    """Every condition at each of the given times (seconds after the start), as one array per condition."""
    conditions = {name: np.full(len(seconds), level) for name, level in HEALTHY.items()}
    for cycle in cycles:
        conditions[cycle.condition] += cycle.swing(seconds)
    for change in changes:
        progress = change.progress(seconds)
        for name, target in change.to.items():
            conditions[name] += progress * (target - HEALTHY[name])
    return conditions


def traffic_bound(changes: Sequence[Change], cycles: Sequence[Cycle]) -> float:
    """A factor that the traffic never exceeds: what thinning a homogeneous Poisson process starts from."""
    bound = HEALTHY["traffic"]
    bound += sum(max(0.0, change.to.get("traffic", bound) - HEALTHY["traffic"]) for change in changes)
    swings = (cycle for cycle in cycles if cycle.condition == "traffic")
    return bound + sum(abs(cycle.daily) + abs(cycle.weekly) for cycle in swings)


def _check_names(names: Mapping[str, float] | Sequence[str]) -> None:
    unknown = sorted(set(names) - set(HEALTHY))
    if unknown:
        raise ValueError(f"unknown condition {unknown[0]!r}; known are {', '.join(HEALTHY)}")
