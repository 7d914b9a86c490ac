"""The body of an inference as JSON, and the raw tensors that may stand behind it.

Content types say nothing: the logger gives the response that of the request. Neither does the length of the
JSON, which is in a header that the logger drops; so it is found by reading.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import orjson

from driftline.schemas import Reason

# Longer integers need not fit into 64 bits.
LONGEST_INTEGER = 18
_WHERE_IT_ENDS = json.JSONDecoder(parse_int=float)
_BLANK = b" \t\r\n"


class BodyError(ValueError):
    """No predictions can be made of a body; the sentence says why, ``reason`` is that of dead letters."""

    def __init__(self, sentence: str, reason: Reason = Reason.WRONG_TYPE) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.body = b""


@contextmanager
def about(body: bytes) -> Iterator[None]:
    """What is wrong in here is wrong with this body."""
    try:
        yield
    except BodyError as error:
        error.body = body
        raise


class Document(NamedTuple):
    """What a body says: an object, and bytes behind it."""

    fields: dict[str, Any]
    tail: bytes


def document_of(body: bytes) -> Document:
    """Read a body.

    Raises:
        BodyError: it does not begin with a JSON object.
    """
    if not body.strip(_BLANK):
        raise BodyError("The body is empty.", Reason.EMPTY)
    try:
        value, tail = orjson.loads(body), b""
    except orjson.JSONDecodeError:
        value, tail = _with_tail(body)
    if not isinstance(value, dict):
        raise BodyError("The body is JSON, but no object.", Reason.NOT_AN_OBJECT)
    return Document(value, tail)


def _with_tail(body: bytes) -> tuple[Any, bytes]:
    """The JSON that a body begins with, NaN and Infinity in it or not, and what stands behind it."""
    start = len(body) - len(body.lstrip(_BLANK))
    try:
        # As latin-1 a character is a byte; what a text of JSON consists of is the same in UTF-8.
        _, end = _WHERE_IT_ENDS.raw_decode(body.decode("latin-1"), start)
        value = json.loads(body[start:end].decode(), parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise BodyError(f"The body is not JSON: {error}.", Reason.NOT_JSON) from error
    tail = body[end:]
    return value, tail if tail.strip(_BLANK) else b""


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_INTEGER else float(digits)
