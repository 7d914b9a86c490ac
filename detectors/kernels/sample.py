"""A sample of a signal's first day: one value in each of 336 equal parts of it.

A signal is armed after minutes, and what it is like then says little about its noon or its night. The sample
stands where the week before will stand, and what half hours learn, which nobody asks for before the first
day is over, so it costs no memory.
"""

from typing import Any

from driftline.detectors.kernels.compiled import inner
from driftline.detectors.kernels.scratch import DAY_MS, Batch, Scratch
from driftline.detectors.state.fields import SLOTS

SAMPLE_MS = DAY_MS // SLOTS + 1


@inner
def add_to_sample(signal: Any, season: Any, batch: Batch, scratch: Scratch, count: int) -> None:
    """Takes the first number of each part of the day, measured from the anchor; late ones count for none."""
    next_ms = signal["sample_next_ms"]
    for place in range(count):
        time_ms = batch.events[scratch.rows[place]]["time_ms"]
        if time_ms >= next_ms:
            part = (time_ms - signal["sampled_from_ms"]) // SAMPLE_MS
            if part < SLOTS:
                season["sample"][part] = scratch.numbers[place]
            next_ms = signal["sampled_from_ms"] + (part + 1) * SAMPLE_MS
    signal["sample_next_ms"] = next_ms
