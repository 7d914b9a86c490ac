"""What the arguments of `watch` say of the columns of a frame."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from driftline.stream_app.frames.errors import MappingError
from driftline.stream_app.frames.mapping import Wanted
from driftline.stream_app.frames.names import CONSTANTS, ITSELF

Named = str | Iterable[str] | Mapping[str, str] | None
"""A column, several, or columns by the names that they shall have."""
SECTIONS: Final = {"prediction": "outputs", "label": "labels", "features": "features"}


def wanted_of(columns: Collection[str], said: Mapping[str, Any], timezone: str | None) -> Wanted:
    """What is wanted of a frame with these columns; ``said`` are the arguments by their names.

    Raises:
        MappingError: an argument is no column.
    """
    values = {
        section: named_by(argument, said[argument])
        for argument, section in SECTIONS.items()
        if said[argument] is not None
    }
    fields: dict[str, str] = {}
    constants: dict[str, str] = {}
    for name in ("id", "time", "label_time", "model", "version"):
        given = said[name]
        if given is None:
            continue
        if name in CONSTANTS and str(given) not in columns:
            constants[name] = str(given)
        else:
            fields[name] = str(given)
    return Wanted("prediction", fields, values, constants=constants, timezone=timezone)


def named_by(argument: str, given: Named) -> dict[str, str]:
    """Names and columns.

    Raises:
        MappingError: it is something else.
    """
    if isinstance(given, str):
        return {ITSELF if argument == "label" else given: given}
    if isinstance(given, Mapping):
        return {str(name): str(column) for name, column in given.items()}
    try:
        return {str(column): str(column) for column in given or ()}
    except TypeError:
        words = f"{argument} is a {type(given).__name__}: name a column, or columns as a list or a dict."
        raise MappingError(words) from None
