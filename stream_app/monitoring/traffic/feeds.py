"""What a model is heard by: its predictions, and each feed beside them; which of them has fallen silent."""

from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.stream_app.monitoring.traffic.cadence import DAY_MS, INTERVAL_MS, Heard
from driftline.stream_app.monitoring.traffic.feed import Feed, Told
from driftline.stream_app.monitoring.traffic.hosts import HOST, Hosts
from driftline.stream_app.monitoring.traffic.volume import VOLUME

DEFAULT_ROLE = "live"
LABELS = "silence:labels"
JOINED = "silence:joined labels"
"""Labels that find their prediction; silent when labels come without one that does."""
# Beside predictions: 64 × 1 KB of state a model. Names are the data's, so a feed that was not heard often
# makes room for a new one.
FEEDS_MAX = 64
SELDOM = 50
SELDOM_MS = 3_600_000
VERSIONS_MAX = 16
VERSION = "silence:version "
"""Predictions of the newest version of a role, while others of that role are heard."""
BEHAVIOR = "silence:behavior "
GONE_MS = DAY_MS  # judged: a version that did not come back by then was rolled back


def rate_of(signal: str) -> str:
    """The signal of the share of predictions that a feed's events follow: ``rate:click``; "" for none."""
    return f"rate:{signal.removeprefix(BEHAVIOR)}" if signal.startswith(BEHAVIOR) else ""


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
    was replaced. That one is gone when it did not come back for a day, or another one begins. Hosts are
    judged together (`Hosts`).
    """

    def __init__(self) -> None:
        self.predictions: dict[str, Feed] = {}
        self.others: dict[str, Feed] = {}
        self.hosts = Hosts()
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
        newest = versions[-1] == run.version and self.others.get(VERSION + run.version)
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
        hosts, others = self._hosts_and_others()
        for feed in others:
            others_go_on_ms = self._goes_on_ms(feed, now_ms) - feed.alive_ms
            if feed.told and feed.signal.startswith(VERSION) and others_go_on_ms >= GONE_MS:
                feed.replace()
        found += [feed.look(now_ms, min(limit_ms, self._goes_on_ms(feed, now_ms))) for feed in others]
        found += self.hosts.look(hosts, now_ms, limit_ms)
        for signal in [signal for signal, feed in self.others.items() if feed.is_over]:
            del self.others[signal]
        return [told for told in found if told is not None]

    @property
    def silent_since_ms(self) -> int | None:
        """The partition's time at which anything was heard of a model that is silent; None: it is not."""
        hosts, others = self._hosts_and_others()
        last = [max(hosts, key=lambda feed: feed.alive_ms)] if hosts else []
        feeds = list(self.predictions.values()) or [*others, *last]
        if not feeds or any(feed.told is None for feed in feeds):
            return None
        return max(feed.alive_ms for feed in feeds)

    def _goes_on_ms(self, feed: Feed, now_ms: int) -> int:
        """Up to when there was what a feed is a part of, beside predictions."""
        if feed.signal.startswith(VERSION):
            return self.predictions[feed.role].alive_ms
        if feed.signal != JOINED:
            return now_ms
        labels = self.others.get(LABELS)
        return 0 if labels is None else labels.alive_ms

    def _hosts_and_others(self) -> tuple[list[Feed], list[Feed]]:
        """The feeds beside the predictions: those of hosts, and all others."""
        hosts = [feed for signal, feed in self.others.items() if signal.startswith(HOST)]
        others = [feed for signal, feed in self.others.items() if not signal.startswith(HOST)]
        return hosts, others

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
            if not feed.cadence.events:
                continue  # nothing was heard of it yet, so nobody knows how many there will be
            if days >= 1 and feed.cadence.events / days * 7 < SELDOM and not feed.cadence.is_armed:
                found.append((feed, feed.cadence.events / days))
        return found

    def _begin(self, role: str, version: str, versions: list[str]) -> None:
        for older in versions:
            before = self.others.get(VERSION + older)
            if before is not None and before.told is None:
                del self.others[before.signal]
            elif before is not None:
                before.replace()
        if versions:
            self.others[VERSION + version] = Feed(VERSION + version, role, patient=True)
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
        """Let go of a host that was there for less than a day, or of the feed that was heard least, if it was
        heard seldom and not just now.
        """
        hosts, _ = self._hosts_and_others()
        for feed in hosts:
            if not feed.cadence.is_armed and now_ms - feed.alive_ms >= DAY_MS:
                del self.others[feed.signal]
                return True
        signal, least = min(self.others.items(), key=lambda item: item[1].cadence.events)
        if least.cadence.events >= SELDOM or now_ms - least.alive_ms < SELDOM_MS or least.told is not None:
            return False
        del self.others[signal]
        return True

    def snapshot(self) -> list[Any]:
        """Plain values for the state codec."""
        feeds = [[feed.snapshot() for feed in each.values()] for each in (self.predictions, self.others)]
        return [*feeds, self.crowded, self._versions, self.hosts.gone]

    def restore(self, snapshot: list[Any]) -> None:
        """Take up what was heard before."""
        predictions, others, self.crowded, versions, *gone = snapshot
        self.predictions = {feed.role: feed for feed in map(Feed.restore, predictions)}
        self.others = {feed.signal: feed for feed in map(Feed.restore, others)}
        self._versions = {role: list(names) for role, names in versions.items()}
        self.hosts.gone = [(first_ms, last_ms) for first_ms, last_ms in (gone[0] if gone else [])]


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
