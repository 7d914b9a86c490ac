"""Compiling before the first event."""

import time

import numpy as np

from driftline.detectors import Bank, BankSettings, Signal, Transform
from driftline.stream_app.adapters.worker.kernels import compile_kernels


def test_nothing_is_left_to_compile_at_the_first_event() -> None:
    """A worker would answer neither probes nor the group for seconds, right after it took its partitions."""
    compile_kernels()
    bank = Bank(BankSettings(warm_up=20))
    bank.add([Signal(transform.name, 0, transform) for transform in Transform], 1)
    rows = np.arange(40)
    began = time.perf_counter()
    bank.update(np.ones((40, 1)), rows, rows)
    assert time.perf_counter() - began < 0.25
