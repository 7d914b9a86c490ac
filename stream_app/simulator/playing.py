"""A world on its way: batches drawn ahead, events let out in the order of their time."""

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import count
from typing import Final, NamedTuple

import numpy as np
import orjson

from driftline.stream_app.simulator.conditions import traffic_bound
from driftline.stream_app.simulator.feedback import draw_feedback
from driftline.stream_app.simulator.hosts import due_reports, encode_reports
from driftline.stream_app.simulator.voice_search import (
    Draws,
    IntArray,
    draw_predictions,
    encode_predictions,
    prediction_id,
    rfc3339_all,
)
from driftline.stream_app.simulator.world import World

_BATCH: Final = 1024  # arrivals drawn at once; more is no faster, and takes 6 KB of memory each


class SimulatedEvent(NamedTuple):
    """One record to be: event time, topic (``predictions`` or ``feedback``), key (the model) and JSON."""

    time_ms: int
    topic: str
    key: bytes
    value: bytes


def arrivals(world: World, seed: int) -> Iterator[IntArray]:
    """Event times of the predictions (epoch ms), batch after batch, none of them empty.

    An inhomogeneous Poisson process by thinning (Lewis and Shedler 1979): arrivals at the highest rate that
    the traffic ever has, each kept with the probability that the traffic of its time has of that rate.
    """
    rng = world.random(seed, "arrivals")
    bound = traffic_bound(world.changes, world.cycles)
    mean_gap_ms = 1000 / (world.rate_per_s * bound)
    now_ms = float(world.start_ms)
    while now_ms < world.end_ms:
        exact_ms = now_ms + np.cumsum(rng.exponential(mean_gap_ms, _BATCH))
        now_ms = float(exact_ms[-1])
        times_ms = exact_ms.astype(np.int64)
        traffic = world.conditions(times_ms)["traffic"]
        kept = times_ms[(rng.random(_BATCH) * bound < traffic) & (times_ms < world.end_ms)]
        if len(kept):
            yield kept


class Playing:
    """One run of a world. Memory: a batch, and about 0.5 KB for each feedback that is still to come."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._seed = seed
        self._run = world.run(seed)
        self._key = world.model.encode()
        self._predictions_rng = world.random(seed, "predictions")
        self._feedback_rng = world.random(seed, "feedback")
        self._hosts_rng = world.random(seed, "hosts")
        self._pending: list[tuple[int, int, SimulatedEvent]] = []
        self._order = count()  # breaks ties of time: first drawn, first out
        self._feedback_ids = count()
        self._predictions_drawn = 0
        self._reports_drawn = 0

    def events(self) -> Iterator[SimulatedEvent]:
        """All events in the order of their event time; what would come after the end is left out."""
        pending = self._pending
        for times_ms in arrivals(self._world, self._seed):
            self._add_reports(int(times_ms[-1]))
            draws = self._draw(times_ms)
            self._add_feedback(draws)
            for time_ms, value in zip(times_ms.tolist(), encode_predictions(draws, self._run), strict=True):
                while pending and pending[0][0] <= time_ms:
                    yield heappop(pending)[2]
                yield SimulatedEvent(time_ms, "predictions", self._key, value)
        self._add_reports(self._world.end_ms)
        while pending:
            yield heappop(pending)[2]

    def _draw(self, times_ms: IntArray) -> Draws:
        """The next predictions; where the candidate answers, its own conditions hold."""
        conditions = self._world.conditions(times_ms)
        candidate = self._predictions_rng.random(len(times_ms)) < conditions["candidate_share"]
        for name, level in self._world.candidate.items():
            conditions[name][candidate] = level
        draws = draw_predictions(
            self._predictions_rng, self._predictions_drawn, times_ms, candidate, conditions
        )
        self._predictions_drawn += len(times_ms)
        return draws

    def _add_feedback(self, draws: Draws) -> None:
        world = self._world
        reactions = draw_feedback(self._feedback_rng, draws, world.label_share, world.label_delay_s)
        due = [reaction for reaction in reactions if reaction[0] < world.end_ms]
        times = rfc3339_all(np.array([reaction[0] for reaction in due], dtype=np.int64))
        for (time_ms, row, fields), time in zip(due, times, strict=True):
            event: dict[str, object] = {
                "type": "feedback",
                "id": f"f-{self._run.id}-{next(self._feedback_ids):06d}",
                "kind": fields["kind"],
                "prediction_id": prediction_id(self._run, draws.first + row),
                "model": world.model,
                "time": time,
            }
            self._add(SimulatedEvent(time_ms, "feedback", self._key, orjson.dumps(event | fields)))

    def _add_reports(self, until_ms: int) -> None:
        world = self._world
        due = due_reports(self._reports_drawn, world.start_ms, until_ms, world.hosts, world.serving_every_s)
        self._reports_drawn += len(due.times_ms)
        encoded = encode_reports(self._hosts_rng, due, world.conditions(due.times_ms), self._run)
        for time_ms, value in zip(due.times_ms.tolist(), encoded, strict=True):
            self._add(SimulatedEvent(time_ms, "predictions", self._key, value))

    def _add(self, event: SimulatedEvent) -> None:
        heappush(self._pending, (event.time_ms, next(self._order), event))
