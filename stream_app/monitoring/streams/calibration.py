"""Keeps what is asked of every signal's detectors in step with the model's budget of false alarms."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from driftline.stream_app.config import FalseAlarmBudget
from driftline.stream_app.monitoring.signals.budget import KIND_WEIGHTS, Share, changed, split
from driftline.stream_app.monitoring.signals.families import kind_of
from driftline.stream_app.monitoring.streams.segments import name_of_segment
from driftline.stream_app.monitoring.streams.stream import Stream
from driftline.stream_app.monitoring.streams.streams import Streams

HOUR_MS: Final = 3_600_000
Basis = list[int]


def unjudged(signal: str) -> float:
    """The factor on the weight of a signal about which nobody has said anything."""
    return 1.0


class Calibration:
    """Splits the budget anew when signals come, arm or go, when verdicts say so, and each hour of event time.

    It happens on ticks of the event clock only, so that it depends on the events alone. Signals of a version
    that has had no event for hours take no part, and neither do those without a detector.
    """

    def __init__(self, streams: Streams, budget: FalseAlarmBudget) -> None:
        self._streams = streams
        self._budget = budget
        # What the last split was made from: hour, verdicts, signals, armed signals.
        self._basis: Basis = []

    def tick(self, now_ms: int, factor_of: Callable[[str], float] = unjudged, verdicts: int = 0) -> None:
        """``factor_of`` weighs a signal by its name; ``verdicts`` is a number that changes when it does."""
        streams = list(self._live(now_ms))
        basis = basis_of(streams, now_ms, verdicts)
        if basis != self._basis:
            self._basis = basis
            self._split(streams, factor_of)

    def is_due(self, now_ms: int, verdicts: int) -> bool:
        """Whether a tick would split anew."""
        return basis_of(list(self._live(now_ms)), now_ms, verdicts) != self._basis

    def _live(self, now_ms: int) -> Iterator[Stream]:
        for key, stream in self._streams.items():
            if not self._streams.is_gone(key, now_ms):
                yield stream

    def _split(self, streams: list[Stream], factor_of: Callable[[str], float]) -> None:
        tables = [(place, stream, table) for place, stream in enumerate(streams) for table in stream.tables()]
        weights = weights_of(streams)
        shares = split(
            self._budget.alarms_per_ms,
            {
                (place, table.name, signal.name): weights[place]
                * KIND_WEIGHTS[kind_of(signal.name)]
                * factor_of(signal.name)
                for place, _, table in tables
                for signal in table.bank.signals
                if signal.detectors != ()
            },
        )
        for place, stream, table in tables:
            due = [
                (signal.name, Share(shares[place, table.name, signal.name], rate))
                for signal, rate in zip(table.bank.signals, table.bank.rates().tolist(), strict=True)
                if signal.detectors != ()
            ]
            stream.calibrate(table, changed(stream.asked_of(table), due))

    def snapshot(self) -> Basis:
        return self._basis

    def restore(self, snapshot: Basis) -> None:
        self._basis = list(snapshot)


def weights_of(streams: list[Stream]) -> list[float]:
    """Of each stream its weight: all values of a segment's name together have as much as the whole."""
    names = [stream.key._replace(segment=name_of_segment(stream.segment)) for stream in streams]
    values = Counter(names)
    return [1.0 / values[name] for name in names]


def basis_of(streams: list[Stream], now_ms: int, verdicts: int) -> Basis:
    """What a split among these streams is made from."""
    return [now_ms // HOUR_MS, verdicts, *counts_of(streams)]


def counts_of(streams: list[Stream]) -> tuple[int, int, int]:
    """How many signals there are, how many are armed and how many are watched roughly: when these stay the
    same, no signal came, armed or went.
    """
    banks = [table.bank for stream in streams for table in stream.tables()]
    counts = ((len(bank.signals), bank.armed, bank.rough) for bank in banks)
    signals, armed, rough = map(sum, zip(*counts, strict=True)) if banks else (0, 0, 0)
    return signals, armed, rough
