"""What is watched of a list of numbers: its length, its norm, a few projections, and where its maximum is.

The norm says nothing of an embedding that turns, so four projections are watched beside it: the sum of the
numbers, each with a sign that is drawn once and for all, over the root of their count. What a turn adds to a
list of numbers shows in each of them as a normal number of that size (W. B. Johnson and J. Lindenstrauss,
1984; with signs: D. Achlioptas, J. Comput. Syst. Sci. 66, 2003). One projection sees less than a quarter of
it with probability 0.2, all four with 0.2**4 = 0.0015; with two that would be 0.04, and each further one is
a signal that takes its part of the budget of false alarms.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from driftline.stream_app.monitoring.rows.categories import MISSING_CELL, WRONG_TYPE_CELL
from driftline.stream_app.monitoring.rows.column_types import LONGEST_INDEXED
from driftline.stream_app.monitoring.signals.naming import LIST_PARTS, PROJECTIONS

# Longer lists use the signs again from the first on. 4 × 4,096 signs of a byte are 16 KB a name, and those of
# 256 names are remembered: 4 MB.
SIGNS = 4096
NAMES_REMEMBERED = 256
# Numbers that are worked on at once: 8 MB, twice.
NUMBERS_AT_ONCE = 1 << 20
Cells = NDArray[np.float64]


@lru_cache(maxsize=NAMES_REMEMBERED)
def signs_of(name: str) -> NDArray[np.int8]:
    """The signs of the projections [PROJECTIONS, SIGNS] of lists of this name, the same everywhere."""
    words = [
        [xxh3_64_intdigest(f"{place} {word} {name}".encode()) for word in range(SIGNS // 64)]
        for place in range(PROJECTIONS)
    ]
    bits = np.unpackbits(np.array(words, "<u8").view(np.uint8), axis=1, bitorder="little")
    return (2 * bits.astype(np.int8) - 1).astype(np.int8)


def cells_of_lists(
    name: str, values: Sequence[Any], other: Callable[[Any], float], code: Callable[[object], float] | None
) -> Cells:
    """The cells [values, parts] of a column of lists: the numbers of LIST_PARTS, and the code of the index.

    ``other`` gives the cell of what is no list; ``code`` that of an index as text, None where it is not
    watched. A list without numbers, or one too long for it, has no index. The same values give the same bits,
    whatever stands beside them.
    """
    cells = np.full((len(values), len(LIST_PARTS) + (code is not None)), MISSING_CELL)
    by_length: dict[int, list[int]] = {}
    for place, value in enumerate(values):
        if type(value) is list:
            by_length.setdefault(len(value), []).append(place)
        else:
            cells[place] = WRONG_TYPE_CELL if type(value) is float else other(value)
    indices: dict[int, int] = {}
    for length, places in by_length.items():
        step = max(NUMBERS_AT_ONCE // max(length, 1), 1)
        for start in range(0, len(places), step):
            part = places[start : start + step]
            lists = np.array([values[place] for place in part], np.float64).reshape(len(part), length)
            cells[part, : len(LIST_PARTS)] = numbers_of(name, lists)
            if code is not None and 0 < length <= LONGEST_INDEXED:
                indices |= zip(part, lists.argmax(axis=1).tolist(), strict=True)
    if code is not None:
        for place in sorted(indices):  # codes are given in the order of the events
            cells[place, -1] = code(str(indices[place]))
    return cells


def numbers_of(name: str, lists: Cells) -> Cells:
    """Length, norm and projections [lists, LIST_PARTS] of lists [lists, length]; missing where they overflow.

    Not by a product of matrices: the last bits of that depend on how many lists there are.
    """
    count, length = lists.shape
    numbers = np.zeros((count, len(LIST_PARTS)))
    numbers[:, 0] = length
    if length:
        signs = np.tile(signs_of(name), -(-length // SIGNS))
        with np.errstate(over="ignore", invalid="ignore"):
            numbers[:, 1] = np.sqrt((lists * lists).sum(axis=1))
            for place in range(PROJECTIONS):
                sums = (lists * signs[place, :length].astype(np.float64)).sum(axis=1)
                numbers[:, 2 + place] = sums / np.sqrt(length)
    return np.where(np.abs(numbers) < inf, numbers, MISSING_CELL)
