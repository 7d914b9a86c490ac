"""A mapping as a file for people: YAML, written from what was guessed, read as what is wanted."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from driftline.stream_app.config.document import Document, read_document
from driftline.stream_app.frames.errors import MappingError
from driftline.stream_app.frames.mapping import Columns, Wanted
from driftline.stream_app.frames.names import CONSTANTS, ITSELF, KINDS, PREFIXES

KEYS: Final = ("kind", "columns", *PREFIXES, "constants", "timezone", "texts", "ignore")
HEAD: Final = """\
# Which column of {name} is what. Read it with --mapping, or driftline.watch(..., mapping=...).
# Sections of values are lists of columns, or name: column. A label has the name of the output it is about.
"""


def mapping_text(columns: Columns, name: str) -> str:
    """The file for what the columns of a table are taken for."""
    header = columns.header
    document: dict[str, Any] = {"kind": columns.kind}
    document["columns"] = {field: header[place] for field, place in columns.fields.items()}
    for section, places in columns.values.items():
        if places or section == "features":
            named = {name: header[place] for name, place in places.items()}
            document[section] = list(named) if list(named) == list(named.values()) else named
    document["constants"] = dict(columns.constants)
    document["timezone"] = columns.timezone
    document["texts"] = sorted(columns.texts)
    document["ignore"] = [*columns.unused, *columns.left_out]
    said = {key: value for key, value in document.items() if value or key == "features"}
    return HEAD.format(name=name) + yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=110)


def read_mapping(file: Path) -> Wanted:
    """What a file wants.

    Raises:
        MappingError: it is no mapping; says the line and what would be right.
        OSError: it cannot be read.
    """
    try:
        document = read_document(file.read_text(encoding="utf-8"))
        return _Reader(document).wanted()
    except UnicodeDecodeError as error:
        raise MappingError(f"{file}: this is not a text in UTF-8: save it as one.") from error
    except MappingError as error:
        raise MappingError(f"{file}{error}") from error


class _Reader:
    """Reads a document; errors begin with a colon, and the line where there is one."""

    def __init__(self, document: Document) -> None:
        self._document = document
        if document.mistakes:
            first = document.mistakes[0]
            raise MappingError(f":{first.line or 1}: {first.sentence}")
        if not isinstance(document.data, dict):
            raise MappingError(f": write a section for each of {', '.join(KEYS)} that there is.")
        self._data: dict[str, Any] = document.data

    def wanted(self) -> Wanted:
        for key in self._data:
            if key not in KEYS:
                raise self._error(f"{key} is no part of a mapping: it has {', '.join(KEYS)}.", key)
        kind = self._text("kind")
        if kind is not None and kind not in KINDS:
            raise self._error(f"{kind} is no kind of rows: write one of {', '.join(KINDS)}.", "kind")
        constants = self._named("constants")
        for name in constants:
            if name not in CONSTANTS:
                words = f"{name} is different in each row: only {', '.join(CONSTANTS)} can be constant."
                raise self._error(words, "constants", name)
        try:
            return Wanted(
                kind=kind,
                columns=self._named("columns"),
                values={section: self._named(section) for section in PREFIXES if section in self._data},
                ignored=frozenset(self._named("ignore").values()),
                texts=frozenset(self._named("texts").values()),
                constants=constants,
                timezone=self._text("timezone"),
            )
        except MappingError as error:
            raise self._error(str(error), "timezone") from error

    def _text(self, key: str) -> str | None:
        value = self._data.get(key)
        if value is None or isinstance(value, dict | list):
            if value is None:
                return None
            raise self._error(f"{key} is one word, not several.", key)
        return str(value)

    def _named(self, key: str) -> dict[str, str]:
        """A section as names and columns; in a list a column names itself, one word is a list of one."""
        section = self._data.get(key)
        if section is None:
            return {}
        if isinstance(section, Mapping):
            return {name: self._word(column, key, name) for name, column in section.items()}
        items = section if isinstance(section, Sequence) and not isinstance(section, str) else [section]
        words = [self._word(item, key, place) for place, item in enumerate(items)]
        # A single word for a label is about the model's answer.
        if key == "labels" and not isinstance(section, list):
            return {ITSELF: words[0]}
        return {word: word for word in words}

    def _word(self, value: Any, *path: str | int) -> str:
        if value is None or isinstance(value, Mapping | list):
            raise self._error("write the name of a column here.", *path)
        return str(value)

    def _error(self, sentence: str, *path: str | int) -> MappingError:
        line = self._document.line_of(path)
        return MappingError(f":{line}: {sentence}" if line else f": {sentence}")
