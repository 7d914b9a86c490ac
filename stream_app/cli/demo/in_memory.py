"""The demo without a broker: the same engine, fed from memory as fast as it works."""

import orjson

from driftline.stream_app.adapters.memory import records_of_messages
from driftline.stream_app.adapters.replay import Sinks, replay
from driftline.stream_app.cli.demo.board import Board
from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline import OutputRecord

BATCH = 256  # small, so that an alert is shown close to the events that raised it


def play_in_memory(settings: Settings, board: Board) -> None:
    """Play the board's scenario through the engine."""

    def show(record: OutputRecord) -> None:
        board.show_alert(orjson.loads(record.value))

    replay(records_of_messages(board.events()), settings, Sinks(alerts=show), BATCH)
