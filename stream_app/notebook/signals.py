"""How signals went: the latest summary of each, and a few hundred moments on the way."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import orjson

from driftline.stream_app.outputs import Output, Sink
from driftline.stream_app.pipeline import OutputRecord

Summary = dict[str, Any]
MOMENTS_MAX: Final = 512
"""Of a signal; of about 150 B, so that 5,000 signals take 400 MB at most. Of more every second is dropped."""


class Level(NamedTuple):
    """The values of a signal around a moment: their middle half and their middle, or twice their mean."""

    time: str
    low: float
    middle: float
    high: float


class Signals(Sink):
    """Takes summaries as they come."""

    def __init__(self) -> None:
        self._latest: dict[bytes, Summary] = {}
        self._levels: dict[bytes, list[Level]] = {}

    async def write(self, output: Output, records: Sequence[OutputRecord]) -> None:
        """Hear those of signals."""
        if output == "signals":
            for record in records:
                self.hear(record)

    def hear(self, record: OutputRecord) -> None:
        """One summary."""
        key = record.key or b""
        summary = self._latest[key] = orjson.loads(record.value)
        level = level_of(summary["recent"])
        if level is None:
            return
        levels = self._levels.setdefault(key, [])
        levels.append(Level(summary["time"], *level))
        if len(levels) > MOMENTS_MAX:
            del levels[1::2]

    def latest(self) -> list[Summary]:
        """The last summary of each signal."""
        return list(self._latest.values())

    def course(self, signal: str, version: str | None) -> tuple[Summary, list[Level]] | None:
        """The last summary of a signal and its levels, of the last version if none is named."""
        found = None
        for key, summary in self._latest.items():
            is_whole = not summary.get("segment")
            if summary["signal"] == signal and is_whole and version in (None, summary["version"]):
                found = summary, self._levels.get(key, [])
        return found


def level_of(values: Summary | None) -> tuple[float, float, float] | None:
    """The middle half and the median of values; of shares their mean."""
    if not values or values.get("mean") is None:
        return None
    quantiles = values.get("quantiles")
    if quantiles is None:
        return (values["mean"],) * 3
    return quantiles["p25"], quantiles["p50"], quantiles["p75"]
