"""What all pages look at."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from driftline.stream_app.config import Settings
from driftline.stream_app.dashboard.access import User
from driftline.stream_app.dashboard.signals import Point
from driftline.stream_app.dashboard.state import State

Context = dict[str, Any]


@dataclass(frozen=True)
class View:
    """The state at one moment, and who looks.

    ``now_ms`` is the time on the wall, or of a recording its last event's. ``acts`` says that words of
    operators have somewhere to go: of a recording they have not.
    """

    state: State
    points: Callable[[str, int], list[Point]]
    settings: Settings
    user: User
    now_ms: int
    trouble: str = ""
    acts: bool = True
    recording: str = ""
    reading: dict[str, Any] = field(default_factory=dict)

    @property
    def may_act(self) -> bool:
        """Whether buttons are shown."""
        return self.acts and self.user.role == "operator"


def path(*parts: str) -> str:
    """A page's address; names may hold any character."""
    return "".join(f"/{quote(part, safe='')}" for part in parts)
