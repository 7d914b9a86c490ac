"""What a model is heard by: its predictions, and each feed beside them; which of them has fallen silent."""

from math import inf
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.stream_app.monitoring.cadence import DAY_MS, GAP_MS, INTERVAL_MS, Cadence, Heard
from driftline.stream_app.monitoring.volume import VOLUME

MINUTE_MS = 60_000
DEFAULT_ROLE = "live"
# Beside predictions: 64 × 1 KB of state a model. Names are the data's, so a feed that was not heard often
# makes room for a new one.
FEEDS_MAX = 64
SELDOM = 50
SELDOM_MS = 3_600_000
VERSIONS_MAX = 16
# A feed is back after so many events: one alone may be a test, or a record that was late.
BACK_EVENTS = 3


class Told(NamedTuple):
    """A feed has fallen silent, or is heard again.

    since_ms: event time of the last event before the silence. silent_ms: how long it has been, or was.
    usual_per_s: events per second that are usual at this time, as was learned from ``events`` of them.
    expected: how many active intervals were missing, of which ``needed`` make a silence. back_ms: event time
    of the first event after it, 0 while it lasts.
    """

    signal: str
    role: str
    what: Literal["silent", "back"]
    since_ms: int
    silent_ms: int
    usual_per_s: float
    events: int
    expected: float
    needed: float
    back_ms: int = 0


class Feed:
    """One thing that is heard, with the silence that was told of it.

    An event that is ahead of the partition's time spoke for a leap of it: if that turns out to be true the
    event came after the gap, not before it. So it is kept apart until the time has reached it.
    """

    __slots__ = (
        *("_ahead", "_back", "_is_replaced"),
        *("cadence", "due_ms", "event_ms", "role", "signal", "told"),
    )

    def __init__(self, signal: str, role: str, patient: bool) -> None:
        self.signal = signal
        self.role = role
        self.cadence = Cadence(patient)
        self.event_ms = 0  # event time of the last event
        self.due_ms = 0.0  # from when on it is silent; 0: not looked at since it was last heard
        self.told: Told | None = None
        self._back = (0, 0)  # events since it was told, event time of the first
        # The partition's time, events, event times of the first and the last that are ahead.
        self._ahead = (0, 0, 0, 0)
        self._is_replaced = False

    @property
    def alive_ms(self) -> int:
        """When anything of it arrived last."""
        return max(self.cadence.heard_ms, self._ahead[0])

    def hear_one(self, arrived_ms: int, event_ms: int, voting: bool) -> None:
        """One event arrived; ``voting``: it is ahead of the partition's time."""
        if voting:
            self._hear_ahead(arrived_ms, event_ms)
        else:
            self.hear(Heard(arrived_ms, arrived_ms, 1), (event_ms, event_ms))

    def hear(self, heard: Heard, event_ms: tuple[int, int]) -> None:
        """Events arrived; ``event_ms`` are the event times of the first and the last."""
        if self.told is not None:
            events, first_ms = self._back
            self._back = (events + heard.events, first_ms if events else event_ms[0])
        self._ahead = (0, 0, 0, 0)
        self.cadence.hear(heard, was_silent=self.told is not None)
        self.event_ms = event_ms[1]
        self.due_ms = 0.0

    def _hear_ahead(self, arrived_ms: int, event_ms: int) -> None:
        from_ms, events, first_ms, _ = self._ahead
        if events and arrived_ms - from_ms >= MINUTE_MS:  # time goes on without a leap: its clock is ahead
            self.hear(Heard(arrived_ms, arrived_ms, events), (event_ms, event_ms))
            events = 0
        if not events:
            from_ms, first_ms = max(arrived_ms, self.cadence.heard_ms), event_ms
        self._ahead = (from_ms, events + 1, first_ms, event_ms)
        self.due_ms = 0.0

    def look(self, now_ms: int, limit_ms: int) -> Told | None:
        """What there is to tell at a time of the partition; silence counts up to ``limit_ms``."""
        told = self._look_at_gap(min(now_ms, limit_ms))
        if told is not None:
            return told
        if self.told is None or self._back[0] < BACK_EVENTS:
            return None
        silent, self.told = self.told, None
        back_ms = self._back[1]
        self._back = (0, 0)
        return silent._replace(what="back", back_ms=max(back_ms, silent.since_ms))

    def _look_at_gap(self, now_ms: int) -> Told | None:
        from_ms, events, first_ms, last_ms = self._ahead
        told = None
        if events and now_ms >= first_ms:  # the partition's time has come to what was ahead
            told = self._silence(min(first_ms, now_ms))
            reached_ms = min(max(last_ms, first_ms), now_ms)
            self.hear(Heard(min(first_ms, now_ms), reached_ms, events), (first_ms, last_ms))
        elif events:
            self.due_ms = from_ms + GAP_MS
            if now_ms >= self.due_ms:  # nothing bore it out: it was heard when it arrived
                self.hear(Heard(from_ms, from_ms, events), (first_ms, last_ms))
        return told or self._silence(now_ms)

    def _silence(self, now_ms: int) -> Told | None:
        heard_ms = self.cadence.heard_ms
        if self.told is not None or now_ms - heard_ms < GAP_MS:
            return None
        if not self.due_ms or self._ahead[1]:
            self.due_ms = self.cadence.silent_from()
        if now_ms < self.due_ms:
            return None
        usual_per_s = self.cadence.usual_per_s(heard_ms)
        expected = self.cadence.expected(heard_ms, now_ms)
        needed, silent_ms = self.cadence.needed, now_ms - heard_ms
        self.told = Told(
            *(self.signal, self.role, "silent", self.event_ms, silent_ms, usual_per_s),
            *(self.cadence.events, expected, needed),
        )
        self._back = (0, 0)
        return self.told

    def replace(self) -> None:
        """Something else is heard in its place: with the next look its silence is over, and so is the feed."""
        self._back = (BACK_EVENTS, self._back[1] or self.event_ms)
        self._is_replaced = True

    @property
    def is_over(self) -> bool:
        """Whether it was replaced, and that was told."""
        return self._is_replaced and self.told is None

    def next_ms(self) -> float:
        """Before this time of the partition there is nothing to look at."""
        if self.told is not None:
            return 0.0
        if self._ahead[1]:
            return min(self._ahead[2], self._ahead[0] + GAP_MS)
        return self.due_ms or self.cadence.heard_ms + GAP_MS

    def snapshot(self) -> list[Any]:
        """Plain values for the state codec."""
        told = None if self.told is None else list(self.told)
        state = [self.event_ms, told, self._back, self._ahead, self._is_replaced]
        return [self.signal, self.role, self.cadence.snapshot(), state]

    @classmethod
    def restore(cls, snapshot: list[Any]) -> "Feed":
        """The feed of a snapshot."""
        signal, role, cadence, (event_ms, told, back, ahead, replaced) = snapshot
        feed = cls(signal, role, False)
        feed.cadence = Cadence.restore(cadence)
        feed.event_ms, feed._is_replaced = event_ms, replaced
        feed.told = None if told is None else Told(*told)
        feed._back, feed._ahead = (back[0], back[1]), (ahead[0], ahead[1], ahead[2], ahead[3])
        return feed


