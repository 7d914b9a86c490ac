"""The rows of a request or response: names and values, one dictionary a prediction.

V1: ``{"instances": […]}`` or ``{"inputs": […]}`` → ``{"predictions": […]}``, rows being objects, lists or
single values. V2: tensors whose first dimension counts the rows.
"""

from collections.abc import Sequence
from math import isfinite
from typing import Any, Final, NamedTuple, TypeGuard

from driftline.schemas import Reason
from driftline.stream_app.gateway.kserve.document import BodyError, Document
from driftline.stream_app.gateway.kserve.tensors import LONGEST_LIST, Tensor, tensors_of

ROWS_MAX: Final = 10_000
"""Predictions of one call: at 150 bytes each beside their values 1.5 MB."""
CONFIDENCE: Final = "confidence"

Row = dict[str, Any]


class Names(NamedTuple):
    """What names the values of a list: columns one by one, or classes whose scores they are."""

    columns: Sequence[str] = ()
    classes: Sequence[str] = ()


class Rows(NamedTuple):
    """What one half says of each prediction, and how many columns no values could be made of.

    ``constant`` holds for every row: what a batch has but once.
    """

    rows: list[Row]
    constant: Row
    left_out: int


def request_rows(document: Document, names: Names) -> Rows:
    """The features.

    Raises:
        BodyError: the request is of neither protocol, or contradicts itself.
    """
    fields = document.fields
    inputs = fields.get("inputs")
    if _are_tensors(inputs):
        return _rows_of_tensors(tensors_of(inputs, document.tail), names)
    instances = fields.get("instances", inputs)
    if not isinstance(instances, list):
        raise BodyError("The request has neither instances (V1) nor inputs: an inference has either.")
    return _rows_of_values(instances, "input", names)


def response_rows(document: Document, names: Names) -> Rows:
    """The outputs.

    Raises:
        BodyError: the response is of neither protocol, or contradicts itself.
    """
    outputs = document.fields.get("outputs")
    if _are_tensors(outputs):
        return _rows_of_tensors(tensors_of(outputs, document.tail), names)
    predictions = document.fields.get("predictions", outputs)
    if not isinstance(predictions, list):
        raise BodyError("The response has neither predictions (V1) nor outputs (V2): an answer has either.")
    return _rows_of_values(predictions, "prediction", names)


def agreed(request: Rows, response: Rows) -> list[tuple[Row, Row]]:
    """Features and outputs of each prediction.

    Raises:
        BodyError: the halves are of different length.
    """
    inputs, outputs = len(request.rows), len(response.rows)
    if inputs != outputs:
        raise BodyError(
            f"The request has {inputs} rows and the response {outputs}: which belongs to which is not known."
        )
    return [
        ({**request.constant, **features}, {**response.constant, **said})
        for features, said in zip(request.rows, response.rows, strict=True)
    ]


def _are_tensors(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list) and any(isinstance(each, dict) and "datatype" in each for each in value)


def _check_count(count: int) -> None:
    if count > ROWS_MAX:
        raise BodyError(
            f"The call has {count} rows: at most {ROWS_MAX} of a call are taken.", Reason.TOO_LARGE
        )


def _rows_of_values(values: list[Any], name: str, names: Names) -> Rows:
    _check_count(len(values))
    rows: list[Row] = []
    left_out = 0
    for value in values:
        row: Row = {}
        entries = value.items() if isinstance(value, dict) else [(name, value)]
        for column, each in entries:
            # A bare row is what feature names are for; a list inside an object has a name already.
            spread = _spread(column, each, names._replace(columns=()) if isinstance(value, dict) else names)
            left_out += spread is None
            row |= spread or {}
        rows.append(row)
    return Rows(rows, {}, left_out)


def _rows_of_tensors(tensors: list[Tensor], names: Names) -> Rows:
    counts = {tensor.rows for tensor in tensors}
    per_row = counts - {1} or {1}
    if len(per_row) > 1:
        sizes = ", ".join(f"{tensor.name} {list(tensor.shape)}" for tensor in tensors)
        raise BodyError(f"The tensors have different numbers of rows: {sizes[:500]}.")
    (count,) = per_row
    _check_count(count)
    rows: list[Row] = [{} for _ in range(count)]
    constant: Row = {}
    left_out = 0
    for tensor in tensors:
        parts = _parts(tensor)
        targets = rows if tensor.rows == count else [constant]
        usable = 0
        for row, part in zip(targets, parts or (), strict=False):
            spread = _spread(tensor.name, part, names)
            usable += spread is not None
            row.update(spread or {})
        left_out += not usable and count > 0
    return Rows(rows, constant, left_out)


def _parts(tensor: Tensor) -> list[Any] | None:
    """A tensor's value of each row: one by itself, or a list."""
    if tensor.values is None:
        return None
    width = tensor.width
    if width == 1:
        return tensor.values
    return [tensor.values[place * width : (place + 1) * width] for place in range(tensor.rows)]


def _spread(name: str, value: Any, names: Names) -> Row | None:
    """The columns that a value of a row becomes; None: it becomes none."""
    if isinstance(value, dict):
        return None
    if not isinstance(value, list):
        return {name: value}
    if value and len(value) == len(names.columns) and not any(isinstance(each, list) for each in value):
        return dict(zip(names.columns, value, strict=True))
    flat = _numbers(value)
    if flat is None:
        return None
    if flat and len(flat) == len(names.classes) and all(each is not None and isfinite(each) for each in flat):
        best = max(range(len(flat)), key=flat.__getitem__)
        return {name: names.classes[best], CONFIDENCE: flat[best]}
    return {name: flat}


def _numbers(value: list[Any]) -> list[Any] | None:
    """A list of numbers, however deep it is nested; None: it is none, or longer than what becomes a list."""
    while any(isinstance(each, list) for each in value):
        if not all(isinstance(each, list) for each in value):
            return None
        value = [each for part in value for each in part]
    fits = len(value) <= LONGEST_LIST and all(
        each is None or (isinstance(each, int | float) and not isinstance(each, bool)) for each in value
    )
    return value if fits else None
