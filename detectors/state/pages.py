"""Arrays that are large for a while: in pages of their own, which go back to the system with them.

What a signal learns from takes 40 kB until it is armed, all of which is free again some minutes after a model
has begun. From the heap that would not go back: glibc's malloc takes arrays from it that are as large as one
it had to give back before (M_MMAP_THRESHOLD grows up to 32 MB), and between them lies what stays. Measured
(`python -m benchmarks.memory`): 20 kB a signal that stayed resident for nobody.

And pages that nobody has written to are not there: half of a buffer is seldom used.
"""

import mmap
from contextlib import suppress
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

BYTES_MIN = 1 << 15  # judged: of smaller ones the rounding up to pages of 4 kB would count
PRIVATE: Final[dict[str, int]] = (
    {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
)


def zeros(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """An array of zeros; a large one in pages of its own, unless the system has no more maps to give."""
    size = prod(shape) * dtype.itemsize
    if size >= BYTES_MIN:
        with suppress(OSError):
            return np.frombuffer(mmap.mmap(-1, size, **PRIVATE), dtype).reshape(shape)
    return np.zeros(shape, dtype)


def picked(array: NDArray[Any], rows: NDArray[np.intp]) -> NDArray[Any]:
    """Some rows of an array [rows, …] in a new one, behind the first, which belongs to nobody."""
    found = zeros((1 + len(rows), *array.shape[1:]), array.dtype)
    np.take(array, rows, axis=0, out=found[1:], mode="clip")  # any other mode takes them to a copy first
    return found
