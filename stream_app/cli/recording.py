"""A replay's outputs as the dashboard hears them."""

from collections.abc import Sequence

from driftline.stream_app.adapters.replay import replay
from driftline.stream_app.adapters.tables import Tables
from driftline.stream_app.cli.replay_report import print_summary, watched
from driftline.stream_app.config import Settings
from driftline.stream_app.dashboard.records import Heard
from driftline.stream_app.outputs import Output, Sink
from driftline.stream_app.pipeline import OutputRecord


class Hearing(Sink):
    """Keeps what is said in the order in which it is said, whatever its kind."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []

    async def write(self, output: Output, records: Sequence[OutputRecord]) -> None:
        """Hear them."""
        self.heard += [
            Heard(output, key, value, 0, headers=tuple(headers)) for key, value, headers in records
        ]


def replayed(files: Sequence[str], settings: Settings, tables: Tables) -> list[Heard]:
    """Everything that the events of the files make driftline say."""
    hearing = Hearing()
    with watched(files, tables) as records:
        print_summary(replay(records, settings, hearing, summaries="every"))
    return hearing.heard
