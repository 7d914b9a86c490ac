"""Words about incidents, as a bridge reads them."""

from typing import Any

from driftline.schemas import cloud_event_headers, encode_alert
from driftline.stream_app.bridges.words import Letter, read_word
from tests.examples.programs import alert


def letter(sequence: int, status: str = "firing", **other: Any) -> Letter:
    """The n-th word about the first incident, unless told otherwise."""
    record = alert(sequence, status, **other)
    word = read_word(encode_alert(record))
    assert word is not None
    return Letter(word, encode_alert(record), tuple(cloud_event_headers(record)), 1_796_000_000_000)
