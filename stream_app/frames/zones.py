"""Time zones by their names."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from driftline.stream_app.frames.errors import MappingError


def zone_of(name: str | None) -> tzinfo | None:
    """A time zone by its name; None for no name.

    Raises:
        MappingError: there is none of that name.
    """
    if name is None or name.upper() in ("UTC", "Z"):
        return UTC if name else None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise MappingError(
            f"there is no time zone {name}: write UTC, or a name like Europe/Berlin."
        ) from None
