"""Compiling before the first event, not at it."""

import numpy as np

from driftline.detectors import Bank, BankSettings, Signal, Transform
from driftline.schemas.scanner import Scanner, joined

PREDICTION = (
    b'{"type":"prediction","id":"p","model":"m","version":"v","time":1790000000000,"features":{"x":"y"}}'
)


def compile_engine() -> None:
    """Let a small bank arm and detect, so that everything compiled is compiled, or loaded from the cache.

    Without a cache that takes about half a minute.
    """
    compile_detectors()
    compile_scanner()


def compile_detectors() -> None:
    """The statistics and tests of signals; by far the most of it."""
    bank = Bank(BankSettings(warm_up=20))
    bank.add([Signal(transform.name, 0, transform) for transform in Transform], 1)
    values = np.abs(np.sin(np.arange(64.0))).round(1)[:, None]
    rows = np.arange(64)
    for _ in range(3):
        bank.update(values, rows, rows)


def compile_scanner() -> None:
    """What reads events."""
    scanner = Scanner()
    scanner.learn(PREDICTION)
    scanner.scan(*joined([PREDICTION]), np.full(1, -1))
