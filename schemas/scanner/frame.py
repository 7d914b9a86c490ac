"""Predictions as columns."""

from collections.abc import Mapping, Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from driftline.schemas.events import DEFAULT_ROLE
from driftline.schemas.scanner.anatomy import Path
from driftline.schemas.scanner.values import SPAN

StreamName = tuple[str, str, str]
"""Model, version and role."""
Rows = NDArray[np.int64]


class Kind(IntEnum):
    """What a value is; ``ABSENT``: the event does not have it. ``EMPTY`` is the string without characters."""

    ABSENT = 0
    NULL = 1
    FALSE = 2
    TRUE = 3
    NUMBER = 4
    TEXT = 5
    EMPTY = 6


# As plain numbers: to compare an array with a member of an enumeration costs more than the comparison.
NUMBER, TEXT = int(Kind.NUMBER), int(Kind.TEXT)


class Frame:
    """A batch of records that were scanned: a row each, a column (slot) for each value that was learned.

    Of rows that do not fit the columns say nothing. Of a column of features, outputs or segments the number
    of a text is its index in ``texts``.
    """

    def __init__(
        self,
        slots: Mapping[Path, int],
        blob: bytes,
        fits: NDArray[np.bool_],
        columns: tuple[NDArray[np.uint8], NDArray[np.float64]],
        outputs: NDArray[np.int64],
    ) -> None:
        self.slots = slots
        self.fits = fits
        self.kinds, self.numbers = columns
        self.times_ms = np.empty(0, np.int64)
        self.texts: dict[int, list[str]] = {}
        self._blob = blob
        self._outputs = outputs

    def part(self, rows: slice) -> "Frame":
        """Rows one behind the other, as a view."""
        columns = self.kinds[:, rows], self.numbers[:, rows]
        part = Frame(self.slots, self._blob, self.fits[rows], columns, self._outputs[rows])
        part.times_ms, part.texts = self.times_ms[rows], self.texts
        return part

    def at(self, rows: Rows) -> "Frame":
        """These rows, in this order."""
        first, count = int(rows[0]), len(rows)
        if rows[-1] - first == count - 1 and bool((np.diff(rows) == 1).all()):
            return self.part(slice(first, first + count))
        columns = self.kinds.take(rows, axis=1), self.numbers.take(rows, axis=1)
        chosen = Frame(self.slots, self._blob, self.fits[rows], columns, self._outputs[rows])
        chosen.times_ms, chosen.texts = self.times_ms[rows], self.texts
        return chosen

    def take_texts(self, slot: int, spans: NDArray[np.int64]) -> None:
        """The different texts of a column stand there in the blob, [texts, 2] beginnings and lengths."""
        blob = self._blob
        self.texts[slot] = [blob[begin : begin + length].decode() for begin, length in spans.tolist()]

    def ids(self) -> list[bytes]:
        """The ids."""
        blob = self._blob
        begins, lengths = np.divmod(self.numbers[self.slots[("id",)]].astype(np.int64), SPAN)
        return [
            blob[begin:end] for begin, end in zip(begins.tolist(), (begins + lengths).tolist(), strict=True)
        ]

    def outputs(self) -> list[bytes]:
        """The outputs as they were written: an object, or nothing."""
        blob = self._blob
        return [blob[begin:end] for begin, end in self._outputs.tolist()]

    def segments(self) -> dict[str, Rows]:
        """The rows of each segment, as ``name=value``; empty texts are none."""
        found: dict[str, Rows] = {}
        for path, slot in self.slots.items():
            if path[0] != "segments" or len(path) != 2:
                continue
            for text, places in self._texts_of(slot).items():
                found[f"{path[1]}={text}"] = places
        return found

    def values_of(self, path: Path) -> dict[str, Rows]:
        """The rows of each value at a path, as text; none of null and "".

        A text is itself, a number as `text_of` writes it, a truth value ``true`` or ``false``.
        """
        slot = self.slots.get(path)
        if slot is None:
            return {}
        kinds = self.kinds[slot]
        found = self._texts_of(slot)
        found |= {
            text_of(kind is Kind.TRUE): np.flatnonzero(kinds == kind)
            for kind in (Kind.FALSE, Kind.TRUE)
            if (kinds == kind).any()
        }
        places = np.flatnonzero(kinds == NUMBER)
        numbers = self.numbers[slot, places]
        for number in np.unique(numbers).tolist():
            text, same = text_of(number), places[numbers == number]
            found[text] = np.union1d(found[text], same) if text in found else same
        return found

    def _texts_of(self, slot: int) -> dict[str, Rows]:
        """The rows of each text of a column."""
        places = np.flatnonzero(self.kinds[slot] == TEXT)
        codes = self.numbers[slot, places].astype(np.int64)
        return {self.texts[slot][code]: places[codes == code] for code in np.unique(codes).tolist()}

    def streams(self) -> tuple[list[StreamName], Rows]:
        """The streams that the rows which fit belong to, and of each row which; -1 where it does not fit."""
        names: list[Sequence[str]] = []
        codes = np.zeros(len(self.fits), np.int64)
        for field in ("model", "version", "role"):
            slot = self.slots.get((field,))
            values = [*(self.texts[slot] if slot is not None else ()), DEFAULT_ROLE]
            column: Rows | int = len(values) - 1
            if slot is not None:
                known = self.fits & (self.kinds[slot] == TEXT)
                column = np.where(known, self.numbers[slot], len(values) - 1).astype(np.int64)
            codes = codes * len(values) + column
            names.append(values)
        codes[~self.fits] = -1
        found, places = np.unique(codes, return_inverse=True)
        unfit = int(len(found) > 0 and found[0] < 0)
        return [_stream(code, names) for code in found[unfit:].tolist()], places - unfit


def text_of(value: object) -> str:
    """A value as a text: ``DE``, ``3`` of 3.0, ``true``; empty for what has none (null, a list)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, int | float) else ""


def _stream(code: int, names: Sequence[Sequence[str]]) -> StreamName:
    models, versions, roles = names
    code, role = divmod(code, len(roles))
    model, version = divmod(code, len(versions))
    return models[model], versions[version], roles[role]
