"""From a pair to predictions: one for each row of the batch."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from driftline.schemas import LONGEST_NAME, Prediction, Reason, Rejection, decode
from driftline.stream_app.client.encoding import encode_event
from driftline.stream_app.config import InferenceLogPlan, KServeSettings
from driftline.stream_app.gateway.kserve.document import BodyError, Document, about, document_of
from driftline.stream_app.gateway.kserve.pairing import Pair
from driftline.stream_app.gateway.kserve.rows import Names, agreed, request_rows, response_rows

UNKNOWN_VERSION: Final = "unknown"
CALL_BYTES_MAX: Final = 16_000_000
"""What one call may become: a tensor that a batch has but once stands in each of its predictions."""


class Made(NamedTuple):
    """What became of a row: the prediction and its bytes, or the bytes and why they are none."""

    event: Prediction | Rejection
    value: bytes


class Predictions(NamedTuple):
    """What became of a pair.

    left_out: columns and values that no event can have. versioned: whether anything named a version.
    """

    model: str
    made: list[Made]
    left_out: int
    versioned: bool


def predictions_of(pair: Pair, settings: KServeSettings, now_ms: int) -> Predictions:
    """Each row of the batch as a prediction. Rows of a batch are numbered from 0: ``<id>/<row>``.

    The id is that of the request, else of the response (a server that makes one up tells its client), else
    the event's. Feedback names the same.

    Raises:
        BodyError: nothing can be made of the pair.
    """
    with about(pair.request.body):
        request = document_of(pair.request.body)
    with about(pair.response.body):
        response = document_of(pair.response.body)
    model = pair.request.model or named(response.fields.get("model_name")) or ""
    plan = settings.models.get(model, InferenceLogPlan())
    with about(pair.request.body):
        features = request_rows(request, Names(columns=plan.feature_names))
    with about(pair.response.body):
        outputs = response_rows(response, Names(classes=plan.classes))
        rows = agreed(features, outputs)
    version = version_of(pair, response, settings.version_annotation)
    lost: list[str] = []
    common: dict[str, Any] = {"type": "prediction", "model": model, "version": version or UNKNOWN_VERSION}
    common |= {"time": pair.request.time_ms, "role": pair.request.role}
    made: list[Made] = []
    size = 0
    for identity, (feature, output) in zip(ids_of(pair, request, response, len(rows)), rows, strict=True):
        event = {**common, "id": identity, "features": feature, "outputs": output}
        value = encode_event(event, lambda place, _: lost.append(place))
        made.append(Made(_decoded(value, now_ms), value))
        size += len(value)
        if size > CALL_BYTES_MAX:
            raise _too_large(pair.request.body, len(made), len(rows))
    left_out = features.left_out + outputs.left_out + len(lost)
    return Predictions(model, made, left_out, version is not None)


def ids_of(pair: Pair, request: Document, response: Document, count: int) -> Iterator[str]:
    """The ids of the rows; a row that is alone has the plain one."""
    own = named(request.fields.get("id")) or named(response.fields.get("id")) or pair.request.id
    yield from [own] if count == 1 else (f"{own}/{row}" for row in range(count))


def version_of(pair: Pair, response: Document, annotation: str | None) -> str | None:
    """The model's version: as the response says, else as the annotation does; None: nothing does."""
    annotations = {**pair.response.annotations, **pair.request.annotations}
    annotated = annotations.get(annotation) if annotation is not None else None
    return named(response.fields.get("model_version")) or named(annotated)


def named(value: Any) -> str | None:
    """A name as text, numbers too; None: it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    return text if 0 < len(text) <= LONGEST_NAME else None


def _too_large(body: bytes, made: int, rows: int) -> BodyError:
    sentence = f"{made} of {rows} rows make more than {CALL_BYTES_MAX} bytes of predictions: batch less."
    error = BodyError(sentence, Reason.TOO_LARGE)
    error.body = body
    return error


def _decoded(value: bytes, now_ms: int) -> Prediction | Rejection:
    event = decode(value, now_ms)
    if isinstance(event, Rejection):
        return event
    assert isinstance(event, Prediction)
    return event
