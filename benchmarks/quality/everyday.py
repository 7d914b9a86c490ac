"""Healthy models as services have them: features that are autocorrelated, skewed and cyclic at once.

    python -m benchmarks.quality.everyday --spacing-s 10 --days 56 --seeds 10

Each model has eight features of its own: AR(1) from one value to the next (0.5 or 0.9), half of them the
exponential of it (amounts), half of them with a day that takes them up and down. Nothing changes, so every
incident is a false one. All models are read side by side in one bank, which is asked for what one alarm in 30
days leaves to a feature beside the other signals of such a model; a finding counts when it is large enough to
be told and its signal had none within the day. `--replay` reads each model as `driftline replay` does, under
the default configuration: slower by ten times.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import click
import numpy as np
import orjson
from numpy.typing import NDArray
from scipy.signal import lfilter

from benchmarks.quality.feed import START_MS
from benchmarks.quality.noises import DAY_MS
from driftline.detectors import Bank, BankSettings, Finding, Signal, Transform
from driftline.schemas import rfc3339
from driftline.stream_app.adapters.replay import batches, replay
from driftline.stream_app.alarms.stages import SMALLEST_EFFECT_SD
from driftline.stream_app.config import Settings
from driftline.stream_app.outputs import MemorySink
from driftline.stream_app.pipeline import Record
from driftline.stream_app.simulator.report import Incident, incidents_of

CHUNK_ROWS = 8_640
ALARM_DAYS = 600.0
"""What one alarm in 30 days leaves to a feature of eight, beside data quality and volume: one in 600 days."""
MODEL = "everyday"


class Feature(NamedTuple):
    """phi: of the AR(1); log_sd: of the amount it is the exponential of, 0 for the noise itself; day: how far
    a day takes the noise, in its sd; turn: where in the day.
    """

    phi: float
    log_sd: float
    day: float
    turn: float

    @property
    def name(self) -> str:
        kind = f"amount_{self.log_sd:.1f}" if self.log_sd else "number"
        return f"{kind}_phi_{self.phi:.1f}" + (f"_day_{self.day:.1f}" if self.day else "")


def features(seed: int) -> list[Feature]:
    """Each combination once: phi .5 and .9, a number and an amount, with and without a day."""
    random = np.random.default_rng([seed, 8])
    return [
        Feature(phi, skewed * random.uniform(0.5, 1.3), cyclic * random.uniform(0.4, 1.2), random.uniform())
        for phi in (0.5, 0.9)
        for skewed in (0, 1)
        for cyclic in (0, 1)
    ]


def values(made: list[Feature], rows: int, spacing_ms: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Chunks [rows, features]."""
    random = np.random.default_rng([seed, len(made)])
    phi, log_sd, day, turn = (np.array(each) for each in zip(*made, strict=True))
    last = random.standard_normal(len(made))
    for first in range(0, rows, CHUNK_ROWS):
        count = min(CHUNK_ROWS, rows - first)
        noise = random.standard_normal((count, len(made))) * np.sqrt(1 - phi**2)
        for column, kept in enumerate(phi):
            noise[:, column] = lfilter([1.0], [1.0, -kept], noise[:, column], zi=[kept * last[column]])[0]
        last = noise[-1].copy()
        turns = (START_MS + (first + np.arange(count)) * spacing_ms)[:, None] / DAY_MS + turn
        noise += day * np.sin(2 * np.pi * turns)
        yield np.where(log_sd > 0, 30.0 * np.exp(log_sd * noise), noise)


def findings(spacing_ms: int, days: float, seeds: Iterable[int]) -> list[Finding]:
    """Those that would be told, of all models side by side in a bank."""
    seeds = list(seeds)
    made = [features(seed) for seed in seeds]
    rows = int(days * DAY_MS / spacing_ms)
    bank = Bank(BankSettings(false_alarm_every=ALARM_DAYS * DAY_MS / spacing_ms))
    names = [f"{s}:{feature.name}" for s, model in zip(seeds, made, strict=True) for feature in model]
    bank.add([Signal(name, c, Transform.VALUE) for c, name in enumerate(names)], columns=len(names))
    told: list[Finding] = []
    streams = [values(model, rows, spacing_ms, s) for s, model in zip(seeds, made, strict=True)]
    first = 0
    for parts in zip(*streams, strict=True):
        matrix = np.concatenate(parts, axis=1)
        offsets = first + np.arange(len(matrix))
        found = bank.update(matrix, START_MS + offsets * spacing_ms, offsets)
        told += [each for each in found if abs(each.effect_size_sd) >= SMALLEST_EFFECT_SD]
        first += len(matrix)
    return told


def episodes(told: list[Finding]) -> list[Finding]:
    """Of each signal the first finding of a day: what follows on it is one incident."""
    began: dict[str, int] = {}
    first = []
    for found in told:
        if found.detected_ms - began.get(found.signal, -DAY_MS) >= DAY_MS:
            first.append(found)
            began[found.signal] = found.detected_ms
    return first


def records(seed: int, days: float, spacing_ms: int, topic: str) -> Iterator[Record]:
    """The predictions of a model, as a topic would hold them."""
    made, offset = features(seed), 0
    for chunk in values(made, int(days * DAY_MS / spacing_ms), spacing_ms, seed):
        for row in chunk.tolist():
            time_ms = START_MS + offset * spacing_ms
            event = {
                **{"type": "prediction", "id": f"p-{offset}", "model": MODEL, "version": "1"},
                **{"time": rfc3339(time_ms)},
                "features": {feature.name: value for feature, value in zip(made, row, strict=True)},
            }
            yield Record(topic, 0, offset, time_ms, MODEL.encode(), orjson.dumps(event))
            offset += 1


def incidents(seed: int, days: float, spacing_ms: int) -> list[Incident]:
    """What a whole driftline tells of a model."""
    settings = Settings()
    sink = MemorySink("alerts")
    replay(batches(records(seed, days, spacing_ms, settings.kafka.predictions)), settings, sink)
    return incidents_of(sink.decoded("alerts"))


@click.command()
@click.option("--spacing-s", type=float, default=10.0, show_default=True)
@click.option("--days", type=float, default=30.0, show_default=True)
@click.option("--seeds", type=int, default=10, show_default=True)
@click.option("--first-seed", type=int, default=0, show_default=True, help="Tune on others than you report.")
@click.option("--replay", "replayed", is_flag=True, help="The whole system, a model after the other.")
def main(*, spacing_s: float, days: float, seeds: int, first_seed: int, replayed: bool) -> None:
    """Lists what would be told of healthy models."""
    spacing_ms, chosen = int(spacing_s * 1000), range(first_seed, first_seed + seeds)
    if replayed:
        for seed in chosen:
            for each in incidents(seed, days, spacing_ms):
                day = (each.detected_ms - START_MS) / DAY_MS
                click.echo(f"model {seed} day {day:.2f}: {', '.join(each.all_signals)}")
        return
    first = episodes(findings(spacing_ms, days, chosen))
    for found in first:
        day = (found.detected_ms - START_MS) / DAY_MS
        was, now = found.before, found.after
        click.echo(
            f"{found.signal} day {day:.2f}: {found.detector} {found.of} {found.direction}, "
            f"{found.effect_size_sd:.2f} sd, {was.mean:.3g} ± {was.sd:.3g} to {now.mean:.3g} ± {now.sd:.3g}"
        )
    click.echo(f"{len(first) * 30 / days / seeds:.2f} a model and 30 days")


if __name__ == "__main__":
    main()
