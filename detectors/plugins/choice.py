"""Which detectors watch a signal, and what may be watched at all."""

from collections.abc import Collection, Sequence
from typing import Any

from driftline.detectors.evidence.table import shares_of
from driftline.detectors.plugins.registry import applies, check_names
from driftline.detectors.signals import NUMERIC, Signal
from driftline.detectors.state.fields import TEST_NAMES


def detectors_of(signal: Signal, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The detectors of a signal: its own or those asked for, as far as they make sense for what it is."""
    names = asked if signal.detectors is None else signal.detectors
    return tuple(name for name in names if applies(name, rate=signal.transform not in NUMERIC))


def choose(record: Any, names: tuple[str, ...]) -> None:
    """Tells the kernel which of its tests to report, their shares, and whether scores are to be emitted."""
    shares = shares_of(names)
    record["shares"] = [shares.get(name, 0.0) for name in TEST_NAMES]
    record["tested"] = sum(1 << test for test, name in enumerate(TEST_NAMES) if name in names)
    record["watched"] = any(name not in TEST_NAMES for name in names)


def check_signals(signals: Sequence[Signal], known: Collection[str], columns: int) -> None:
    """Raises ValueError for a name that is there already, a column outside the matrix, an unknown
    detector.
    """
    names = set(known)
    for signal in signals:
        if signal.name in names:
            raise ValueError(f"the bank already has a signal {signal.name!r}")
        if not 0 <= signal.column < columns:
            raise ValueError(f"signal {signal.name!r} reads column {signal.column} of {columns}")
        check_names(signal.detectors or ())
        names.add(signal.name)
