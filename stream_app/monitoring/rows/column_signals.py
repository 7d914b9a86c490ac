"""The signals that a column gives rise to."""

from collections.abc import Iterator
from math import inf
from sys import intern

from driftline.detectors import Signal, Transform
from driftline.stream_app.config import SignalPlan
from driftline.stream_app.monitoring.rows.column_types import LISTS, ColumnType
from driftline.stream_app.monitoring.rows.columns import Column
from driftline.stream_app.monitoring.signals.naming import LIST_INDEX, LIST_PARTS, UNSEEN

VALUE_TRANSFORM = {
    ColumnType.NUMERIC: Transform.VALUE,
    ColumnType.FIGURE: Transform.VALUE,
    ColumnType.BOOLEAN: Transform.BINARY,
    ColumnType.FLAG: Transform.BINARY,
    ColumnType.CATEGORICAL: Transform.CATEGORY,
}


def signals_of(section: str, column: Column, plan: SignalPlan) -> Iterator[Signal]:
    """What is watched of a column: its values first, then how often they are missing, null, odd, extreme."""

    def signal(prefix: str, transform: Transform, cell: int = 0) -> Signal:
        minimum = -inf if plan.min is None else plan.min
        maximum = inf if plan.max is None else plan.max
        name = intern(f"{prefix}:{column.name}")  # versions and segments of a model have the same
        return Signal(name, column.cell + cell, transform, minimum, maximum, plan.detectors)

    if section == "serving":
        yield signal("serving", Transform.VALUE)
        yield signal("tail", Transform.TAIL)
        return
    is_output = section == "outputs"
    mark = "_output" if is_output else ""
    if column.type in LISTS:
        for cell, part in enumerate(LIST_PARTS):
            yield signal(part + mark, Transform.VALUE, cell)
        if column.type is ColumnType.LIST:
            yield signal(LIST_INDEX + mark, Transform.CATEGORY, len(LIST_PARTS))
    else:
        is_class = is_output and column.type is ColumnType.CATEGORICAL
        prefix = "class" if is_class else "output" if is_output else "feature"
        yield signal(prefix, VALUE_TRANSFORM[column.type])
    yield signal("missing" + mark, Transform.MISSING)
    yield signal("type" + mark, Transform.WRONG_TYPE)
    if is_output:
        yield signal("null", Transform.NULL)
    if column.type is ColumnType.CATEGORICAL:
        yield signal(UNSEEN + mark, Transform.UNSEEN)
    is_bounded = plan.min is not None or plan.max is not None
    if is_bounded and VALUE_TRANSFORM.get(column.type) is Transform.VALUE:
        yield signal("range" + mark, Transform.OUT_OF_RANGE)


def lasts(signal: Signal) -> bool:
    """Whether a signal means the same whatever the type of its column is."""
    return signal.transform in (Transform.MISSING, Transform.NULL)
