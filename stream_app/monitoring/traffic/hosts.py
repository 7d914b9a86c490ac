"""Which serving hosts of a model report, and whether one that stops is missed.

Hosts come and go: a deployment replaces them all, a night needs fewer. One that stops is missed when for half
an hour fewer hosts report than did a day before it stopped; of several that stop together the first is told,
with how many are left. It is over when as many report again, whatever they are called, or when fewer have
reported for a day: so many are usual then. That no host reports is told of the one that was heard last, and
as soon as any silence is: silence of a host counts up to when any other is heard.
"""

from collections.abc import Sequence

from driftline.stream_app.monitoring.traffic.cadence import DAY_MS, GAP_MS
from driftline.stream_app.monitoring.traffic.feed import Feed, Told

HOST = "silence:host "
# Judged: as long as a new host may take to load its model. While others report, nobody is woken up sooner.
REPLACED_WITHIN_MS = 30 * 60_000
# Of hosts that were let go, from when to when they reported: two days of them, at most 64 × 2 numbers.
GONE_MS = 2 * DAY_MS
GONE_MAX = 64


class Hosts:
    """Looks at the feeds of all hosts of a model, and remembers those that are gone."""

    def __init__(self) -> None:
        self.gone: list[tuple[int, int]] = []

    def look(self, hosts: Sequence[Feed], now_ms: int, limit_ms: int) -> list[Told]:
        """What there is to tell at a time of the partition; those that nobody waits for are over then.

        ``limit_ms``: up to when silence of all of them counts.
        """
        found: list[Told] = []
        last_ms = max((feed.alive_ms for feed in hosts), default=0)
        for feed in hosts:
            at_ms = min(now_ms, limit_ms) if feed.alive_ms >= last_ms else min(now_ms, limit_ms, last_ms)
            back = feed.look(now_ms, at_ms)
            told = back if back is not None and back.what == "back" else self._judge(feed, hosts, at_ms)
            if told is not None:
                found.append(told)
        over = [(feed.cadence.first_ms, feed.alive_ms) for feed in hosts if feed.is_over]
        kept = [span for span in self.gone if now_ms - span[1] < GONE_MS]
        self.gone = [*kept, *over][-GONE_MAX:]
        return found

    def _judge(self, feed: Feed, hosts: Sequence[Feed], at_ms: int) -> Told | None:
        """What there is to tell of a host that is silent."""
        told = feed.told
        if told is None:
            return None
        since_ms = feed.cadence.heard_ms
        before = told.hosts or self._reported(hosts, since_ms - DAY_MS)
        # Who was heard in the latter half of the time that this one is waited for: others may have stopped
        # with it.
        waited_ms = min(feed.cadence.silent_from(), at_ms) - since_ms
        lately_ms = at_ms - max(waited_ms / 2, GAP_MS)
        reporting = sum(other.alive_ms > lately_ms for other in hosts if other is not feed)
        now = told._replace(silent_ms=at_ms - since_ms, hosts=before, reporting=reporting)
        if reporting >= before:
            feed.let_go()
            return now._replace(what="replaced")
        if reporting and not told.hosts and at_ms - since_ms < REPLACED_WITHIN_MS:
            return None
        if reporting and at_ms - since_ms >= DAY_MS:
            feed.let_go()
            return now._replace(what="fewer")
        if told.hosts and told.what == "silent":
            return others_are_back(feed, now, at_ms) if not told.reporting else None
        open_ones = [other.told for other in hosts if other.told is not None and other is not feed]
        known = [each.reporting for each in open_ones if each.hosts and each.what == "silent"]
        feed.told = now._replace(what="silent" if reporting < min(known, default=before) else "covered")
        return feed.told if feed.told.what == "silent" else None

    def _reported(self, hosts: Sequence[Feed], at_ms: int) -> int:
        """How many hosts reported at a time, those that are gone by now among them."""
        spans = [*self.gone, *((feed.cadence.first_ms, feed.alive_ms) for feed in hosts)]
        return sum(first_ms <= at_ms <= last_ms for first_ms, last_ms in spans)


def others_are_back(feed: Feed, now: Told, at_ms: int) -> Told | None:
    """That others have been heard for a while after none was; then the host itself is missed anew."""
    if not now.reporting:
        now = now._replace(back_ms=0)
    elif now.back_ms and at_ms - now.back_ms >= GAP_MS:
        feed.told = None
        return now._replace(what="others")
    elif not now.back_ms:
        now = now._replace(back_ms=at_ms)
    feed.told = now._replace(reporting=0)
    return None
