"""A replay's outputs as the dashboard hears them."""

from collections.abc import Sequence

from driftline.stream_app.adapters.replay import Sink, Sinks, replay_batches
from driftline.stream_app.adapters.tables import Tables
from driftline.stream_app.cli.replay_report import print_summary, watched
from driftline.stream_app.config import Settings
from driftline.stream_app.dashboard.records import Feed, Heard
from driftline.stream_app.pipeline import OutputRecord


def replayed(files: Sequence[str], settings: Settings, tables: Tables) -> list[Heard]:
    """Everything that the events of the files make driftline say."""
    heard: list[Heard] = []

    def sink(feed: Feed) -> Sink:
        def take(record: OutputRecord) -> None:
            heard.append(Heard(feed, record.key, record.value, 0, headers=tuple(record.headers)))

        return take

    sinks = Sinks(sink("alerts"), sink("dead_letters"), sink("audit"), sink("signals"))
    with watched(files, tables) as records:
        print_summary(replay_batches(records, settings, sinks))
    return heard
