"""The decorator of every compiled function: numba, cached on disk, IEEE arithmetic."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast
from zlib import crc32

import numba
from numba.extending import register_jitable

P = ParamSpec("P")
R = TypeVar("R")

SOURCES = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compiles a function at its first call and keeps the machine code for the next process.

    numba's cache notices a change of the file a function stands in, not of the files it calls; so the name
    under which it caches carries a checksum of all of them.

    The function must not make arrays: references to those it is given are not counted (``_nrt``), which took
    a third of the time.
    """
    function.__qualname__ += f"_{crc32(SOURCES):08x}"
    options: Any = {"cache": True, "no_cfunc_wrapper": True, "_nrt": False}
    return cast("Callable[P, R]", _njit(options, function))


def _njit(options: dict[str, Any], function: Callable[..., Any]) -> Any:
    """Without a cache where there is no folder to keep one in: numba refuses to compile there at all."""
    try:
        return numba.njit(**options)(function)
    except RuntimeError:
        return numba.njit(**options | {"cache": False})(function)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Becomes part of the functions that call it. For Python it stays the plain function that it is.

    LLVM does that: numba's own way (``inline="always"``) copies a function at each call, and compiles every
    copy.
    """
    register = register_jitable(_nrt=False, no_cfunc_wrapper=True, forceinline=True)
    registered: Callable[P, R] = register(function)
    return registered
