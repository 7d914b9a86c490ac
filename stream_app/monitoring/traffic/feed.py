"""One thing that a model is heard by, and the silence that was told of it."""

from typing import Any, Literal, NamedTuple

from driftline.stream_app.monitoring.traffic.cadence import GAP_MS, Cadence, Heard

MINUTE_MS = 60_000
# A feed is back after so many events: one alone may be a test, or a record that was late.
BACK_EVENTS = 3


class Told(NamedTuple):
    """A feed has fallen silent, or is heard again.

    since_ms: event time of the last event before the silence. silent_ms: how long it has been, or was.
    usual_per_s: events per second that are usual at this time, as was learned from ``events`` of them.
    expected: how many active intervals were missing, of which ``needed`` make a silence. back_ms: event time
    of the first event after it, 0 while it lasts. Of hosts (`hosts.py`): how many reported a day before it,
    and how many report now; what they lose may be told of another one (covered), and it is over when it was
    replaced, when fewer are enough, or when others are heard again after none was. A version is gone when
    others of its role are heard in its place.
    """

    signal: str
    role: str
    what: Literal["silent", "back", "gone", "covered", "replaced", "fewer", "others"]
    since_ms: int
    silent_ms: int
    usual_per_s: float
    events: int
    expected: float
    needed: float
    back_ms: int = 0
    hosts: int = 0
    reporting: int = 0


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
        over = silent._replace(what="back", back_ms=max(back_ms, silent.since_ms))
        return over._replace(what="gone") if self._is_replaced else over

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
        """Something else is heard in its place: with the next look silence and feed are over."""
        self._back = (BACK_EVENTS, self._back[1] or self.event_ms)
        self._is_replaced = True

    def let_go(self) -> None:
        """Nobody waits for it any more."""
        self.told, self._is_replaced = None, True

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
