"""What a model gets from a chunk of records."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.schemas import Control, Feedback, Serving
from driftline.stream_app.monitoring.refusals import Example
from driftline.stream_app.monitoring.runs import Run


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
