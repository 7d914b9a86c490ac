"""Notices a worker that lives but does not get on."""

import asyncio
from collections.abc import Callable
from time import monotonic

from driftline.stream_app.adapters.worker.ownership import Ownership


class StalledError(Exception):
    """Acknowledged offsets stand still while there is more to read."""


class Watchdog:
    """Raises when a partition's acknowledged offset has not moved for a long time although its log grew.

    Args:
        end: end offset of a topic and partition number, as far as known.
        patience_s: how long is a long time.
    """

    def __init__(
        self, ownership: Ownership, end: Callable[[str, int], int], patience_s: float = 600.0
    ) -> None:
        self._ownership = ownership
        self._end = end
        self._patience_s = patience_s
        self._seen: dict[tuple[str, int], tuple[int, int, float]] = {}

    async def run(self) -> None:
        """Never returns; raises `StalledError`."""
        while True:
            await asyncio.sleep(self._patience_s / 20)
            self.look(monotonic())

    def look(self, now: float) -> None:
        """Compare with what was seen before."""
        fenced = self._ownership.fenced_since
        if fenced is not None and now - fenced > self._patience_s:
            raise StalledError("another worker took a partition over, but no rebalance followed")
        for partition in self._ownership.all():
            for topic in partition.alignment.topics:
                self._compare((topic, partition.number), partition.acknowledged.get(topic, 0), now)

    def _compare(self, source: tuple[str, int], acknowledged: int, now: float) -> None:
        end = self._end(*source)
        before, end_before, since = self._seen.get(source, (-1, 0, now))
        if acknowledged != before or end <= acknowledged or source not in self._seen:
            self._seen[source] = (acknowledged, end, now)
        elif now - since > self._patience_s and end > end_before:
            raise StalledError(
                f"{source[0]}-{source[1]} stands at offset {acknowledged} for {now - since:.0f} s "
                f"while its end grew from {end_before} to {end}"
            )
