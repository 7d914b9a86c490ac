"""Batches are an accident of the transport: they may change nothing."""

import os
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.detectors import Bank, BankSettings, Signal, Transform
from tests.detectors.streams import EVERYTHING, everything, feed

SETTINGS = BankSettings(warm_up=200, false_alarm_every=2000, window=150)
MATRIX = everything(1500, seed=3)


def run(sizes: list[int] | None, chosen: BankSettings = SETTINGS) -> tuple[list[object], dict[str, object]]:
    """Findings (without their row within the batch) and snapshot."""
    bank = Bank(chosen)
    bank.add(EVERYTHING, columns=4)
    findings = feed(bank, MATRIX, sizes)
    return [replace(finding, row=0) for finding in findings], bank.snapshot()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=8))
def test_any_split_gives_the_same_bits(sizes: list[int]) -> None:
    """A replay with another batch size would tell another story than production."""
    whole = run(None)
    assert len(whole[0]) >= 8
    assert run(sizes) == whole


def test_single_rows_with_every_value_give_the_same_bits() -> None:
    """The smallest batch there is would differ from the largest."""
    chosen = replace(SETTINGS, resolution="every_value")
    assert run([1], chosen) == run(None, chosen)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=8))
def test_gaps_among_zeros_are_of_the_same_half(sizes: list[int]) -> None:
    """How many values were missing of late would depend on the batch that the zeros came in."""
    cells = np.where(np.random.default_rng(1).random(1200) < 0.2, np.nan, 1.0)[:, None]
    times_ms = np.arange(len(cells)) * 1000
    snapshots = []
    for cuts in (sizes, [len(cells)]):
        bank = Bank(SETTINGS)
        bank.add([Signal("unseen:x", 0, Transform.UNSEEN)], columns=1)
        start = 0
        while start < len(cells):
            for size in cuts:
                stop = min(start + size, len(cells))
                bank.update(cells[start:stop], times_ms[start:stop], np.arange(start, stop))
                start = stop
        snapshots.append(bank.snapshot())
    assert snapshots[0] == snapshots[1]


def test_findings_come_in_the_order_of_rows() -> None:
    """Alarms of one batch would be told in the wrong order."""
    bank = Bank(SETTINGS)
    bank.add(EVERYTHING, columns=4)
    rows = [finding.row for finding in feed(bank, MATRIX)]
    assert rows == sorted(rows)


def test_an_empty_batch_is_nothing() -> None:
    """A poll without records would fail or count."""
    bank = Bank(SETTINGS)
    bank.add(EVERYTHING, columns=4)
    before = bank.snapshot()
    assert bank.update(np.empty((0, 4)), np.empty(0, np.int64), np.empty(0, np.int64)) == []
    assert bank.snapshot() == before


def test_plain_python_gives_the_same_bits() -> None:
    """A debugger or another machine without a compiler would see another stream than production."""
    program = "from tests.detectors.engine.test_batches import digest; import sys; sys.stdout.write(digest())"
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(Path(__file__).parents[3])}
    plain = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=180,
    )
    assert plain.stdout == digest()


def digest() -> str:
    """A checksum of findings and snapshot of a short run."""
    bank = Bank(SETTINGS)
    bank.add(EVERYTHING, columns=4)
    findings = feed(bank, MATRIX[:700], [97])
    return sha256(repr((findings, bank.snapshot())).encode()).hexdigest()
