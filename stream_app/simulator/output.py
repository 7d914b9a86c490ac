"""Where simulated events go: a file at full speed, or any sender at a chosen pace."""

import gzip
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from driftline.stream_app.simulator.playing import SimulatedEvent
from driftline.stream_app.simulator.truth import Truth

_BURST_S = 0.005  # how far ahead of the pace sending may run before it sleeps


class Clock(Protocol):
    """Monotonic seconds, and a way to let them pass."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""

    def sleep(self, seconds: float, /) -> None:
        """Come back after this many seconds."""


def write_file(path: Path, events: Iterable[SimulatedEvent]) -> int:
    """Write the events as JSON lines, compressed when the name ends in ``.gz``; returns how many.

    The same events give the same bytes, compressed too: no name and no time of writing is stored.
    """
    written = 0
    with _writing(path) as write:
        for event in events:
            write(event.value + b"\n")
            written += 1
    return written


def play(
    events: Iterable[SimulatedEvent],
    send: Callable[[SimulatedEvent], object],
    rate: float | None = None,
    clock: Clock = time,
) -> int:
    """Send every event in order, ``rate`` a second of wall clock (None: as fast as they are taken).

    When sending falls behind, it catches up. Returns how many were sent.
    """
    if rate is not None and not rate > 0:
        raise ValueError(f"rate must be above 0 events per second, got {rate}")
    started = clock.monotonic()
    sent = 0
    for event in events:
        if rate is not None:
            ahead_s = sent / rate - (clock.monotonic() - started)
            if ahead_s > _BURST_S:
                clock.sleep(ahead_s)
        send(event)
        sent += 1
    return sent


def noting_changes(
    events: Iterable[SimulatedEvent],
    truths: Iterable[Truth],
    injected_s: dict[str, float],
    clock: Clock = time,
) -> Iterator[SimulatedEvent]:
    """The same events; when the first of a change passes, the clock's time goes under the change's id."""
    coming = sorted(((truth.began_ms, truth.change) for truth in truths), reverse=True)
    for event in events:
        while coming and coming[-1][0] <= event.time_ms:
            injected_s[coming.pop()[1]] = clock.monotonic()
        yield event


@contextmanager
def _writing(path: Path) -> Iterator[Callable[[bytes], int]]:
    with path.open("wb") as file:
        if path.suffix != ".gz":
            yield file.write
            return
        with gzip.GzipFile(filename="", mode="wb", compresslevel=5, fileobj=file, mtime=0) as compressed:
            yield compressed.write
