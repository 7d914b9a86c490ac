"""What a model gets from a chunk of records."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.schemas import Control, Feedback, Serving
from driftline.stream_app.monitoring.refusals import Example
from driftline.stream_app.monitoring.rows.runs import Run, ScannedRun
from driftline.stream_app.monitoring.traffic.cadence import DAY_MS, GAP_MS


class Lapse(NamedTuple):
    """Time went on in the partition, whether or not the model was heard; ``order`` is that of the record."""

    now_ms: int
    order: int


class Refusal(NamedTuple):
    """A record of the model could not be used; ``order`` is that of the record."""

    example: Example
    order: int


Entry = tuple[Run | Feedback | Serving | Control | Lapse | Refusal, int, int]
"""A run of predictions, or something else with its offset and its place in the chunk."""


class Times(NamedTuple):
    """Of the records of a chunk [records].

    clock_ms: the event times that move a model's clock. arrived_ms: the time of the partition. voting: the
    records that are ahead of it; None: none is.
    """

    clock_ms: NDArray[np.int64]
    arrived_ms: NDArray[np.int64]
    voting: NDArray[np.bool_] | None


def joined(entries: Iterable[Entry], times: Times, next_ms: Callable[[], float]) -> Iterator[Entry]:
    """The entries without lapses of time before which there is nothing to look at; runs that only these kept
    apart are one, unless it were so long that there could be a silence in it.

    ``next_ms`` says from when on there is something to look at, if nothing more comes.
    """
    before: Entry | None = None
    until_ms = 0.0
    for entry in entries:
        event, last = entry[0], before[0] if before is not None else None
        if before is not None and isinstance(last, ScannedRun):
            if isinstance(event, Lapse) and event.now_ms < until_ms:
                continue
            if isinstance(event, ScannedRun) and last.goes_on_in(event) and are_near(last, event, times):
                before = (ScannedRun(last.source, last.start, event.stop), *before[1:])
                continue
        if before is not None:
            yield before
        before = entry
        if isinstance(event, ScannedRun) and times.voting is None:
            until_ms = min(next_ms(), int(times.arrived_ms[event.rows[0]]) + GAP_MS)
        else:
            until_ms = 0.0
    if before is not None:
        yield before


def are_near(run: ScannedRun, other: ScannedRun, times: Times) -> bool:
    """Whether one run and another that follows it arrived on one day, and there can be no silence in them."""
    first_ms, last_ms = (int(times.arrived_ms[row]) for row in (run.rows[0], other.rows[-1]))
    return times.voting is None and last_ms - first_ms < GAP_MS and first_ms // DAY_MS == last_ms // DAY_MS
