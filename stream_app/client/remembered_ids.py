"""Which ids were seen lately, in bounded memory."""

from collections import deque


class RememberedIds:
    """The last ``capacity`` distinct ids (about 200 bytes each)."""

    def __init__(self, capacity: int) -> None:
        self._order: deque[str] = deque()
        self._ids: set[str] = set()
        self._capacity = capacity

    def is_new(self, id: str) -> bool:
        """True for an id that is not remembered; from then on it is, and the oldest may be forgotten."""
        if id in self._ids:
            return False
        self._ids.add(id)
        self._order.append(id)
        if len(self._order) > self._capacity:
            self._ids.remove(self._order.popleft())
        return True

    def forget(self, id: str) -> None:
        """As if it had not been seen: what it stood for did not happen."""
        if id in self._ids:
            self._ids.remove(id)
            self._order.remove(id)
