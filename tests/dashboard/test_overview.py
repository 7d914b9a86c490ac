"""The first page: what it says of each stream at a glance."""

from driftline.stream_app.config import Settings
from driftline.stream_app.dashboard.access import HERE
from driftline.stream_app.dashboard.pages.overview import Tile, overview
from driftline.stream_app.dashboard.pages.view import View
from driftline.stream_app.dashboard.state import State
from tests.dashboard.world import HOUR_MS, Said, alert, heard, now_ms, summary


def tiles_of(*said: Said) -> list[Tile]:
    """The tiles of a state that has heard this."""
    state = State()
    for each in heard(said):
        state.apply(each)
    view = View(state, lambda key, minute: [], Settings(), HERE, now_ms())
    tiles: list[Tile] = overview(view)["tiles"]
    return tiles


def test_who_is_silent_is_not_called_healthy() -> None:
    """A model whose traffic stopped six hours ago had a green tile."""
    (tile,) = tiles_of(summary(at_ms=now_ms() - 6 * HOUR_MS))
    assert tile.word == "no event for 6 h"
    (tile,) = tiles_of(summary())
    assert tile.word == "healthy"


def test_all_versions_together_are_no_version() -> None:
    """Each model would have a tile more, with figures that nobody can place."""
    (tile,) = tiles_of(summary(), summary("volume:predictions", version="*"))
    assert tile.stream.version == "1"
    (tile,) = tiles_of(summary("volume:predictions", version="*"))
    assert tile.stream.version == "*"


def test_trouble_of_all_versions_together_is_seen() -> None:
    """A fall of traffic is an incident of no version."""
    kind, sequence, value = alert(kind="volume", signal="volume:predictions")
    value["labels"]["version"] = "*"
    tiles = tiles_of(summary(), summary("volume:predictions", version="*"), (kind, sequence, value))
    assert [(tile.stream.version, tile.severity) for tile in tiles] == [("*", "warning"), ("1", "")]
