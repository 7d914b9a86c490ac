"""Halves that wait for the other one."""

from typing import NamedTuple

from driftline.stream_app.gateway.kserve.half import Half, Side


class Pair(NamedTuple):
    """A request and its response."""

    request: Half
    response: Half

    @property
    def size(self) -> int:
        """Bytes that both hold."""
        return self.request.size + self.response.size


class Pairing:
    """Brings halves together. Whoever adds halves bounds them; each waits for ``within_s`` at most."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        # In the order in which they came: the first is the first that has waited too long.
        self._waiting: dict[tuple[str, str], tuple[float, Half]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, half: Half, now_s: float) -> Pair | Half | None:
        """The pair that is complete with it; the half itself, if the same one waits already; else None."""
        waiting = self._waiting.get(half.key)
        if waiting is None:
            self._waiting[half.key] = (now_s + self._within_s, half)
            return None
        other = waiting[1]
        if other.side is half.side:
            return half
        del self._waiting[half.key]
        return Pair(half, other) if half.side is Side.REQUEST else Pair(other, half)

    def expire(self, now_s: float) -> list[Half]:
        """The halves that have waited too long, and wait no longer."""
        expired = []
        for due_s, half in self._waiting.values():
            if due_s > now_s:
                break
            expired.append(half)
        for half in expired:
            del self._waiting[half.key]
        return expired
