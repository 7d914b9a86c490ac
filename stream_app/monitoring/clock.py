"""Event time of one model: carried by its events, deaf to a single wrong one."""

TICK_MS = 10_000


class EventClock:
    """The smallest of the last three event times, never going back.

    One or two events far ahead of their neighbours do not move it; the price is that it runs two events
    behind. A tick is a change of ``now_ms // TICK_MS``: everything that happens "after a while" happens on
    ticks, so that it depends on the events alone and not on how they were batched.
    """

    __slots__ = ("_before_last_ms", "_last_ms", "now_ms")

    def __init__(self, now_ms: int = 0, last_ms: int = 0, before_last_ms: int = 0) -> None:
        self.now_ms = now_ms
        self._last_ms = last_ms
        self._before_last_ms = before_last_ms

    def advance(self, time_ms: int) -> bool:
        """Take the time of the next event; true when a tick boundary was crossed."""
        smallest = min(time_ms, self._last_ms, self._before_last_ms)
        self._before_last_ms = self._last_ms
        self._last_ms = time_ms
        if smallest <= self.now_ms:
            return False
        ticked = smallest // TICK_MS != self.now_ms // TICK_MS
        self.now_ms = smallest
        return ticked

    def snapshot(self) -> list[int]:
        return [self.now_ms, self._last_ms, self._before_last_ms]

    @classmethod
    def restore(cls, snapshot: list[int]) -> "EventClock":
        return cls(*snapshot)
