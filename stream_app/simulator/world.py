"""The declaration of a world of voice search: its size, its traffic and what happens in it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Self

import numpy as np

from driftline.stream_app.simulator.conditions import Change, Cycle, FloatArray, conditions_at
from driftline.stream_app.simulator.voice_search import IntArray, Run

START_MS: Final = 1_793_577_600_000  # 2026-11-02T00:00:00Z, a Monday


@dataclass(frozen=True)
class World:
    """What a scenario declares. Times of changes are in seconds after ``start_ms``.

    ``candidate`` holds the conditions that differ for the candidate version (the second of ``versions``),
    which answers the ``candidate_share`` of the traffic. ``label_share`` of the predictions get a label,
    ``label_delay_s`` later (median). Each host reports every ``serving_every_s``.
    """

    id: str
    title: str
    duration_s: float
    rate_per_s: float
    changes: tuple[Change, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    candidate: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    label_share: float = 0.2
    label_delay_s: float = 1200.0
    hosts: int = 2
    serving_every_s: float = 30.0
    start_ms: int = START_MS
    model: str = "voice-search"
    versions: tuple[str, str] = ("2026-11-01", "2026-11-08")

    @property
    def end_ms(self) -> int:
        """The end, itself excluded (epoch ms)."""
        return self.at_ms(self.duration_s)

    def at_ms(self, seconds: float) -> int:
        """Seconds after the start as event time (epoch ms)."""
        return self.start_ms + round(seconds * 1000)

    def scaled(self, scale: float) -> Self:
        """The same at ``scale`` times its duration and times of changes; cycles and delays stay as long."""
        if not scale > 0:
            raise ValueError(f"scale must be above 0, got {scale}")
        changes = tuple(change.scaled(scale) for change in self.changes)
        return replace(self, duration_s=self.duration_s * scale, changes=changes)

    def starting_at(self, start_ms: int) -> Self:
        """The same at another time: a broker deletes records that are older than its retention."""
        return replace(self, start_ms=start_ms)

    def conditions(self, times_ms: IntArray) -> dict[str, FloatArray]:
        """Every condition at each event time, for the usual version."""
        return conditions_at((times_ms - self.start_ms) / 1000, self.changes, self.cycles)

    def run(self, seed: int) -> Run:
        """The identity of a seed's run: event ids of different worlds, starts and seeds never meet."""
        identity = f"{self.id}|{self.model}|{self.start_ms}|{self.duration_s:.3f}|{seed}"
        return Run(self.model, self.versions, hashlib.blake2b(identity.encode(), digest_size=4).hexdigest())

    def random(self, seed: int, purpose: str) -> np.random.Generator:
        """A random stream of its own for each purpose, so that drawing more for one leaves the others be."""
        digest = hashlib.blake2b(f"{self.id}|{purpose}".encode(), digest_size=16).digest()
        return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, *digest])))
