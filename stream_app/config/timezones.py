"""Time zones by their names."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator


def known_zone(name: str) -> str:
    """The name of a time zone.

    Raises:
        ValueError: there is none of that name.
    """
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"there is no time zone {name!r}: write UTC, or a name like Europe/Berlin."
        ) from None
    return name


TimeZone = Annotated[str, AfterValidator(known_zone)]
"""A name of the time zone database, as ``Europe/Berlin``."""
