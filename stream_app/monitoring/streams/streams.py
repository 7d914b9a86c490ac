"""The streams of one model: opened by their first event, born from a predecessor, retired when idle.

Each version in a role is a stream, and so is each segment of it that is watched apart, beside the whole.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from driftline.detectors import BankSettings, watches_means
from driftline.schemas.status import ALL_VERSIONS
from driftline.stream_app.config import Limits, ModelPlan
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.monitoring.streams.stream import Stream

Baseline = dict[str, dict[str, Any]]
"""Snapshots of two streams that were healthy: of a version, and of all versions together."""
# A stream without events for this long makes room for a new version when all places are taken; one that lived
# for minutes sooner, once it is idle for as long as it lived: versions may change with every deployment.
IDLE_MS = 25 * 3600 * 1000
IDLE_MS_MIN = 5 * 60 * 1000


class Streams(dict[StreamKey, Stream]):
    """Streams by version, role and segment, in the order in which they were opened.

    A version is compared with its predecessor, the one that was active last when it began: it takes up what
    that one knows then, and on ticks what that one learns later, for labels come late. Two that begin
    together are siblings, and each learns for itself: nothing of the first was watched yet, not even roughly,
    when the second began, and it has had more predictions beside the second than before. Then the second
    forgets what it had taken up. Where the first stops sooner its warm-up goes on in the second: versions may
    change with every few predictions.
    """

    def __init__(
        self, plan: ModelPlan, settings: BankSettings, limits: Limits, baseline: Baseline | None = None
    ) -> None:
        super().__init__()
        self._plan = plan
        self._settings = settings
        self._limits = limits
        self._baseline = baseline

    def open(self, version: str, role: str, now_ms: int, flush: Callable[[Stream], None]) -> Stream | None:
        """A new stream that begins with what its predecessor knows; None when there is no room for it.

        ``flush`` hands the rows that wait in a stream to its banks.
        """
        versions = self.versions()
        if len(versions) >= self._limits.streams_per_model and not self._retire(versions, now_ms, flush):
            return None
        self.everything(role)
        for other in self.versions():  # what waits may be all that one knows
            flush(other)
        predecessor = self._predecessor(role)
        stream = self.new(StreamKey(version, role))
        # Volume counts for all versions together; of a single version it is kept, not watched: a roll-out
        # moves traffic from one version to another, and that is nobody's incident.
        stream.watch_volume(detectors=())
        if predecessor is not None:
            stream.inherit(predecessor)
        elif self._baseline is not None:
            stream.begin_from(self._restored(self._baseline["version"]))
        stream.last_event_ms = now_ms
        stream.presence.hear(now_ms)
        return stream

    def open_segment(self, key: StreamKey, flush: Callable[[Stream], None]) -> Stream:
        """A new stream for a segment of a version, which is open already.

        It begins with what that segment of the version before knows, or else with nothing: what is usual for
        all is not for each.
        """
        stream, predecessor = self.new(key), self[key.whole].compared_with
        for role in (key.role, "live"):
            other = None if predecessor is None else self.get(StreamKey(predecessor, role, key.segment))
            if other is not None and other is not stream:
                flush(other)
                stream.inherit(other)
                break
        return stream

    def close_segment(self, segment: str, flush: Callable[[Stream], None]) -> None:
        """Give up a segment in all versions: its place belongs to one that comes more often."""
        for key in [key for key in self if key.segment == segment]:
            flush(self[key])
            del self[key]

    def inherit_late(self) -> None:
        """On a tick, when no rows wait: versions take up what their predecessors have learned meanwhile."""
        for stream, other in self._heirs():
            if not stream.segment and stream.is_sibling_of(other):
                for each in (stream, *self.segments_of(stream.key)):
                    each.learn_for_itself()
        for stream, other in self._heirs():
            stream.go_on_from(other)

    def has_inherited(self) -> bool:
        """Whether no version has anything to take up from its predecessor any more."""
        return all(stream.knows_all_of(other) for stream, other in self._heirs())

    def know(self, behaviors: Sequence[str]) -> bool:
        """Whether all versions watch these signals of what users do."""
        return not any(stream.outcomes["behaviors"].unknown(behaviors) for stream in self._of_versions())

    def _heirs(self) -> Iterator[tuple[Stream, Stream]]:
        """The streams that are compared with another one which is there, and that one."""
        for stream in self._of_versions():
            if stream.compared_with is None:
                continue
            for role in (stream.role, "live"):
                other = self.get(StreamKey(stream.compared_with, role, stream.segment))
                if other is not None and other is not stream:
                    yield stream, other
                    break

    def new(self, key: StreamKey) -> Stream:
        """An empty stream, kept here."""
        stream = self[key] = self._made(key)
        return stream

    def _made(self, key: StreamKey) -> Stream:
        return Stream(key, self._plan, self._settings, self._limits.signals_per_stream)

    def everything(self, role: str) -> Stream:
        """The stream of all versions in a role."""
        key = StreamKey(ALL_VERSIONS, role)
        stream = self.get(key)
        if stream is None:
            stream = self.new(key)
            # Its mean is watched: that counts vary more, or otherwise, is told by nothing that anybody does.
            means = tuple(filter(watches_means, self._settings.detectors))
            stream.watch_volume(detectors=means)
            if self._baseline is not None:
                stream.begin_from(self._restored(self._baseline["all_versions"]))
        return stream

    def baseline(self) -> Baseline | None:
        """What the stream of the live role that was last active has learned, for a later beginning."""
        stream = self._predecessor("live")
        if stream is None:
            return None
        return {"version": stream.snapshot(), "all_versions": self.everything(stream.role).snapshot()}

    def _restored(self, snapshot: dict[str, Any]) -> Stream:
        stream = self._made(StreamKey(snapshot["version"], snapshot["role"]))
        stream.restore(snapshot)
        return stream

    def versions(self) -> list[Stream]:
        """The streams of single versions, each as a whole."""
        return [stream for stream in self.wholes() if stream.version != ALL_VERSIONS]

    def _of_versions(self) -> list[Stream]:
        """The streams of single versions, and of their segments."""
        return [stream for stream in self.values() if stream.version != ALL_VERSIONS]

    def wholes(self) -> list[Stream]:
        """The streams that are no segments."""
        return [stream for stream in self.values() if not stream.segment]

    def segments_of(self, key: StreamKey) -> list[Stream]:
        """The streams of the segments of a version in a role."""
        return [stream for stream in self.values() if stream.segment and stream.key.whole == key.whole]

    def heard_ms(self, key: StreamKey) -> int | None:
        """When anything of a stream was heard last; None when there is no such stream any more."""
        return max((stream.presence.heard_ms for stream in self._heard_as(key)), default=None)

    def is_gone(self, key: StreamKey, now_ms: int) -> bool:
        """Whether nothing of a stream comes any more: its incidents are over, its part of the budget is free.

        All versions together are gone when every one of them is.
        """
        return all(stream.presence.is_gone(now_ms) for stream in self._heard_as(key))

    def _heard_as(self, key: StreamKey) -> Iterator[Stream]:
        """The streams whose predictions are those of a stream."""
        for stream in self.values():
            same = key.version in (stream.version, ALL_VERSIONS) and stream.segment == key.segment
            if same and stream.role == key.role:
                yield stream

    def _predecessor(self, role: str) -> Stream | None:
        """The stream with predictions that was last active in this role, or else in the live role."""
        for wanted in (role, "live"):
            streams = [stream for stream in self.versions() if stream.role == wanted]
            candidates = [stream for stream in streams if stream.predictions.bank.signals]
            if candidates:
                return max(candidates, key=lambda stream: stream.last_event_ms)
        return None

    def _retire(self, versions: list[Stream], now_ms: int, flush: Callable[[Stream], None]) -> bool:
        oldest = min(versions, key=lambda stream: stream.last_event_ms)
        lived_ms = oldest.last_event_ms - oldest.opened_ms
        if now_ms - oldest.last_event_ms < min(max(lived_ms, IDLE_MS_MIN), IDLE_MS):
            return False
        flush(oldest)
        for gone in (oldest, *self.segments_of(oldest.key)):
            del self[gone.key]
        return True
