"""Templates: everything is escaped; what is a picture of ours is marked as such where it is made."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from driftline.schemas.summaries import called
from driftline.stream_app.alarms.words.quantities import duration
from driftline.stream_app.dashboard import wording
from driftline.stream_app.dashboard.pages.view import path
from driftline.stream_app.dashboard.records import time_ms

FILTERS: Final = {
    name: getattr(wording, name)
    for name in (
        *("ago", "span", "clock", "number", "quantity", "effect", "percent", "counted"),
        *("kind_words", "tone_of", "symbol_of", "ending"),
    )
}


def environment() -> Environment:
    """The templates' surroundings."""
    made = Environment(
        loader=PackageLoader("driftline.stream_app.dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS, picture=Markup, time_ms=time_ms, duration=duration)
    made.globals.update(path=path, called=called, new_id=lambda: uuid4().hex)
    return made


class Renderer:
    """Makes pages of templates."""

    def __init__(self) -> None:
        self._environment = environment()

    def page(self, template: str, context: Mapping[str, Any]) -> str:
        """A whole page."""
        return self._environment.get_template(f"{template}.html").render(context, partial=False)

    def live(self, template: str, context: Mapping[str, Any]) -> str:
        """Only the part of a page that moves."""
        return self._environment.get_template(f"{template}.html").render(context, partial=True)
