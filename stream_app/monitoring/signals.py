"""The signals that a column gives rise to."""

from collections.abc import Iterator
from math import inf

from driftline.detectors import Signal, Transform
from driftline.stream_app.config import SignalPlan
from driftline.stream_app.monitoring.columns import Column, ColumnType
from driftline.stream_app.monitoring.naming import OUTPUT_MARK

VALUE_TRANSFORM = {
    ColumnType.NUMERIC: Transform.VALUE,
    ColumnType.BOOLEAN: Transform.BINARY,
    ColumnType.FLAG: Transform.BINARY,
    ColumnType.CATEGORICAL: Transform.CATEGORY,
}


def signals_of(section: str, column: Column, plan: SignalPlan) -> Iterator[Signal]:
    """What is watched of one column: its values, and how often they are missing, null, odd or extreme."""

    def signal(prefix: str, transform: Transform, subject: str = column.name, cell: int = 0) -> Signal:
        minimum = -inf if plan.min is None else plan.min
        maximum = inf if plan.max is None else plan.max
        return Signal(f"{prefix}:{subject}", column.cell + cell, transform, minimum, maximum, plan.detectors)

    if section == "serving":
        yield signal("serving", Transform.VALUE)
        yield signal("tail", Transform.TAIL)
        return
    is_output = section == "outputs"
    prefix = "feature"
    if is_output:
        prefix = "class" if column.type is ColumnType.CATEGORICAL else "output"
    if column.type is ColumnType.LIST:
        yield signal(prefix, Transform.VALUE, f"{column.name}.length")
        yield signal(prefix, Transform.VALUE, f"{column.name}.norm", cell=1)
    else:
        yield signal(prefix, VALUE_TRANSFORM[column.type])
    subject = OUTPUT_MARK + column.name if is_output else column.name
    yield signal("missing", Transform.MISSING, subject)
    yield signal("type", Transform.WRONG_TYPE, subject)
    if is_output:
        yield signal("null", Transform.NULL)
    if column.type is ColumnType.CATEGORICAL:
        yield signal("unseen", Transform.UNSEEN, subject)
    if column.type is ColumnType.NUMERIC and (plan.min is not None or plan.max is not None):
        yield signal("range", Transform.OUT_OF_RANGE, subject)
