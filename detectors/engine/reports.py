"""Findings from detections: each is looked at in the state the signal had at that very row."""

from dataclasses import dataclass

from driftline.detectors.engine.driver import state_after
from driftline.detectors.evidence.table import TESTS
from driftline.detectors.findings import (
    Detected,
    Finding,
    Statistic,
    exceeds_the_day,
    finding,
    nearest_change,
)
from driftline.detectors.forecast.whitening import to_score
from driftline.detectors.kernels.scratch import Batch
from driftline.detectors.plugins.watches import Watch
from driftline.detectors.season.daily import comes_daily
from driftline.detectors.signals import BankSettings
from driftline.detectors.state.arrays import Kept, Row
from driftline.detectors.statistics.levels import score_unit


@dataclass(frozen=True)
class Scene:
    """A batch and the arrays as they were before it."""

    before: Kept
    batch: Batch
    settings: BankSettings

    def state(self, index: int, row: int) -> Row:
        """A signal after a row."""
        return state_after(self.before.arrays(), index, self.batch, row, self.settings)

    def detected(self, signal: str, detector: str, row: int, statistic: Statistic) -> Detected:
        """A detection at a row, with its time and offset."""
        time_ms, offset = int(self.batch.times_ms[row]), int(self.batch.offsets[row])
        return Detected(signal, detector, row, time_ms, offset, statistic)

    def of_kernel(self, name: str, index: int, row: int, number: int) -> Finding | None:
        """The finding of one of the kernel's tests; None where it is what the time of the day may do."""
        state, test = self.state(index, row), TESTS[number]
        direction = int(test.direction(state.signal))
        statistic = Statistic(*map(float, test.statistic(state.signal, direction)))
        made = test.says(self.detected(name, test.name, row, statistic), state, direction)
        return None if made is None or repeats_itself(state, made) else made

    def per_signal(self, name: str, index: int, row: int, watch: Watch, update: int) -> Finding | None:
        """The finding of a per-signal detector at its update of this number.

        None when it is told already, or no more than what the signal's cycle is allowed to be off by.
        """
        state = self.state(index, row)
        signal = state.signal
        every = int(signal["every"])
        point = nearest_change(signal, watch.values_since_change(every, update))
        made = finding(self.detected(name, watch.name, row, watch.statistic(every)), state, point)
        allowed_sd = float(signal["allowance"]) * to_score(signal) * score_unit(signal)
        is_more = abs(made.effect_size_sd) >= allowed_sd and exceeds_the_day(signal, made)
        is_more = is_more and not repeats_itself(state, made)
        return made if is_more and watch.tells(made) else None


def repeats_itself(state: Row, made: Finding) -> bool:
    """Whether a level is another one as it was at this time of the last two days."""
    return made.of == "mean" and comes_daily(state, made.began_ms, made.score)
