"""One stream: everything watched of one version of a model in a role, or of one segment of that."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors import Bank, BankSettings, Transform
from driftline.stream_app.config import ModelPlan
from driftline.stream_app.monitoring.reported import Until
from driftline.stream_app.monitoring.rows.runs import Run
from driftline.stream_app.monitoring.rows.tables import (
    Arrival,
    OutcomeTable,
    PredictionTable,
    Reported,
    Table,
)
from driftline.stream_app.monitoring.signals.families import policy
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.monitoring.streams.estimated_error import EstimatedErrors
from driftline.stream_app.monitoring.streams.presence import Presence
from driftline.stream_app.monitoring.targets.targets import Targets
from driftline.stream_app.monitoring.traffic.volume import VOLUME, Volume, seconds_of

OUTCOMES = {
    "behaviors": "predictions",
    "labels": "feedback",
    "decisions": "feedback",
    "reports": "predictions",
    "volume": "predictions",
}
"""Outcome tables and the topic whose records bring them forward."""


class Stream:
    """The tables of one stream, and the version whose references it began with."""

    def __init__(self, key: StreamKey, plan: ModelPlan, settings: BankSettings, most_signals: int) -> None:
        self.key = key
        self.version, self.role, self.segment = key
        self.plan = plan
        self.compared_with: str | None = None
        self.head_start = 0
        self.inherited: set[str] = set()
        self.opened_ms = 0
        self.last_event_ms = 0
        self.events = 0
        self.presence = Presence()
        self._settings = settings
        self.predictions = PredictionTable(plan, settings, lambda: most_signals - self.signals())
        self.estimates = EstimatedErrors(plan, settings, self.predictions.room)
        self.predictions.followed_by[self.estimates.name] = self.estimates.read
        self.outcomes = {name: OutcomeTable(name, topic, settings) for name, topic in OUTCOMES.items()}
        self.outcomes[self.estimates.name] = self.estimates
        self._tables: tuple[Table, ...] = (self.predictions, *self.outcomes.values())
        self.volume = Volume()
        self._uncounted: list[NDArray[np.int64]] = []
        targets = {} if self.segment else plan.targets  # a person asks them of all predictions
        self.targets = Targets(targets)
        for table in self.tables():
            table.read_by = self.targets.read if targets else None
        # By table and signal: what its detectors were asked for, in values between false alarms.
        self.asked: dict[str, dict[str, float]] = {}

    def tables(self) -> tuple[Table, ...]:
        return self._tables

    def take(self, run: Run, sequences: Sequence[int], tick_ms: int) -> None:
        """Predictions, the last of them after this tick: rows that wait, and are to be counted."""
        times_ms = run.times_ms()
        self.predictions.extend(run, sequences)
        if not self.segment:
            self._uncounted.append(times_ms)
        self.last_event_ms = tick_ms
        self.opened_ms = self.opened_ms or tick_ms  # before the first tick there is no time
        self.events += len(run)
        self.presence.hear_all(times_ms)

    def take_count(self) -> Mapping[int, int]:
        """How many predictions came since the last call, by the second of their event times."""
        if not self._uncounted:
            return Counter()
        times_ms, self._uncounted = np.concatenate(self._uncounted), []
        return seconds_of(times_ms)

    def about_to_read(self) -> Iterator[Table]:
        """The tables that a flush changes."""
        if self.predictions.waiting:
            yield self.predictions
            if self.estimates.bank.signals:  # it reads what predictions are read
                yield self.estimates
        yield from (table for table in self.outcomes.values() if table.waiting)

    def flush(self, until: Until) -> list[Reported]:
        """Hand the rows that wait to their banks."""
        reported = self.predictions.flush(until.predictions) if self.predictions.waiting else []
        for table in self.outcomes.values():
            if table.waiting:
                reported += table.flush(until.outcomes)
        return reported

    @property
    def has_to_say(self) -> bool:
        """Whether anything but findings was noticed that a tick is to look at."""
        return self.predictions.has_said or self.predictions.has_to_look

    def signals(self) -> int:
        """How many signals are watched here."""
        return sum(len(table.bank.signals) for table in self.tables())

    @property
    def revision(self) -> int:
        """A number that changes with the state."""
        return self.volume.revision + sum(table.revision for table in self.tables())

    def table(self, name: str) -> Table:
        return self.predictions if name == self.predictions.name else self.outcomes[name]

    def asked_of(self, table: Table) -> Mapping[str, float]:
        """What the detectors of a table's signals were asked for, by signal; not there: nothing yet."""
        return self.asked.get(table.name, {})

    def count_volume(self, now_ms: int, arrival: Arrival) -> None:
        """Let the steps of throughput that are complete become rows."""
        table = self.outcomes["volume"]
        was_released = self.volume.is_released
        counted = self.volume.complete(now_ms)
        if self.volume.is_released and not was_released:
            self._size_volume()
        for step in counted:
            table.append({VOLUME: step.value}, step.time_ms, arrival)

    def watch_volume(self, detectors: tuple[str, ...] | None) -> None:
        """Let throughput be a signal, unless the plan says otherwise."""
        if not self.plan.volume.ignore:
            self.outcomes["volume"].watch([(VOLUME, Transform.VALUE)], detectors)

    def _size_volume(self) -> None:
        """A bank of its own, which learns from as many steps as their length asks for."""
        table = self.outcomes["volume"]
        signals, columns = table.bank.signals, table.bank.columns
        table.bank = Bank(replace(self._settings, warm_up=self.volume.warm_up))
        table.bank.add(signals, columns)
        table.bank.calibrate(self.asked_of(table))

    def calibrate(self, table: Table, every: dict[str, float]) -> None:
        """Ask for these mean numbers of values between false alarms."""
        if every:
            table.revision += 1
            table.bank.calibrate(every)
            self.asked[table.name] = {**self.asked_of(table), **every}

    def accept(self, table: Table, names: Collection[str]) -> None:
        """Let the present level of these signals be their reference."""
        table.revision += 1
        table.bank.accept(names)
        self.inherited -= set(names)

    def begin_again(self, table: Table, names: Collection[str]) -> None:
        """These signals are watched from the beginning: what was asked of them, or inherited, is over."""
        asked = self.asked.get(table.name, {})
        for name in names:
            asked.pop(name, None)
        self.inherited -= set(names)

    def inherit(self, other: "Stream") -> None:
        """Watch what the predecessor's stream watched, against its references where the plan says so."""
        self.compared_with = other.version
        self.head_start = 0 if other.is_watched else other.events
        self._take_up(other, self._inherits)
        self.go_on_from(other)

    def _inherits(self, signal: str) -> bool:
        return policy(signal, self.plan) == "inherit"

    def go_on_from(self, other: "Stream") -> None:
        """Take up what the predecessor knows and this version does not: references, or more of a warm-up.

        Asked when a version begins and on every tick: labels of the predecessor's predictions come after the
        last of them, and of two versions side by side the first may be armed while the second still learns.
        What has a reference keeps it. Throughput of a single version is not watched.
        """
        for mine in self.tables():
            theirs = other.table(mine.name)
            if not knows_all(mine, theirs):
                self._learn_from(mine, theirs, other.asked_of(theirs))

    def is_sibling_of(self, other: "Stream") -> bool:
        """Whether the version that was taken for the predecessor began together with this one (`Streams`)."""
        beside = other.events - self.head_start
        return 0 < self.head_start < beside and not other.is_watched and not self.knows_all_of(other)

    def learn_for_itself(self) -> None:
        """Be compared with no other version, and forget what was taken up from one."""
        self.compared_with = None
        for table in self.tables():
            if given := table.bank.give_back(self.inherited):
                table.revision += 1
                self.begin_again(table, given)

    @property
    def is_watched(self) -> bool:
        """Whether any signal of the predictions is watched, be it by the first part of its warm-up."""
        return self.predictions.bank.armed + self.predictions.bank.rough > 0

    def knows_all_of(self, other: "Stream") -> bool:
        """Whether there is nothing to take up from the predecessor."""
        return all(knows_all(mine, other.table(mine.name)) for mine in self.tables())

    def _learn_from(self, mine: Table, theirs: Table, asked: Mapping[str, float]) -> None:
        followed = mine.follow(theirs, self._inherits)  # type: ignore[arg-type]
        names = [name for name in followed if not mine.bank.is_armed(name)]
        armed = [name for name in names if theirs.bank.is_armed(name)]
        mine.revision += mine.bank.carry_over(theirs.bank, names)
        if armed:
            mine.revision += 1
            mine.bank.inherit(theirs.bank, armed)
            self.calibrate(mine, {name: asked[name] for name in armed if name in asked})
            self.inherited |= {name for name in armed if mine.bank.is_armed(name)}

    def begin_from(self, baseline: "Stream") -> None:
        """Watch what a baseline knows, against its references."""
        self._take_up(baseline, lambda _: True)

    def _take_up(self, other: "Stream", wanted: Callable[[str], bool]) -> None:
        self.predictions.adopt(other.predictions)
        for name, table in self.outcomes.items():
            if not table.cells:
                table.adopt(other.outcomes[name])
        for mine in self.tables():
            if mine.name == "volume":
                self.volume.adopt(other.volume)
                if not self.volume.is_released:
                    continue
            names = [signal.name for signal in mine.bank.signals if wanted(signal.name)]
            mine.bank.inherit(other.table(mine.name).bank, names)
            # Its own rates are not known yet, but they will be much like these.
            asked = other.asked_of(other.table(mine.name))
            self.calibrate(mine, {name: asked[name] for name in names if name in asked})
            self.inherited |= {state.name for state in mine.bank.states() if state.armed}

    def compares(self, signal: str) -> str | None:
        """The version that a signal's reference, or most of what it was made of, came from; None: its own."""
        carried = any(table.bank.is_mostly_taken_up(signal) for table in self.tables())
        return self.compared_with if carried or signal in self.inherited else None

    def learned_from(self, signal: str) -> str:
        """Where a signal's reference came from: ``warm_up``, ``baseline`` or ``version X``."""
        if (version := self.compares(signal)) is not None:
            return f"version {version}"
        return "baseline" if signal in self.inherited else "warm_up"

    def new_beginnings(self) -> dict[str, str]:
        """What of a restored stream could not be carried over, by signal, and why."""
        why: dict[str, str] = {}
        for table in self.tables():
            why |= dict.fromkeys(table.bank.rebuilt, "its plug-in detectors begin anew at its reference")
            why |= dict.fromkeys(
                table.bank.forgotten, "it learns anew, as the limit of categories is another"
            )
        return why

    def snapshot(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "role": self.role,
            "segment": self.segment,
            "compared_with": self.compared_with,
            "head_start": self.head_start,
            "inherited": sorted(self.inherited),
            "opened_ms": self.opened_ms,
            "last_event_ms": self.last_event_ms,
            "events": self.events,
            "presence": self.presence.snapshot(),
            "asked": self.asked,
            "predictions": self.predictions.snapshot(),
            "outcomes": {name: table.snapshot() for name, table in self.outcomes.items()},
            "volume": self.volume.snapshot(),
            "targets": self.targets.snapshot(),
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        self.compared_with = snapshot["compared_with"]
        self.head_start = snapshot.get("head_start", 0)
        self.inherited = set(snapshot["inherited"])
        self.opened_ms = snapshot.get("opened_ms", 0)
        self.last_event_ms = snapshot["last_event_ms"]
        self.events = snapshot["events"]
        self.presence.restore(snapshot["presence"])
        self.asked = snapshot["asked"]
        self.targets.restore(snapshot["targets"])
        self.volume.restore(snapshot["volume"])
        if self.volume.is_released:
            table = self.outcomes["volume"]
            table.bank = Bank(replace(self._settings, warm_up=self.volume.warm_up))
        self.predictions.restore(snapshot["predictions"])
        for name, state in snapshot["outcomes"].items():
            self.outcomes[name].restore(state)


def knows_all(mine: Table, theirs: Table) -> bool:
    """Whether a version's table has nothing to take up from its predecessor's."""
    return mine.name == "volume" or mine.bank.armed == len(mine.bank.signals) >= len(theirs.bank.signals)
