"""Log lines of libraries that say the same thing again and again."""

import logging
import re
from collections.abc import Callable
from time import monotonic
from typing import Final

EVERY_S: Final = 60.0
MESSAGES_MAX: Final = 256
"""Different messages that are remembered, about 300 B each; beyond, all are forgotten and begin anew."""

_NUMBERS: Final = re.compile(r"\d+")


class OncePerMinute(logging.Filter):
    """Lets a message of these libraries through once a minute, and then says how often it came in between.

    Messages are the same when they differ in numbers only: a broker that is away is tried again at each
    moment, on each connection.
    """

    def __init__(self, libraries: tuple[str, ...], clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._libraries = libraries
        self._clock = clock
        self._since: dict[tuple[str, str], float] = {}
        self._held_back: dict[tuple[str, str], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be written; its text may be told how often it was held back."""
        if not record.name.startswith(self._libraries):
            return True
        key = record.name, _NUMBERS.sub("#", record.getMessage())
        now = self._clock()
        if now - self._since.get(key, -EVERY_S) < EVERY_S:
            self._held_back[key] = self._held_back.get(key, 0) + 1
            return False
        if len(self._since) >= MESSAGES_MAX:
            self._since.clear()
            self._held_back.clear()
        self._since[key] = now
        if count := self._held_back.pop(key, 0):
            record.msg, record.args = f"{record.getMessage()} (and {count:,} times in the last minute)", None
        return True
