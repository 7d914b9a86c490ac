"""Names of detectors. Which there are, only the caller knows: the configuration does not import detectors."""

from collections.abc import Collection
from typing import Final

from driftline.stream_app.config.wording import did_you_mean, listed

DETECTORS: Final = "detectors"
"""Key of the validation context that holds the names of all detectors; without it any name will do."""


def checked_detectors(names: tuple[str, ...], known: Collection[str] | None) -> tuple[str, ...]:
    """The names, if they are all known, not repeated, and at least one.

    Raises:
        ValueError: they are not.
    """
    if not names:
        raise ValueError("no detector is named: name at least one.")
    if len(set(names)) < len(names):
        raise ValueError("a detector is named twice: name each once.")
    for name in names:
        if known is not None and name not in known:
            hint = did_you_mean(name, known)
            raise ValueError(f"there is no detector {name!r}{hint}; there are {listed(known)}.")
    return names
