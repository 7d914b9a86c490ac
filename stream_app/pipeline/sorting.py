"""Sorts the events of a chunk by model, each model's in the order of the records."""

from collections.abc import Callable, Iterator
from operator import itemgetter

from driftline.stream_app.pipeline.chunk import Chunk
from driftline.stream_app.pipeline.shard_model import ModelBatch, Place


def batches_of(
    chunk: Chunk, part: tuple[int, int], order: int, begin: Callable[[str], ModelBatch]
) -> Iterator[ModelBatch]:
    """A batch for each model with events among the records of a part, in the order of their first records.

    ``order`` is that of the chunk's first record, ``begin`` makes an empty batch for a model.
    """
    streams, events = list(chunk.streams(*part)), chunk.take_events()
    if len(streams) == 1 and not events:  # as with one busy model
        batch = begin(streams[0][0])
        batch.take_whole(chunk, streams[0][1], order)
        yield batch
        return
    places: dict[str, list[Place]] = {}
    for model, stream in streams:
        rows = enumerate(stream.rows.tolist())
        places.setdefault(model, []).extend([(place, stream, row) for row, place in rows])
    for place, event in events:
        places.setdefault(event.model, []).append((place, event, 0))
    for each in places.values():
        each.sort(key=itemgetter(0))
    for model in sorted(places, key=lambda name: places[name][0][0]):
        batch = begin(model)
        batch.take(chunk, places[model], order)
        yield batch
