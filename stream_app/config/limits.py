"""What bounds a worker's memory, and what each bound costs."""

from typing import Annotated

from pydantic import Field

from driftline.stream_app.config.bounds import CATEGORIES
from driftline.stream_app.config.section import DurationMs, Section

Count = Annotated[int, Field(gt=0)]


class Limits(Section):
    """Section ``limits``. Beyond a limit things are counted and reported, never dropped in silence.

    The bounds are meant one by one: a worker that reaches all of them at once needs more memory than one
    machine has, and is better run as several.
    """

    models: Count = 1000
    """Per worker. A model with few signals costs about 100 KB: 1000 × 100 KB = 100 MB."""

    streams_per_model: Count = 16
    """Versions × roles, of which the oldest make room for new ones. 16 × 100 signals × 8 KB = 13 MB."""

    segments: Annotated[int, Field(gt=0, le=1000)] = 20
    """Of each name that is watched by its values: the most frequent ones, the rest is one more. A segment is
    a stream with signals of its own: 20 × 25 signals × 8 KB = 4 MB a name and version."""

    signals_per_stream: Count = 2000
    """At most 8 KB each (moments, histograms, detectors): 2000 × 8 KB = 16 MB."""

    categories_per_signal: Annotated[int, Field(ge=CATEGORIES[0], le=CATEGORIES[1])] = 100
    """Two counts of 8 bytes and a text of about 80: 100 × 96 B ≈ 10 KB per categorical signal."""

    predictions_waiting: Count = 100_000
    """Per model, for labels and behaviours each; about 500 B with outputs: 2 × 100,000 × 500 B = 100 MB."""

    ids_remembered: Count = 200_000
    """Hashes per model, by which a duplicate is known; about 60 B in a set: 200,000 × 60 B = 12 MB."""

    clock_lead_ms: DurationMs = 300_000
    """How far an event may lead its record's Kafka timestamp before its time is not believed: it moves no
    clock then. More than a day is refused."""

    record_bytes: Annotated[int, Field(ge=1000, le=1_000_000)] = 900_000
    """Per record of the state topic: brokers take 1,048,588 B with key and headers, hence 10 % less."""
