"""Sorts what a chunk holds by model, each model's in the order of the records."""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple, Protocol

import numpy as np

from driftline.stream_app.monitoring.refusals import Example
from driftline.stream_app.monitoring.rows.runs import ScannedStream
from driftline.stream_app.pipeline.chunk import Chunk
from driftline.stream_app.pipeline.entries import Lapse, Refusal, Times
from driftline.stream_app.pipeline.shard_model import ModelBatch, Place

MINUTE_MS = 60_000


class Shelf(Protocol):
    """Where the models are."""

    def begin(self, model: str) -> ModelBatch:
        """An empty batch for a model."""

    def begin_refused(self, model: str) -> ModelBatch:
        """The same where nothing but refused records name the model."""

    def wakeful(self, now_ms: int) -> list[str]:
        """The models that have something to look at by this time of the partition."""


class Minutes(NamedTuple):
    """The records of a chunk with which a minute of the partition's time began.

    lapses: their places, ascending. matter: whether anything could fall due among models that are heard.
    """

    lapses: list[tuple[int, Lapse, int]]
    matter: bool


def minutes_of(times: Times, before_ms: int, order: int, shortest_ms: int) -> Minutes:
    """``before_ms`` is the partition's time before the chunk, ``order`` that of its first record.

    ``shortest_ms``: nothing falls due sooner after it was heard.
    """
    arrived_ms = times.arrived_ms
    first, last = int(arrived_ms[0]), int(arrived_ms[-1])
    if last // MINUTE_MS == before_ms // MINUTE_MS:
        return Minutes([], False)
    numbers = arrived_ms // MINUTE_MS
    begins = np.flatnonzero(np.diff(numbers, prepend=before_ms // MINUTE_MS) > 0).tolist()
    lapses = [(place, Lapse(int(arrived_ms[place]), order + place), -1) for place in begins]
    return Minutes(lapses, last - first >= shortest_ms)


def batches_of(chunk: Chunk, order: int, minutes: Minutes, shelf: Shelf) -> Iterator[ModelBatch]:
    """A batch for each model with something in a chunk, in the order of their first records.

    ``order`` is that of the chunk's first record.
    """
    streams = streams_of(chunk)
    others = others_of(chunk, order)
    wakeful = shelf.wakeful(minutes.lapses[-1][1].now_ms) if minutes.lapses else []
    heard = streams.keys() | {event.model for event in chunk.events.values()}
    firsts = dict.fromkeys(wakeful, minutes.lapses[0][0] if minutes.lapses else 0)
    firsts |= {model: min(place for place, *_ in places) for model, places in others.items()}
    for model, rows_of in streams.items():
        first = min(int(stream.rows[0]) for stream in rows_of)
        firsts[model] = min(first, firsts[model]) if model in others else first
    for model in sorted(firsts, key=firsts.__getitem__):
        lapses = minutes.lapses if minutes.matter or model in wakeful else []
        batch = shelf.begin(model) if model in heard or model in wakeful else shelf.begin_refused(model)
        theirs = streams.get(model, [])
        if len(theirs) == 1 and model not in others and not batch.is_restored:
            batch.take_whole(theirs[0], lapses, order)
        else:
            batch.take(chunk, merged(theirs, [*others.get(model, []), *lapses]), order)
        yield batch


def streams_of(chunk: Chunk) -> dict[str, list[ScannedStream]]:
    """The scanned streams of each model."""
    streams: dict[str, list[ScannedStream]] = {}
    for model, stream in chunk.streams():
        streams.setdefault(model, []).append(stream)
    return streams


def others_of(chunk: Chunk, order: int) -> dict[str, list[Place]]:
    """By model what was not scanned of it, and where that stands in the chunk."""
    places: dict[str, list[Place]] = {}
    for place, event in chunk.events.items():
        places.setdefault(event.model, []).append((place, event, 0))
    for place, refused in chunk.refused.items():
        if refused.model:
            topic, offset = chunk.coordinates[place]
            reason, sentence = refused.rejection
            refusal = Refusal(Example(reason, sentence, topic, offset), order + place)
            places.setdefault(refused.model, []).append((place, refusal, 0))
    return places


def merged(streams: list[ScannedStream], others: Sequence[Place]) -> list[Place]:
    """Rows of streams and other things in the order of their places; a lapse comes before the event there."""
    rows = [(place, stream, row) for stream in streams for row, place in enumerate(stream.rows.tolist())]
    return sorted([*rows, *others], key=itemgetter(0, 2))
