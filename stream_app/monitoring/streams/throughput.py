"""Throughput of one model: its predictions counted by stream, and looked at each minute."""

from driftline.schemas.status import ALL_VERSIONS
from driftline.stream_app.monitoring.notices import Notices, Why
from driftline.stream_app.monitoring.reported import Arrival
from driftline.stream_app.monitoring.streams.stream import Stream
from driftline.stream_app.monitoring.streams.streams import Streams
from driftline.stream_app.monitoring.traffic.clockwork import Turn
from driftline.stream_app.monitoring.traffic.volume import VOLUME

MINUTE_MS = 60_000
DAY_S = 86_400


class Throughput:
    """Counts the predictions of all streams of a model; up to minute ``counted_ms`` it was looked at them."""

    def __init__(self, model: str, streams: Streams, notices: Notices) -> None:
        self._model = model
        self._streams = streams
        self._notices = notices
        self.counted_ms = -1

    def count(self) -> None:
        """Count the predictions that came since the last call."""
        for stream in self._streams.versions():
            if counted := stream.take_count():
                stream.volume.add(counted)
                self._streams.everything(stream.role).volume.add(counted)

    def tick(self, now_ms: int, arrival: Arrival) -> None:
        """Let the counts of whole minutes become rows: they are looked at less often than they are counted,
        which costs a sixth.
        """
        minute_ms = now_ms // MINUTE_MS * MINUTE_MS
        if minute_ms == self.counted_ms:
            return
        self.counted_ms = minute_ms
        self.count()
        for stream in self._streams.wholes():
            stream.count_volume(minute_ms, arrival)
            self._note_thin(stream, now_ms)

    def take_turns(self) -> list[tuple[Stream, Turn]]:
        """What the plain rules that watch throughput have to tell since the last call."""
        return [(stream, turn) for stream in self._streams.wholes() for turn in stream.volume.take_turns()]

    def _note_thin(self, stream: Stream, now_ms: int) -> None:
        """Say when it will not be armed within a week, and when it is after all."""
        volume = stream.volume
        subject = f"{VOLUME} {stream.version} {stream.role}"
        if volume.is_released:
            self._notices.settle(Why.NOT_ARMED, subject)
        elif volume.step_s and not volume.arms_within_a_week and stream.version == ALL_VERSIONS:
            days = volume.step_s * volume.warm_up / DAY_S
            self._notices.note(
                Why.NOT_ARMED,
                subject,
                f"{self._model}: {VOLUME} is not armed: it has {volume.held} of {volume.warm_up} counts, "
                f"which take {days:.0f} days at this rate.",
                now_ms,
            )
