"""The first page: how everything is, in a sentence, and a tile for each stream."""

from dataclasses import dataclass
from typing import Final

from driftline.schemas.status import ALL_VERSIONS
from driftline.stream_app.dashboard.charts import spark_svg
from driftline.stream_app.dashboard.incidents import Incident, gravest
from driftline.stream_app.dashboard.pages.view import Context, View, path
from driftline.stream_app.dashboard.signals import Stream, Tally
from driftline.stream_app.dashboard.wording import ago, counted, percent, span

SPARK_MINUTES: Final = 60
TILES_MAX: Final = 60
INCIDENTS_SHOWN: Final = 8
RECENT_SHOWN: Final = 4
SILENT_MS: Final = 180_000  # three times what a healthy signal takes
QUIET_MS: Final = 3_600_000  # judged: whether that is usual the worker knows, and tells when it is not


@dataclass(frozen=True)
class Tile:
    """One version of a model in a role."""

    stream: Stream
    tally: Tally
    incidents: list[Incident]
    severity: str
    sentences: list[str]
    spark: str
    silent_ms: int  # since a worker last said something; 0: it was lately
    quiet_ms: int  # since its last event; 0: within the hour
    link: str

    @property
    def is_of_all(self) -> bool:
        """Whether it stands for all versions together."""
        return self.stream.version == ALL_VERSIONS

    @property
    def word(self) -> str:
        """Its state in a word."""
        if self.severity:
            return self.severity
        if self.silent_ms:
            return f"not heard of for {span(self.silent_ms)}"
        if self.quiet_ms:
            return f"no event for {span(self.quiet_ms)}"
        return "learning" if not self.tally.armed else "healthy"


def overview(view: View, text: str = "") -> Context:
    """The page's values; ``text`` filters by the names of models."""
    tiles = [tile_of(view, stream, tally) for stream, tally in view.state.signals.tallies().items()]
    tiles = [tile for tile in tiles if text.lower() in tile.stream.model.lower()]
    of_versions = {(tile.stream.model, tile.stream.role) for tile in tiles if not tile.is_of_all}
    # What counts for all versions together is nothing beside them, unless it is in trouble.
    tiles = [
        tile
        for tile in tiles
        if not tile.is_of_all or tile.severity or (tile.stream.model, tile.stream.role) not in of_versions
    ]
    order = {"critical": 0, "warning": 1, "info": 2}
    tiles.sort(key=lambda tile: (order.get(tile.severity, 3), tile.stream))
    incidents = [each for each in view.state.incidents.open() if text.lower() in each.model.lower()]
    over = [each for each in view.state.incidents.ranked() if not each.is_open]
    recent = [each for each in over if text.lower() in each.model.lower()]
    return {
        "recent": recent[: max(RECENT_SHOWN - len(incidents), 0)],
        "sentence": sentence_of(view),
        "tiles": tiles[:TILES_MAX],
        "more": max(len(tiles) - TILES_MAX, 0),
        "incidents": incidents[:INCIDENTS_SHOWN],
        "incidents_more": max(len(incidents) - INCIDENTS_SHOWN, 0),
        "text": text,
    }


def sentence_of(view: View) -> str:
    """How everything is."""
    tallies = view.state.signals.tallies().values()
    if not tallies and not len(view.state.incidents):
        return "Nothing has been heard yet: no worker has published anything on these topics."
    incidents = view.state.incidents.open()
    parts = ["No incident is open"]
    if incidents:
        oldest_ms = min(incident.detected_ms for incident in incidents)
        since = span(view.now_ms - oldest_ms)
        verb = "is" if len(incidents) == 1 else "are"
        age = f"for {since}" if len(incidents) == 1 else f"the oldest for {since}"
        parts = [f"{counted(len(incidents), 'incident')} {verb} open, {age}"]
    if tallies:
        armed, signals = (sum(getattr(tally, name) for tally in tallies) for name in ("armed", "signals"))
        parts.append(f"{armed:,} of {counted(signals, 'signal')} armed")
        heard = max(tally.heard_ms for tally in tallies)
        said = (
            "the recording is over" if view.recording else f"a worker last reported {ago(heard, view.now_ms)}"
        )
        parts.append(said)
    return "; ".join(parts) + "."


def tile_of(view: View, stream: Stream, tally: Tally) -> Tile:
    """A stream at a glance."""
    incidents = [
        incident
        for incident in view.state.incidents.open()
        if (incident.model, incident.version, incident.role) == stream
    ]
    return Tile(
        stream=stream,
        tally=tally,
        incidents=incidents,
        severity=gravest(incidents),
        sentences=remarks_of(view, tally),
        spark=spark_of(view, stream, tally),
        silent_ms=silent_ms(view, tally),
        quiet_ms=quiet_ms(view, tally),
        link=path("models", stream.model),
    )


def silent_ms(view: View, tally: Tally) -> int:
    """How long nothing was heard of a stream, once that is longer than its summaries ever take."""
    elapsed_ms = 0 if view.recording else view.now_ms - tally.heard_ms
    return elapsed_ms if elapsed_ms > SILENT_MS else 0


def quiet_ms(view: View, tally: Tally) -> int:
    """How old a stream's last event is, once that is more than an hour: who is silent is not healthy."""
    elapsed_ms = 0 if view.recording else view.now_ms - tally.event_ms
    return elapsed_ms if elapsed_ms > QUIET_MS else 0


def remarks_of(view: View, tally: Tally) -> list[str]:
    """What somebody should know who trusts the tile."""
    armed = percent(tally.armed / tally.signals)
    remarks = [f"{tally.armed:,} of {counted(tally.signals, 'signal')} armed ({armed})"]
    if tally.sampling_rate < 1:
        remarks.append(f"labels are joined for {percent(tally.sampling_rate)} of predictions")
    late_ms = tally.heard_ms - tally.event_ms
    if not view.recording and late_ms > 120_000:
        remarks.append(f"its events were {span(late_ms)} old when they were read")
    return remarks


def spark_of(view: View, stream: Stream, tally: Tally) -> str:
    """The stream's traffic of the last hour, as a small picture; empty where nothing counts it."""
    if not tally.volume_key:
        return ""
    points = view.points(tally.volume_key, tally.event_ms // 60_000 - SPARK_MINUTES)
    values = [point.mean for point in points if point.mean is not None]
    return (
        spark_svg(values, f"traffic of the last hour of {stream.model} {stream.version}")
        if len(values) > 1
        else ""
    )
