"""The demo without a broker: the same engine, fed from memory as fast as it works."""

from collections.abc import Sequence

import orjson

from driftline.stream_app.adapters.memory import records_of_messages
from driftline.stream_app.adapters.replay import batches, replay
from driftline.stream_app.cli.demo.board import Board
from driftline.stream_app.config import Settings
from driftline.stream_app.outputs import Output, Sink
from driftline.stream_app.pipeline import OutputRecord

BATCH = 256  # small, so that an alert is shown close to the events that raised it


class Shown(Sink):
    """Shows alerts on a board."""

    def __init__(self, board: Board) -> None:
        self._board = board

    async def write(self, output: Output, records: Sequence[OutputRecord]) -> None:
        """Show them."""
        if output == "alerts":
            for record in records:
                self._board.show_alert(orjson.loads(record.value))


def play_in_memory(settings: Settings, board: Board) -> None:
    """Play the board's scenario through the engine."""
    replay(batches(records_of_messages(board.events()), BATCH), settings, Shown(board))
