"""Records as bytes beside the names of their columns, so that another release finds what it knows of them.

A layout is described by a line of text, `name:format[:shape][@offset]` of each column, in the order in which
they lie; an offset is said where a column does not follow the one before:

    seen:i8 recent:f8:2x6 level:f8
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import prod
from typing import Any, Final

import numpy as np

from driftline.detectors.state.fields import Default, Records

NO_NAMES: Final[Mapping[str, Any]] = {}


class SnapshotError(ValueError):
    """A snapshot that this release cannot continue from: start the bank anew."""


def packed(records: Records) -> dict[str, Any]:
    """Records [rows] as plain values: their layout, how many there are, and their bytes."""
    return {"layout": described(records.dtype), "rows": len(records), "bytes": records.tobytes()}


def unpacked(
    content: Mapping[str, Any],
    dtype: np.dtype[Any],
    what: str,
    formerly: Mapping[str, str] = NO_NAMES,
    defaults: Mapping[str, Default] = NO_NAMES,
) -> Records:
    """Records [rows] in today's layout. Raises SnapshotError, which says of what, for bytes that do not fit.

    A column that today's layout does not have is passed over, one that was missing is its default (or 0), and
    one that was called otherwise (formerly: new name → old name) is found by that.
    """
    is_today = content["layout"] == described(dtype)
    # The very layout, not one like it: numba takes 25 µs in each call to find that two of them are equal.
    layout = dtype if is_today else layout_of(content["layout"])
    rows, data = content["rows"], content["bytes"]
    if len(data) != rows * layout.itemsize:
        given = f"{len(data)} bytes for {rows} rows of {layout.itemsize}"
        raise SnapshotError(f"the {what} of the snapshot are cut short: {given}")
    records = np.frombuffer(data, layout)
    return records.copy() if is_today else moved(records, dtype, formerly, defaults)


def moved(
    records: Records, dtype: np.dtype[Any], formerly: Mapping[str, str], defaults: Mapping[str, Default]
) -> Records:
    """Records of one layout in another. Of tables that have become longer or shorter what both have; a number
    that has become a table is another field.
    """
    found = np.zeros(len(records), dtype)
    there = records.dtype.names or ()
    for name in dtype.names or ():
        source = name if name in there else formerly.get(name, "")
        if source in there and records[source].ndim == found[name].ndim:
            old, new = records[source], found[name]
            both = tuple(slice(min(sides)) for sides in zip(old.shape, new.shape, strict=True))
            new[both] = old[both]
        elif default := defaults.get(name):
            found[name] = default(found) if callable(default) else default
    return found


@lru_cache(maxsize=64)
def described(dtype: np.dtype[Any]) -> str:
    """The description of a layout."""
    return " ".join(_columns(dtype))


def _columns(dtype: np.dtype[Any]) -> Iterator[str]:
    end = 0
    for name in dtype.names or ():
        column, offset = dtype.fields[name][:2]  # type: ignore[index]
        shape = ":" + "x".join(map(str, column.shape)) if column.shape else ""
        yield f"{name}:{column.base.str[1:]}{shape}" + (f"@{offset}" if offset != end else "")
        end = offset + column.itemsize


@lru_cache(maxsize=64)
def layout_of(description: str) -> np.dtype[Any]:
    """The layout again; raises SnapshotError for a text that describes none."""
    names, formats, offsets = [], [], []
    end = size = 0
    try:
        for word in description.split():
            column, _, place = word.partition("@")
            name, kind, *shape = column.split(":")
            sides = tuple(int(side) for side in shape[0].split("x")) if shape else ()
            offset = int(place) if place else end
            end = offset + np.dtype(kind).itemsize * prod(sides)
            size = max(size, end)
            names.append(name)
            formats.append((kind, sides))
            offsets.append(offset)
        return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": size})
    except (TypeError, ValueError) as error:
        raise SnapshotError(f"{description[:60]!r} describes no layout: {error}") from error
