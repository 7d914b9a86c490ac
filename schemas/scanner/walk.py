"""The compiled pass over a batch: along the ways of the layout, from value to value."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.schemas.events import LONGEST_NAME
from driftline.schemas.scanner.compiled import compiled, inlined
from driftline.schemas.scanner.layout import Tables
from driftline.schemas.scanner.values import EMPTY, NULL, NUMBER, SPAN, TEXT, UNFIT, Blob, read_value

ANY, VALUE, FIGURE, STRING, REMARK, NAME, TIME = range(7)  # as in layout.Rule


Spans = NDArray[np.int64]
"""Beginnings and ends [records, 2]."""


class Batch(NamedTuple):
    """Records in a blob that ends with zeros: record i is blob[spans[i, 0]:spans[i, 1]]."""

    blob: Blob
    spans: Spans


class Columns(NamedTuple):
    """What was read: kinds and numbers [slots, rows]; for each row whether it fits and where its outputs are.

    The number of a text is ``begin * SPAN + length``: where it stands in the blob.
    """

    fits: NDArray[np.bool_]
    outputs: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    numbers: NDArray[np.float64]


@inlined
def is_allowed(rule: int, kind: int, length: int, integer: bool) -> bool:
    """Whether a value of this kind and length is what its field has to be."""
    if kind == UNFIT or rule == VALUE or rule == ANY:
        return kind != UNFIT
    if rule == FIGURE:
        return kind == NUMBER or kind == NULL
    if rule == TIME:
        return kind == TEXT or (kind == NUMBER and integer)
    if rule == STRING:
        return kind == TEXT or kind == EMPTY
    if rule == REMARK:
        return kind == EMPTY or (kind == TEXT and length <= LONGEST_NAME)
    return kind == TEXT and length <= LONGEST_NAME


@inlined
def way_from(tables: Tables, state: int, blob: Blob, place: int, end: int) -> int:
    """The way from a state whose text stands here; -1 for none."""
    way = tables.first_way[state]
    while way >= 0:
        begin, length = tables.spans[way, 0], tables.spans[way, 1] - tables.spans[way, 0]
        if place + length <= end and (tables.slots[way] >= 0 or place + length == end):
            index = 0
            while index < length and blob[place + index] == tables.text[begin + index]:
                index += 1
            if index == length:
                return int(way)
        way = tables.next_way[way]
    return -1


@inlined
def walk_record(tables: Tables, batch: Batch, columns: Columns, row: int) -> bool:
    """Reads one record; false when anything about it needs a closer look."""
    blob, place, end = batch.blob, batch.spans[row, 0], batch.spans[row, 1]
    state, opened = 0, 0
    while True:
        way = way_from(tables, state, blob, place, end)
        if way < 0 or opened & tables.opens[way]:
            return False
        opened |= tables.opens[way]
        if tables.outputs[way, 0] >= 0:
            columns.outputs[row, 0] = place + tables.outputs[way, 0]
        if tables.outputs[way, 1] >= 0:
            columns.outputs[row, 1] = place + tables.outputs[way, 1]
        place += tables.spans[way, 1] - tables.spans[way, 0]
        slot = tables.slots[way]
        if slot < 0:
            return bool(opened & tables.required[0] == tables.required[0])
        # A name inside an object that comes twice; names of fields are in opens.
        if columns.kinds[slot, row] != 0:
            return False
        token = read_value(blob, place)
        length = token.end - place - 2
        if token.end > end or not is_allowed(tables.rules[slot], token.kind, length, token.integer):
            return False
        columns.kinds[slot, row] = token.kind
        columns.numbers[slot, row] = SPAN * (place + 1) + length if token.kind == TEXT else token.number
        place = token.end
        state = slot + 1


@compiled
def walk(tables: Tables, batch: Batch, columns: Columns) -> None:
    """Reads all records of a batch."""
    for row in range(len(columns.fits)):
        columns.fits[row] = walk_record(tables, batch, columns, row)