class Arrived(NamedTuple):
    """Predictions of one stream that arrived together.

    arrived_ms, event_ms: [events]. voting: [events], those that are ahead of the partition's time, or None.
    segments: by ``name=value`` the places among them.
    """

    version: str
    role: str
    arrived_ms: NDArray[np.int64]
    event_ms: NDArray[np.int64]
    voting: NDArray[np.bool_] | None
    segments: dict[str, NDArray[np.int64]]


class Feeds:
    """All feeds of one model.

    A feed beside the predictions is silent when predictions go on without it: what stops together with them
    is told once. Of the versions of a role only the one that began last has a feed: an older one that stops
    was replaced.
    """

    def __init__(self) -> None:
        self.predictions: dict[str, Feed] = {}
        self.others: dict[str, Feed] = {}
        self.crowded = 0  # feeds for which there was no room
        self._versions: dict[str, list[str]] = {}

    def hear_run(self, run: Arrived) -> None:
        """Predictions arrived."""
        feed = self.predictions.get(run.role)
        if feed is None:
            feed = self.predictions[run.role] = Feed(VOLUME, run.role, patient=False)
        hear(feed, run)
        versions = self._versions.setdefault(run.role, [])
        if run.version not in versions:
            self._begin(run.role, run.version, versions)
        newest = versions[-1] == run.version and self.others.get(f"silence:version {run.version}")
        if newest:
            hear(newest, run)
        for name, places in run.segments.items():
            segment = self._feed(f"silence:segment {name}", run.role, int(run.arrived_ms[0]))
            if segment is not None:
                voting = None if run.voting is None else run.voting[places]
                part = run._replace(
                    arrived_ms=run.arrived_ms[places], event_ms=run.event_ms[places], voting=voting
                )
                hear(segment, part)

    def hear_one(self, signal: str, arrived_ms: int, event_ms: int, voting: bool) -> None:
        """A label, a behaviour or a host's report arrived."""
        feed = self.others.get(signal) or self._feed(signal, DEFAULT_ROLE, arrived_ms)
        if feed is not None:
            feed.hear_one(arrived_ms, event_ms, voting)

    def look(self, now_ms: int) -> list[Told]:
        """What has fallen silent, or is heard again, at a time of the partition."""
        found = [feed.look(now_ms, now_ms) for feed in self.predictions.values()]
        # Without predictions (a model that only reports) its other feeds go by the partition's time.
        limit_ms = max((feed.alive_ms for feed in self.predictions.values()), default=now_ms)
        found += [feed.look(now_ms, limit_ms) for feed in self.others.values()]
        for signal in [signal for signal, feed in self.others.items() if feed.is_over]:
            del self.others[signal]
        return [told for told in found if told is not None]

    @property
    def silent_since_ms(self) -> int | None:
        """The partition's time at which anything was heard of a model that is silent; None: it is not."""
        feeds = list(self.predictions.values()) or list(self.others.values())
        if not feeds or any(feed.told is None for feed in feeds):
            return None
        return max(feed.alive_ms for feed in feeds)

    @property
    def next_ms(self) -> float:
        """Before this time of the partition there is nothing to look at."""
        feeds = (*self.predictions.values(), *self.others.values())
        return min((feed.next_ms() for feed in feeds), default=inf)

    def thin(self, now_ms: int) -> list[tuple[Feed, float]]:
        """Prediction feeds too thin to be armed within a week, and how many events a day they have."""
        found = []
        for feed in self.predictions.values():
            days = (now_ms - feed.cadence.first_ms) / DAY_MS
            if days >= 1 and feed.cadence.events / days * 7 < SELDOM and not feed.cadence.is_armed:
                found.append((feed, feed.cadence.events / days))
        return found

    def _begin(self, role: str, version: str, versions: list[str]) -> None:
        for older in versions:
            before = self.others.get(f"silence:version {older}")
            if before is not None and before.told is None:
                del self.others[before.signal]
            elif before is not None:
                before.replace()
        if versions:
            self.others[f"silence:version {version}"] = Feed(f"silence:version {version}", role, patient=True)
        versions.append(version)
        del versions[:-VERSIONS_MAX]

    def _feed(self, signal: str, role: str, now_ms: int) -> Feed | None:
        feed = self.others.get(signal)
        if feed is None:
            if len(self.others) >= FEEDS_MAX and not self._make_room(now_ms):
                self.crowded += 1
                return None
            feed = self.others[signal] = Feed(signal, role, patient=True)
        return feed

    def _make_room(self, now_ms: int) -> bool:
        """Let go of the feed that was heard least, if it was heard seldom and not just now."""
        signal, least = min(self.others.items(), key=lambda item: item[1].cadence.events)
        if least.cadence.events >= SELDOM or now_ms - least.alive_ms < SELDOM_MS or least.told is not None:
            return False
        del self.others[signal]
        return True

    def snapshot(self) -> list[Any]:
        """Plain values for the state codec."""
        feeds = [[feed.snapshot() for feed in each.values()] for each in (self.predictions, self.others)]
        return [*feeds, self.crowded, self._versions]

    def restore(self, snapshot: list[Any]) -> None:
        """Take up what was heard before."""
        predictions, others, self.crowded, versions = snapshot
        self.predictions = {feed.role: feed for feed in map(Feed.restore, predictions)}
        self.others = {feed.signal: feed for feed in map(Feed.restore, others)}
        self._versions = {role: list(names) for role, names in versions.items()}


def hear(feed: Feed, run: Arrived) -> None:
    """Let a feed hear predictions; there is no gap of ``GAP_MS`` among them (see ``Shard``)."""
    if run.voting is not None:
        rows = zip(run.arrived_ms.tolist(), run.event_ms.tolist(), run.voting.tolist(), strict=True)
        for arrived_ms, event_ms, voting in rows:
            feed.hear_one(arrived_ms, event_ms, voting)
        return
    first_ms, last_ms = int(run.arrived_ms[0]), int(run.arrived_ms[-1])
    intervals: list[int] = []
    if last_ms // INTERVAL_MS - first_ms // INTERVAL_MS > 1:  # else first and last are all there are
        intervals = np.unique(run.arrived_ms // INTERVAL_MS).tolist()
    heard = Heard(first_ms, last_ms, len(run.arrived_ms), intervals)
    feed.hear(heard, (int(run.event_ms[0]), int(run.event_ms[-1])))
