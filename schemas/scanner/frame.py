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

    def take_texts(self, slot: int, spans: NDArray[np.int64]) -> None:
        """The different texts of a column stand there in the blob, [texts, 2] beginnings and lengths."""
        blob = self._blob
        self.texts[slot] = [blob[begin : begin + length].decode() for begin, length in spans.tolist()]

    def ids(self, rows: Rows) -> list[bytes]:
        """The ids in these rows."""
        blob = self._blob
        begins, lengths = np.divmod(self.numbers[self.slots[("id",)], rows].astype(np.int64), SPAN)
        return [
            blob[begin:end] for begin, end in zip(begins.tolist(), (begins + lengths).tolist(), strict=True)
        ]

    def outputs(self, rows: Rows) -> list[bytes]:
        """The outputs in these rows as they were written: an object, or nothing."""
        blob = self._blob
        return [blob[begin:end] for begin, end in self._outputs[rows].tolist()]

    def segments(self, rows: Rows) -> dict[str, NDArray[np.int64]]:
        """Of each segment in these rows the places among them, as ``name=value``; empty texts are none."""
        found: dict[str, NDArray[np.int64]] = {}
        for path, slot in self.slots.items():
            if path[0] != "segments" or len(path) != 2:
                continue
            for text, places in self._texts_of(slot, rows).items():
                found[f"{path[1]}={text}"] = places
        return found

    def values_of(self, path: Path, rows: Rows) -> dict[str, NDArray[np.int64]]:
        """Of each value at a path in these rows, as text, the places among them; none of null and "".

        A text is itself, a number as `text_of` writes it, a truth value ``true`` or ``false``.
        """
        slot = self.slots.get(path)
        if slot is None:
            return {}
        kinds = self.kinds[slot, rows]
        found = self._texts_of(slot, rows)
        found |= {
            text_of(kind is Kind.TRUE): np.flatnonzero(kinds == kind)
            for kind in (Kind.FALSE, Kind.TRUE)
            if (kinds == kind).any()
        }
        places = np.flatnonzero(kinds == Kind.NUMBER)
        numbers = self.numbers[slot, rows[places]]
        for number in np.unique(numbers).tolist():
            text, same = text_of(number), places[numbers == number]
            found[text] = np.union1d(found[text], same) if text in found else same
        return found

    def _texts_of(self, slot: int, rows: Rows) -> dict[str, NDArray[np.int64]]:
        """Of each text of a column in these rows the places among them."""
        places = np.flatnonzero(self.kinds[slot, rows] == Kind.TEXT)
        codes = self.numbers[slot, rows[places]].astype(np.int64)
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
                known = self.fits & (self.kinds[slot] == Kind.TEXT)
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
