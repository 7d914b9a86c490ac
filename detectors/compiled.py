"""The decorators of what numba compiles: IEEE arithmetic, machine code kept on disk.

Compiling is what a newcomer waits for. More than half of it went into what nobody calls: a way into each
function from Python and one from C, and its machine code on disk beside that of each function it is part of.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast
from zlib import crc32

import numba
from numba.extending import register_jitable

P = ParamSpec("P")
R = TypeVar("R")

FOLDERS = ("engine", "evidence", "kernels", "state")
SOURCES = b"".join(
    path.read_bytes() for name in FOLDERS for path in sorted((Path(__file__).parent / name).glob("*.py"))
)


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """Compiles a function as part of what calls it. For Python it stays the plain function that it is.

    The function must not make arrays or lists, nor copy one part of an array to another: references to what
    it is given are not counted (``_nrt``), which took a tenth of the time.
    """
    registered: Callable[P, R] = register_jitable(_nrt=False, no_cfunc_wrapper=True)(function)
    return registered


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The same for what Python calls: compiled at the first call, and kept for the next process.

    numba's cache notices a change of the file a function stands in, not of the files it calls; so the name
    under which it caches carries a checksum of all kernels. `NUMBA_DISABLE_JIT=1` runs them as plain
    Python.
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
