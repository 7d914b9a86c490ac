"""The signals of parts of a number: of single values, ``mass:`` of its reference and ``spike1:`` … of now,
and ``extreme:`` of what lies far beyond all others.

They are made when a number has such values, which most never do: then they cost nothing. A number has at most
one of the first kind, three of the second, each of which counts one value, and one of the third. A fourth
value takes the place of one that does not come any more.
"""

from collections.abc import Iterator
from typing import Final

from driftline.detectors import Bank, Mass, Signal, Transform
from driftline.schemas import CategoryShare
from driftline.stream_app.config import SignalPlan
from driftline.stream_app.monitoring.signals.naming import (
    EXTREME,
    MASS,
    SPIKES,
    UNSEEN,
    prefix_of,
    subject_of,
)

SOURCES: Final = {"feature": "", "output": "_output", "serving": "_serving"}
"""The numbers that are looked at: by their prefix what the prefixes of their parts' signals end in."""
WITH_VALUES: Final = ("feature", "output")
"""Of these single values are counted: nobody writes -999 for a latency."""
YOUNG: Final = 500
"""Values, in which one that comes in 2 % of them is found or not; of others it does so sooner."""
DIGITS: Final = 15  # what a float holds for sure
DETECTORS: Final = {Transform.EXTREME: ("e_detector",)}
"""Where not all suit: ADWIN takes seven extremes where one was to be expected for a change."""
PREFIXES: Final = {Transform.MASS: (MASS,), Transform.SPIKE: SPIKES, Transform.EXTREME: (EXTREME,)}


def signals_of_mass(mass: Mass, plan: SignalPlan) -> Iterator[Signal]:
    """The signals that may count a part, the first choice first; none of a number that is not looked at."""
    source = prefix_of(mass.signal)
    if source not in (SOURCES if mass.transform is Transform.EXTREME else WITH_VALUES):
        return
    detectors = plan.detectors or DETECTORS.get(mass.transform)
    for prefix in PREFIXES[mass.transform]:
        name = f"{prefix}{SOURCES[source]}:{subject_of(mass.signal)}"
        yield Signal(name, mass.column, mass.transform, mass.minimum, mass.maximum, detectors)


def place_for(bank: Bank, signals: list[Signal]) -> Signal | None:
    """The signal to count a part with: one that is not there, or else one whose part is gone.

    None where it is counted already or all have one that still comes; and of extremes while a single value
    comes that may be all of them.
    """
    if signals[0].transform is Transform.EXTREME and values_that_come(bank, signals[0].column):
        return None
    there = {signal.name: signal for signal in bank.signals}
    taken = [there[signal.name] for signal in signals if signal.name in there]
    if any(signal.minimum == signals[0].minimum for signal in taken):
        return None
    free = [signal for signal in signals if signal.name not in there]
    return next(iter(free or [signal for signal in signals if bank.is_gone(signal.name)]), None)


def values_that_come(bank: Bank, column: int) -> list[Signal]:
    """The single values of a number, by its column, that are counted and still come."""
    own = (each for each in bank.signals if each.column == column and each.transform is Transform.SPIKE)
    return [each for each in own if not bank.is_gone(each.name)]


def is_of_mass(signal: str) -> bool:
    """Whether a signal counts one value of a number."""
    return part_of(signal) in (MASS, *SPIKES)


def is_of_part(signal: str) -> bool:
    """Whether a signal counts one value of a number, or its extremes."""
    return part_of(signal) in (MASS, *SPIKES, EXTREME)


def part_of(signal: str) -> str:
    """What a signal counts: its prefix without that of its number's."""
    return prefix_of(signal).partition("_")[0]


def number_of_part(signal: str) -> str:
    """The signal of the number of which a signal counts a part."""
    mark = prefix_of(signal).removeprefix(part_of(signal))
    source = next(source for source, ending in SOURCES.items() if ending == mark)
    return f"{source}:{subject_of(signal)}"


def same_column(signal: str, other: str) -> bool:
    """Whether one signal is a number and the other counts a part of it, or one a category and the other its
    new values.
    """
    column, part = (signal, other) if prefix_of(signal) in SOURCES else (other, signal)
    mark = SOURCES.get(prefix_of(column))
    counts_some = is_of_part(part) or part_of(part) == UNSEEN
    is_its_part = mark is not None and counts_some and prefix_of(part) == part_of(part) + mark
    return is_its_part and subject_of(column) == subject_of(part)


def has_young_part(bank: Bank, signal: str) -> bool:
    """Whether a part of this number has just begun to be counted, and comes."""
    names = [each.name for each in bank.signals if each.transform in (Transform.SPIKE, Transform.EXTREME)]
    own = [name for name in names if same_column(signal, name) and not bank.is_gone(name)]
    return any(state.seen < YOUNG for state in map(bank.state_of, own) if state is not None)


def distance_of_extremes(bank: Bank, signal: str) -> float | None:
    """How far from its level a number has to be to be counted by a signal; None of one that counts none."""
    found = (each for each in bank.signals if each.name == signal and each.transform is Transform.EXTREME)
    return next((each.maximum for each in found), None)


def share_of_value(bank: Bank, signal: str, before: float, after: float) -> list[CategoryShare]:
    """The value that a signal counts, in words, with its shares; nothing of a signal that is not there."""
    values = [each.minimum for each in bank.signals if each.name == signal]
    return [CategoryShare(f"{value:.{DIGITS}g}", before, after) for value in values]
