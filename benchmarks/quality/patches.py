"""Patches of the detectors: another constant or function under a name of theirs, before anything is compiled.

numba freezes what a compiled function reads and calls when it is compiled, at its first call. So a patch is
made in a fresh process, after the detectors are imported and before they are used; what patches a kernel has
a folder of compiled code of its own. Production code knows nothing of it.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

PACKAGE = "driftline.detectors"
KERNELS = ("kernels.", "evidence.", "engine.loop.", "state.lanes.")


class Patch(NamedTuple):
    """`path` is a name of the detectors, such as kernels.scores.CLIP; `make` gets what it is, and says what
    it shall be.

    here: only where the path says; else wherever it was imported to as well.
    """

    path: str
    make: Callable[[Any], Any]
    here: bool = False

    @property
    def is_kernel(self) -> bool:
        """Whether compiled code is another with it."""
        return self.path.startswith(KERNELS)

    def place(self) -> tuple[ModuleType, str]:
        """The module and the name in it. Raises AttributeError where there is no such name."""
        module_name, name = self.path.rsplit(".", 1)
        module = import_module(f"{PACKAGE}.{module_name}")
        getattr(module, name)
        return module, name

    def apply(self) -> None:
        """Puts it in place, for good: in this process there is no way back."""
        module, name = self.place()
        before = getattr(module, name)
        after = self.make(before)
        for where in [module] if self.here else modules_of_detectors():
            if vars(where).get(name) is before:
                setattr(where, name, after)


def constant(path: str, value: Any, *, here: bool = False) -> Patch:
    """A constant that has another value."""
    return Patch(path, lambda _: value, here)


def times(path: str, factor: float) -> Patch:
    """A constant, or each of several, that is so many times as large; whole numbers stay whole."""
    return Patch(path, lambda before: scaled(before, factor))


def scaled(value: Any, factor: float) -> Any:
    """A number, a tuple, an array or a dictionary of numbers, times a factor."""
    if isinstance(value, dict):
        return {key: scaled(each, factor) for key, each in value.items()}
    if isinstance(value, tuple):
        return tuple(scaled(each, factor) for each in value)
    if isinstance(value, np.ndarray):
        return (value * factor).astype(value.dtype)
    return max(round(value * factor), 1) if isinstance(value, int) else value * factor


def modules_of_detectors() -> list[ModuleType]:
    """Those that are imported."""
    named = list(sys.modules.items())
    return [module for name, module in named if name == PACKAGE or name.startswith(f"{PACKAGE}.")]
