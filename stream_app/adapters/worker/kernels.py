"""Compiling before the first event, not at it."""

import numpy as np

from detectors import Bank, BankSettings, Signal, Transform
from schemas.scanner import Scanner, joined
from stream_app.adapters.worker.record_format import Columns, Headers, read_records

PREDICTION = (
    b'{"type":"prediction","id":"p","model":"m","version":"v","time":1790000000000,"features":{"x":"y"}}'
)


def compile_kernels() -> None:
    """Let a small bank arm and detect, so that everything compiled is compiled, or loaded from the cache.

    Without a cache that takes seconds, in which a worker that already owns partitions would answer nobody.
    """
    bank = Bank(BankSettings(warm_up=20))
    bank.add([Signal(transform.name, 0, transform) for transform in Transform], 1)
    values = np.abs(np.sin(np.arange(64.0))).round(1)[:, None]
    rows = np.arange(64)
    for _ in range(3):
        bank.update(values, rows, rows)
    scanner = Scanner()
    scanner.learn(PREDICTION)
    scanner.scan(*joined([PREDICTION]), np.full(1, -1))
    numbers = np.zeros(0, np.int64)
    spans = np.zeros((0, 2), np.int64)
    read_records(np.zeros(1, np.uint8), Headers(*[numbers] * 6), Columns(numbers, numbers, spans, spans), 0)
