"""Per-signal detectors by name: river's, or one's own in ten lines.

    >>> from driftline.detectors import Calibration, register
    >>> @register("five_high")
    ... class FiveHigh:
    ...     "Fires when five scores in a row are above 2."
    ...     def __init__(self, calibration: Calibration) -> None:
    ...         self.run = 0
    ...     def update(self, score: float) -> bool:
    ...         self.run = self.run + 1 if score > 2 else 0
    ...         return self.run == 5
    ...     def snapshot(self) -> int:
    ...         return self.run
    ...     def restore(self, state: int) -> None:
    ...         self.run = state

`detectors: [five_high, page_hinkley]` in the configuration then uses it. A package that is installed beside
driftline makes its detectors known by an entry point, `five_high = "my_package.detectors"`, in the group
"driftline.detectors".
"""

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

from driftline.detectors.evidence.table import TESTS
from driftline.detectors.state.fields import TEST_NAMES

ENTRY_POINTS = "driftline.detectors"


class Calibration(NamedTuple):
    """What a detector is made from.

    false_alarm_every: requested mean number of its own updates between false alarms.
    values_per_update: how many values of the signal one score stands for (k; the score is their mean times
    sqrt(k), so its variance is 1 whatever k).
    """

    false_alarm_every: float
    values_per_update: int


class Detector(Protocol):
    """Watches one signal through its scores: finite, mean 0 and variance 1 as long as nothing changed.

    A detector starts with the scores of the reference (`reference_scores`), then sees the signal. Its state
    consists of plain values: numbers, strings, bytes, lists and dictionaries of them.
    """

    def update(self, score: float, /) -> bool:
        """Takes the next score; True when there is a change."""
        ...

    def snapshot(self) -> Any:
        """The state, such that `restore` of it continues to the bit."""
        ...

    def restore(self, state: Any, /) -> None:
        """Takes over a state; raises ValueError when it cannot be read."""
        ...


@runtime_checkable
class Windowed(Protocol):
    """A detector that says what it still believes in, which locates the change."""

    threshold: float

    def width(self) -> int:
        """How many of the latest scores belong to the present level."""
        ...

    def level(self) -> float:
        """Their mean."""
        ...


Factory = Callable[[Calibration], Detector]
F = TypeVar("F", bound=Factory)
FACTORIES: dict[str, Factory] = {}


def register(name: str) -> Callable[[F], F]:
    """Makes a detector available under a name; the decorated thing makes one from a Calibration."""
    if name in TEST_NAMES:
        raise ValueError(f"{name!r} is part of the compiled kernel; choose another name")

    def add(factory: F) -> F:
        FACTORIES[name] = factory
        return factory

    return add


def load_installed() -> None:
    """Imports the detectors that installed packages offer as entry points of "driftline.detectors"."""
    for entry_point in entry_points(group=ENTRY_POINTS):
        entry_point.load()


def known_names() -> set[str]:
    """The kernel's own tests and all registered detectors."""
    return {*TEST_NAMES, *FACTORIES}


def check_names(names: tuple[str, ...]) -> None:
    """Raises ValueError for a name that nobody registered."""
    for name in names:
        if name not in TEST_NAMES and name not in FACTORIES:
            known = ", ".join(sorted(known_names()))
            raise ValueError(f"there is no detector {name!r}; known are {known}")


def watches_means(name: str) -> bool:
    """Whether a detector looks at the mean, not at what else of a distribution may change."""
    return all(test.of == "mean" for test in TESTS if test.name == name)


def applies(name: str, *, rate: bool) -> bool:
    """Whether a detector makes sense for a signal of 0/1 values, or of numbers and categories."""
    return all(test.applies(rate=rate) for test in TESTS if test.name == name)
