"""The targets of one stream: which signals are asked for something, and what of it is missed or met."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors import Signal, Transform
from driftline.stream_app.config import TargetPlan
from driftline.stream_app.monitoring.targets.target import Standing, Target, limits_of

Cells = NDArray[np.float64]
Reader = Callable[[Sequence[Signal], Cells], None]
"""Takes a bank's signals and the matrix [rows, cells] that it is about to read."""
READERS: Final[Mapping[Transform, Callable[[Cells], Cells]]] = {
    Transform.VALUE: lambda cells: cells,
    Transform.BINARY: lambda cells: cells,
    Transform.BOUNDED: lambda cells: cells,
    Transform.MISSING: lambda cells: np.isnan(cells).astype(np.float64),
    Transform.NULL: lambda cells: np.where(np.isnan(cells), np.nan, np.isposinf(cells)),
    Transform.WRONG_TYPE: lambda cells: np.where(np.isnan(cells), np.nan, np.isneginf(cells)),
}
"""From the cells of a column to the values of a signal that can be asked for something, NaN for none."""
NUMBERS: Final = (Transform.VALUE, Transform.BOUNDED)


class Turn(NamedTuple):
    """A target that is newly missed, or newly met."""

    target: Target
    standing: Standing


class Targets:
    """Reads the values of the signals that a plan asks something of; one target for each limit.

    At most as many signals as the plan names, each with up to six limits of 60 blocks of 56 bytes.
    """

    def __init__(self, plans: Mapping[str, TargetPlan]) -> None:
        self._plans = plans
        self._targets: dict[str, list[Target]] = {}

    def read(self, signals: Sequence[Signal], matrix: Cells) -> None:
        """Take the values of a matrix [rows, cells] that a bank with these signals has read."""
        if not self._plans:
            return
        for signal in signals:
            if signal.name in self._plans and signal.transform in READERS:
                values = READERS[signal.transform](matrix[:, signal.column])
                for target in self._of(signal):
                    target.take(values)

    def _of(self, signal: Signal) -> list[Target]:
        """The targets of a signal; new ones when its values have become others."""
        plan, is_rate = self._plans[signal.name], signal.transform not in NUMBERS
        targets = self._targets.get(signal.name, [])
        if not targets or targets[0].is_rate != is_rate:
            targets = [Target(signal.name, limit, plan.over_ms, is_rate) for limit in limits_of(plan)]
            self._targets[signal.name] = targets
        return targets

    def __iter__(self) -> Iterator[Target]:
        """All whose signals have had values."""
        return (target for targets in self._targets.values() for target in targets)

    def tick(self, now_ms: int) -> list[Turn]:
        """On a tick, when no rows wait: what is newly missed or met."""
        turns = [(target, target.tick(now_ms)) for target in self]
        return [Turn(target, standing) for target, standing in turns if standing is not None]

    def snapshot(self) -> dict[str, Any]:
        """Plain values for the state codec."""
        return {
            name: [targets[0].is_rate, [target.snapshot() for target in targets]]
            for name, targets in self._targets.items()
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Take up what was seen before; a target that the plan asks otherwise now begins anew."""
        for name, (is_rate, states) in snapshot.items():
            if name not in self._plans:
                continue
            plan = self._plans[name]
            targets = [Target(name, limit, plan.over_ms, is_rate) for limit in limits_of(plan)]
            by_key = {state["asked"]: state for state in states}
            for target in targets:
                if target.asked in by_key:
                    target.restore(by_key[target.asked])
            self._targets[name] = targets
