"""What a baseline file knows: the reference of every signal."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from driftline.detectors import BankSettings, Level, SnapshotError
from driftline.detectors.snapshot.snapshot import current, unpack_arrays
from driftline.stream_app.adapters.baselines import read_baseline_file
from driftline.stream_app.config import Settings
from driftline.stream_app.evaluation.errors import EvaluationError
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.monitoring.streams.stream import Stream
from driftline.stream_app.monitoring.streams.streams import Baseline


@dataclass(frozen=True)
class SignalReference:
    """A signal's reference (None: it had too few values), and the event times it was learned between."""

    model: str
    version: str
    signal: str
    seen: int
    level: Level | None
    began_ms: int
    ended_ms: int


def read_references(path: Path, settings: Settings) -> list[SignalReference]:
    """Every signal of every model in a baseline file.

    Raises:
        BaselineError: the file is no baseline.
        EvaluationError: it was made under other limits.
    """
    found: list[SignalReference] = []
    for model, baseline in sorted(read_baseline_file(path).items()):
        try:
            found += references_of(model, baseline, settings)
        except SnapshotError as error:
            raise EvaluationError(
                f"The baseline {path} cannot be read with these limits: {error}."
            ) from error
    return found


def references_of(model: str, baseline: Baseline, settings: Settings) -> Iterator[SignalReference]:
    """The signals of the version that was learned from, then those of all versions together."""
    plan, limits = settings.plan(model), settings.limits
    bank_settings = BankSettings(warm_up=plan.warm_up, categories=limits.categories_per_signal)
    for snapshot in (baseline["version"], baseline["all_versions"]):
        key = StreamKey(snapshot["version"], snapshot["role"])
        stream = Stream(key, plan, bank_settings, limits.signals_per_stream)
        stream.restore(snapshot)
        tables = {"predictions": snapshot["predictions"], **snapshot["outcomes"]}
        for table in stream.tables():
            spans = spans_ms(tables[table.name]["bank"], bank_settings)
            for state, (began_ms, ended_ms) in zip(table.bank.states(), spans, strict=True):
                yield SignalReference(
                    model, stream.version, state.name, state.seen, state.reference, began_ms, ended_ms
                )


def spans_ms(bank: dict[str, Any], settings: BankSettings) -> list[tuple[int, int]]:
    """For each signal of a bank's snapshot the event times (epoch ms) of its first and its last value."""
    signals = unpack_arrays(current(bank), settings).signals
    return list(zip(signals["first_ms"].tolist(), signals["last_ms"].tolist(), strict=True))
