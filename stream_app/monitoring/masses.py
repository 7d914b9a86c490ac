"""The signals of single values that take part of a number: ``mass:`` of its reference, ``spike1:`` … of now.

They are made when a number has such a value, which most never do: then they cost nothing. Each counts one
value; a number has at most one of the first kind and three of the second. A fourth value takes the place of
one that does not come any more.
"""

from collections.abc import Iterator
from typing import Final

from driftline.detectors import Bank, Mass, Signal, Transform
from driftline.schemas import CategoryShare
from driftline.stream_app.config import SignalPlan
from driftline.stream_app.monitoring.naming import MASS, SPIKES, prefix_of, subject_of

SOURCES: Final = {"feature": "", "output": "_output"}
"""The numbers that are looked at: by their prefix what the prefixes of their values' signals end in."""
YOUNG: Final = 500
"""Values, in which one that comes in 2 % of them is found or not; of others it does so sooner."""
DIGITS: Final = 15  # what a float holds for sure


def signals_of_mass(mass: Mass, plan: SignalPlan) -> Iterator[Signal]:
    """The signals that may count a value, the first choice first; none of a number that is not looked at."""
    mark = SOURCES.get(prefix_of(mass.signal))
    if mark is None:
        return
    prefixes = (MASS,) if mass.transform is Transform.MASS else SPIKES
    for prefix in prefixes:
        name = f"{prefix}{mark}:{subject_of(mass.signal)}"
        yield Signal(name, mass.column, mass.transform, mass.value, mass.value, plan.detectors)


def place_for(bank: Bank, signals: list[Signal]) -> Signal | None:
    """The signal to count a value with: one that is not there, or else one whose value is gone.

    None where the value is counted already or all have one that still comes.
    """
    there = {signal.name: signal for signal in bank.signals}
    taken = [there[signal.name] for signal in signals if signal.name in there]
    if any(signal.minimum == signals[0].minimum for signal in taken):
        return None
    free = [signal for signal in signals if signal.name not in there]
    return next(iter(free or [signal for signal in signals if bank.is_gone(signal.name)]), None)


def is_of_mass(signal: str) -> bool:
    """Whether a signal counts one value of a number."""
    return prefix_of(signal).removesuffix("_output") in (MASS, *SPIKES)


def same_number(signal: str, other: str) -> bool:
    """Whether one signal is a number and the other counts a value of it."""
    number, value = (other, signal) if is_of_mass(signal) else (signal, other)
    mark = SOURCES.get(prefix_of(number))
    is_value = mark is not None and is_of_mass(value) and prefix_of(value).endswith("_output") == bool(mark)
    return is_value and subject_of(number) == subject_of(value)


def has_young_value(bank: Bank, signal: str) -> bool:
    """Whether a value of this number has just begun to be counted, and comes."""
    names = [each.name for each in bank.signals if each.transform is Transform.SPIKE]
    own = [name for name in names if same_number(signal, name) and not bank.is_gone(name)]
    return any(state.seen < YOUNG for state in map(bank.state_of, own) if state is not None)


def share_of_value(bank: Bank, signal: str, before: float, after: float) -> list[CategoryShare]:
    """The value that a signal counts, in words, with its shares; nothing of a signal that is not there."""
    values = [each.minimum for each in bank.signals if each.name == signal]
    return [CategoryShare(f"{value:.{DIGITS}g}", before, after) for value in values]
