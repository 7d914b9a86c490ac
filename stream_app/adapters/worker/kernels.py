"""What a worker compiles before it owns partitions: meanwhile it would answer nobody."""

import numpy as np

from driftline.stream_app.adapters.garbage import seldom_collected
from driftline.stream_app.adapters.worker.internals.record_format import Columns, Headers, read_records
from driftline.stream_app.pipeline.kernels import compile_engine


def compile_kernels() -> None:
    """The engine, and what reads Kafka's records."""
    with seldom_collected():  # or a tenth of the time goes into looking for garbage
        compile_engine()
        compile_record_reader()


def compile_record_reader() -> None:
    """What reads Kafka's records."""
    numbers = np.zeros(0, np.int64)
    spans = np.zeros((0, 2), np.int64)
    read_records(np.zeros(1, np.uint8), Headers(*[numbers] * 6), Columns(numbers, numbers, spans, spans), 0)
