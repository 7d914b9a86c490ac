"""pydantic's errors as mistakes: sentences with the place in the file."""

from collections.abc import Mapping
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from driftline.stream_app.config.document import Document, Path, dotted
from driftline.stream_app.config.errors import Mistake
from driftline.stream_app.config.section import Section, written_name
from driftline.stream_app.config.wording import did_you_mean, listed

KEY_MARK: Final = "[key]"  # pydantic's last path element for a mistake in a mapping's key
UNKNOWN_KEY: Final = "extra_forbidden"  # pydantic's error type

_WANTED: Final[Mapping[str, str]] = {
    "string_type": "this must be a text",
    "bool_type": "this must be true or false",
    "int_type": "this must be a whole number",
    "int_from_float": "this must be a whole number",
    "float_type": "this must be a number",
    "finite_number": "this must be a finite number; leave it out for no bound",
    "dict_type": "this must be a section of keys with values",
    "model_type": "this must be a section of keys with values",
    "tuple_type": "this must be a list",
    "greater_than": "this must be more than {gt}",
    "greater_than_equal": "this must be at least {ge}",
    "less_than": "this must be less than {lt}",
    "less_than_equal": "this must be at most {le}",
    "string_too_short": "this must not be empty",
    "string_too_long": "this must have at most {max_length} characters",
    "too_long": "this must have at most {max_length} entries",
}
_PATTERNS: Final[Mapping[str, str]] = {
    "^[A-Za-z0-9._-]+$": "this must be letters, digits, dots, underscores and hyphens, as Kafka's topics are",
    "^[a-z_0-9]+:.+$": "this must be the name of a signal, such as error:intent, or over",
    "^[0-9a-f]{32}:[0-9a-f]{64}$": "this must be what `driftline dashboard token` (or gateway) printed",
    "^[A-Za-z0-9-]+$": "this must be the name of a header, such as X-Forwarded-User",
    r"^[\x20-\x7e]*$": "this must be printable ASCII, as headers are",
    "^[^=]+$": "this must be a name without =, such as country: its values are added by themselves",
    "^(https?://.+)?$": "this must be an address that begins with http:// or https://",
}


def mistakes_of(error: ValidationError, document: Document, root: type[Section]) -> list[Mistake]:
    """One mistake for each of pydantic's errors, in their order."""
    return [_mistake(details, document, root) for details in error.errors()]


def place_of(details: ErrorDetails, document: Document) -> Path:
    """The path in the file that an error is about."""
    path: Path = ()
    for part in details["loc"]:
        if part == KEY_MARK:
            continue
        is_written_so = isinstance(part, int) or (*path, part) in document.lines
        path = (*path, part if is_written_so else written_name(str(part)))
    return path


def _mistake(details: ErrorDetails, document: Document, root: type[Section]) -> Mistake:
    path = place_of(details, document)
    if details["type"] == UNKNOWN_KEY:
        known = [written_name(name) for name in _section_at(root, path[:-1]).model_fields]
        sentence = f"there is no such key{did_you_mean(str(path[-1]), known)}; there are {listed(known)}."
    else:
        sentence = _sentence(details)
    return Mistake(sentence, dotted(path), document.line_of(path))


def _sentence(details: ErrorDetails) -> str:
    kind, context = details["type"], details.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind in ("literal_error", "enum"):
        expected = [word.strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
        return _one_of(details, expected)
    if kind == "string_pattern_mismatch":
        return f"{_PATTERNS[context['pattern']]}."
    wanted = _WANTED[kind].format(**context) if kind in _WANTED else details["msg"]
    return f"{_found(details['input'])}{wanted}."


def _one_of(details: ErrorDetails, expected: list[str]) -> str:
    value = details["input"]
    if isinstance(value, bool) or not isinstance(value, str):
        return f"{_found(value)}this must be one of {listed(expected)}."
    return f"there is no {value!r}{did_you_mean(value, expected)}; there are {listed(expected)}."


def _found(value: Any) -> str:
    """What stands there, when it is a number or a word of YAML's own; texts can be secrets."""
    if value is None:
        return "nothing stands here: "
    return f"{str(value).lower()} stands here: " if isinstance(value, bool | int | float) else ""


def _section_at(root: type[Section], path: Path) -> type[BaseModel]:
    """The section at a path: fields of sections, and any key of mappings."""
    found: Any = root
    for part in path:
        if isinstance(found, type) and issubclass(found, BaseModel):
            fields = {written_name(name): field for name, field in found.model_fields.items()}
            found = _without_none(fields[str(part)].annotation)
        elif get_origin(found) is dict:
            found = _without_none(get_args(found)[1])
    assert isinstance(found, type) and issubclass(found, BaseModel)
    return found


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, UnionType):
        return next(choice for choice in get_args(annotation) if choice is not type(None))
    return annotation
