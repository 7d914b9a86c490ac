"""Sorts what a chunk holds by model, each model's in the order of the records."""

from collections.abc import Iterator
from operator import itemgetter
from typing import NamedTuple, Protocol

import numpy as np

from driftline.stream_app.monitoring.refusals import Example
from driftline.stream_app.monitoring.runs import ScannedStream
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
    streams = list(chunk.streams())
    wakeful = shelf.wakeful(minutes.lapses[-1][1].now_ms) if minutes.lapses else []
    if len(streams) == 1 and not (chunk.events or chunk.refused or wakeful or minutes.matter):
        batch = shelf.begin(streams[0][0])  # as with one busy model
        batch.take_whole(chunk, streams[0][1], order)
        yield batch
        return
    places = places_of(chunk, streams, order)
    for model in {*wakeful, *(places if minutes.matter else ())}:
        places.setdefault(model, []).extend(minutes.lapses)
    heard = {model for model, _ in streams} | {event.model for event in chunk.events.values()}
    for each in places.values():
        each.sort(key=itemgetter(0, 2))
    for model in sorted(places, key=lambda name: first_of(places[name])):
        known = model in heard or model in wakeful
        batch = shelf.begin(model) if known else shelf.begin_refused(model)
        batch.take(chunk, places[model], order)
        yield batch


def first_of(places: list[Place]) -> int:
    """The first record that is the model's own, if any is: the order in which models are known by theirs."""
    return next((place for place, _, row in places if row >= 0), places[0][0])


def places_of(chunk: Chunk, streams: list[tuple[str, ScannedStream]], order: int) -> dict[str, list[Place]]:
    """By model: what of it stands where in a chunk."""
    places: dict[str, list[Place]] = {}
    for model, stream in streams:
        rows = enumerate(stream.rows.tolist())
        places.setdefault(model, []).extend([(place, stream, row) for row, place in rows])
    for place, event in chunk.events.items():
        places.setdefault(event.model, []).append((place, event, 0))
    for place, refused in chunk.refused.items():
        if refused.model:
            topic, offset = chunk.coordinates[place]
            reason, sentence = refused.rejection
            refusal = Refusal(Example(reason, sentence, topic, offset), order + place)
            places.setdefault(refused.model, []).append((place, refusal, 0))
    return places
