"""A scenario: a declared world with a permanent id, its events and its truth."""

from collections.abc import Iterator

import numpy as np

from driftline.schemas import Kind
from driftline.stream_app.simulator.conditions import Change
from driftline.stream_app.simulator.playing import Playing, SimulatedEvent, arrivals
from driftline.stream_app.simulator.truth import Truth
from driftline.stream_app.simulator.voice_search import IntArray
from driftline.stream_app.simulator.world import World


class Scenario(World):
    """A world that can be played. The same scenario, seed and scale give the same bytes."""

    def events(self, seed: int, scale: float = 1.0) -> Iterator[SimulatedEvent]:
        """All events in the order of their event time; ``scale`` stretches duration and times of changes."""
        return Playing(self.scaled(scale), seed).events()

    def prediction_times(self, seed: int, scale: float = 1.0) -> IntArray:
        """Event time of every prediction (epoch ms, ascending), without drawing the predictions."""
        return np.concatenate([np.empty(0, np.int64), *arrivals(self.scaled(scale), seed)])

    def truth(self, seed: int, scale: float = 1.0) -> list[Truth]:
        """What these events have injected, in the order declared."""
        scenario = self.scaled(scale)
        times_ms = scenario.prediction_times(seed)
        return [scenario._truth_of(change, seed, times_ms) for change in scenario.changes]

    def _truth_of(self, change: Change, seed: int, times_ms: IntArray) -> Truth:
        began_ms = self.at_ms(change.begins_s)
        version: str | None = self.versions[change.on_candidate]
        if change.kind is Kind.VOLUME or (self.candidate and not change.on_candidate):
            version = None  # it concerns all versions together
        return Truth(
            scenario=self.id,
            seed=seed,
            change=change.id,
            model=self.model,
            version=version,
            role="live",
            kind=change.kind.value,
            signals=change.signals,
            began_ms=began_ms,
            ended_ms=None if change.ends_s is None else self.at_ms(change.ends_s),
            gradual=change.ramp_s > 0,
            alarm_due=change.alarm_due,
            first_prediction=int(np.searchsorted(times_ms, began_ms)),
        )
