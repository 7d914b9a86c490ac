"""Reports what is certain by itself to the desk: silence, refused records, throughput without noise."""

from collections.abc import Iterable
from typing import Any

from driftline.schemas import Alert, Coverage, Ended
from driftline.schemas.status import ALL_VERSIONS
from driftline.stream_app.alarms import conditions
from driftline.stream_app.alarms.desk import AlarmDesk
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.monitoring.notices import Why
from driftline.stream_app.monitoring.refusals import Example, Refusals
from driftline.stream_app.monitoring.streams.stream import Stream
from driftline.stream_app.monitoring.traffic.cadence import DAY_MS
from driftline.stream_app.monitoring.traffic.clockwork import Turn
from driftline.stream_app.monitoring.traffic.feed import Told
from driftline.stream_app.monitoring.traffic.feeds import DEFAULT_ROLE, FEEDS_MAX, rate_of
from driftline.stream_app.monitoring.traffic.volume import VOLUME


class Reporter:
    """Looks at what a model is heard by, on time of its own or of its partition; gives alerts.

    Args:
        source: the topic and the partition of the model's predictions.
    """

    def __init__(self, monitor: ModelMonitor, desk: AlarmDesk, source: tuple[str, int]) -> None:
        self._monitor = monitor
        self._desk = desk
        self._source = source
        self.refusals = Refusals()
        self._noted_day = 0

    @property
    def next_ms(self) -> float:
        """Before this time of the partition nothing has to be looked at."""
        return 0.0 if self.refusals.is_open else self._monitor.feeds.next_ms

    def lapse(self, now_ms: int, coverage: Coverage) -> list[Alert]:
        """The partition's time has come to ``now_ms``: what has fallen silent, and what is over."""
        monitor = self._monitor
        alerts = [alert for told in monitor.feeds.look(now_ms) for alert in self._tell(told, coverage)]
        for change in self.refusals.look(now_ms, monitor.sequence):
            clock_ms = monitor.clock.now_ms
            evidence = conditions.refusals(change, self._place(), clock_ms)
            alerts += self._desk.end(evidence, clock_ms, coverage)
        return alerts

    def _tell(self, told: Told, coverage: Coverage) -> list[Alert]:
        monitor = self._monitor
        everything = monitor.streams.everything(told.role)
        evidence = conditions.silence(told, self._place())
        if told.what != "silent":
            ended = {"fewer": Ended.FOLLOWED, "gone": Ended.VERSION_GONE}.get(told.what)
            return self._desk.end(evidence, monitor.clock.now_ms, coverage, ended)
        if told.signal == VOLUME:
            for stream in (everything, *monitor.streams.versions()):
                if stream.role == told.role:
                    stream.volume.interrupt(told.since_ms)
        is_known = self._desk.state.tells_fall(rate_of(told.signal))  # nobody is paged twice
        limit = "critical" if conditions.is_missed(told) and not is_known else "warning"
        return self._desk.report(evidence, coverage, limit=limit)

    def refuse(self, example: Example, arrived_ms: int, coverage: Coverage) -> list[Alert]:
        """A record of the model could not be used; it arrived at this time of the partition."""
        monitor = self._monitor
        change = self.refusals.take(example, arrived_ms, monitor.sequence)
        if change is None:
            return []
        # The model's own clock stands still when everything is refused.
        feed = monitor.feeds.predictions.get(DEFAULT_ROLE)
        away_ms = max(arrived_ms - feed.alive_ms, 0) if feed is not None else 0
        now_ms = monitor.clock.now_ms + away_ms if monitor.clock.now_ms else arrived_ms
        monitor.streams.everything(DEFAULT_ROLE)
        return self._desk.report(conditions.refusals(change, self._place(), now_ms), coverage)

    def has_noted(self, arrived_ms: int) -> bool:
        """Whether at this time of the partition it was said already which silences cannot be told."""
        return arrived_ms // DAY_MS == self._noted_day

    def roll(self, arrived_ms: int, events: int) -> None:
        """The model's clock ticks with an event that arrived at this time of the partition, after so many."""
        self.refusals.roll(arrived_ms, events)
        if arrived_ms // DAY_MS != self._noted_day:
            self._noted_day = arrived_ms // DAY_MS
            self._note_feeds(arrived_ms)

    def tick(self, now_ms: int, turns: Iterable[tuple[Stream, Turn]], coverage: Coverage) -> list[Alert]:
        """A tick of the model's clock, on which plain rules of throughput have this to tell."""
        alerts = self._targets(now_ms, coverage)
        for stream, turn in turns:
            if stream.version != ALL_VERSIONS or stream.plan.volume.ignore:
                continue
            evidence = conditions.throughput(turn, stream, self._place(), now_ms)
            if turn.what == "off":
                alerts += self._desk.report(evidence, coverage)
            else:
                ended = Ended.FOLLOWED if turn.what == "followed" else Ended.BACK_AT_REFERENCE
                alerts += self._desk.end(evidence, now_ms, coverage, ended)
        return alerts

    def _targets(self, now_ms: int, coverage: Coverage) -> list[Alert]:
        alerts: list[Alert] = []
        for stream in self._monitor.streams.values():
            for turn in stream.targets.tick(now_ms):
                evidence = conditions.missed(turn, stream, self._place(), now_ms)
                if turn.standing.is_beyond:
                    alerts += self._desk.report(evidence, coverage)
                else:
                    alerts += self._desk.end(evidence, now_ms, coverage)
        return alerts

    def _note_feeds(self, now_ms: int) -> None:
        """Say, once a day, which silences cannot be told."""
        monitor, feeds, notices = self._monitor, self._monitor.feeds, self._monitor.notices
        thin = feeds.thin(now_ms)
        for role in feeds.predictions.keys() - {feed.role for feed, _ in thin}:
            notices.settle(Why.NOT_ARMED, f"silence {role}")
        for feed, per_day in thin:
            sentence = (
                f"{monitor.model}: whether predictions ({feed.role}) have stopped cannot be told: "
                f"{per_day:.2g} a day are too few to be sure within a week."
            )
            notices.note(Why.NOT_ARMED, f"silence {feed.role}", sentence, monitor.clock.now_ms)
        if feeds.crowded:
            sentence = (
                f"{monitor.model}: it has more than {FEEDS_MAX} feeds (hosts, segments, behaviours); "
                "not all of them are watched for silence"
            )
            notices.note(Why.LIMIT, "silence", sentence, monitor.clock.now_ms)

    def _place(self) -> conditions.Place:
        topic, partition = self._source
        monitor = self._monitor
        return conditions.Place(monitor.model, topic, partition, monitor.prediction_offset, monitor.sequence)

    def snapshot(self) -> list[Any]:
        """What is not part of the monitor's or the desk's own state."""
        return [self.refusals.snapshot(), self._noted_day]

    def restore(self, snapshot: list[Any]) -> None:
        """Take up what was reported before."""
        refusals, self._noted_day = snapshot
        self.refusals.restore(refusals)
