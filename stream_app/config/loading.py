"""From a configuration file, a command line and the environment to settings, or to everything that is wrong.

What names Kafka's servers, the first that does so wins: the command line, the file, the environment variable
KAFKA_BOOTSTRAP_SERVERS, the default.
"""

import os
from collections.abc import Callable, Collection, Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from driftline.stream_app.config.detector_names import DETECTORS
from driftline.stream_app.config.document import Document, dotted, read_document
from driftline.stream_app.config.document import Path as KeyPath
from driftline.stream_app.config.errors import ConfigError, Mistake
from driftline.stream_app.config.kafka import KafkaSettings
from driftline.stream_app.config.secret import FROM_FILE
from driftline.stream_app.config.sentences import UNKNOWN_KEY, mistakes_of, place_of
from driftline.stream_app.config.servers import checked_servers
from driftline.stream_app.config.settings import Settings

SERVERS_VARIABLE: Final = "KAFKA_BOOTSTRAP_SERVERS"


def load_settings(
    file: Path | str | None = None,
    bootstrap_servers: str | None = None,
    detectors: Collection[str] | None = None,
    also: Callable[[Settings], Iterable[tuple[KeyPath, str]]] | None = None,
) -> Settings:
    """Read a configuration file; without one, the defaults.

    Args:
        bootstrap_servers: from the command line; wins over the file and the environment.
        detectors: names of the detectors there are; without them any name will do.
        also: finds further mistakes in what is right by itself: the key of each, and a sentence.

    Raises:
        ConfigError: says all mistakes at once.
        OSError: the file cannot be read.
    """
    document = Document() if file is None else _read(Path(file))
    settings, mistakes = _validated(document, {FROM_FILE: True, DETECTORS: detectors})
    if also is not None and settings is not None:
        found = [Mistake(text, dotted(path), document.line_of(path)) for path, text in also(settings)]
        mistakes += dict.fromkeys(found)
    servers, mistake = _overriding_servers(document, bootstrap_servers)
    mistakes += [] if mistake is None else [mistake]
    if mistakes or settings is None:
        name = "" if file is None else str(file)
        mistakes.sort(key=lambda mistake: mistake.line or 0)
        raise ConfigError([_in_file(mistake, name) for mistake in mistakes])
    if servers is not None:
        kafka = settings.kafka.model_copy(update={"bootstrap_servers": servers})
        settings = settings.model_copy(update={"kafka": kafka})
    return settings


def settings_of(data: dict[str, Any], detectors: Collection[str] | None = None) -> Settings:
    """Settings from sections, as a file has them; nothing is taken from the environment.

    Raises:
        ConfigError: says all mistakes at once.
    """
    settings, mistakes = _validated(Document(data=data), {FROM_FILE: False, DETECTORS: detectors})
    if mistakes or settings is None:
        raise ConfigError(mistakes)
    return settings


def kafka_settings(**options: Any) -> KafkaSettings:
    """Settings from keyword arguments with the names of the file's section ``kafka``.

    Raises:
        ConfigError: says all mistakes at once.
    """
    servers = options.pop("bootstrap_servers", None) or os.environ.get(SERVERS_VARIABLE)
    if servers:
        options["bootstrap_servers"] = servers
    try:
        return KafkaSettings(**options)
    except ValidationError as error:
        raise ConfigError(mistakes_of(error, Document(), KafkaSettings)) from error


def _read(file: Path) -> Document:
    try:
        return read_document(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return Document(mistakes=[Mistake("this is not a text in UTF-8: save it as one.")])


def _validated(document: Document, context: dict[str, Any]) -> tuple[Settings | None, list[Mistake]]:
    """Settings, or all mistakes: what is wrong is taken out, and the rest is looked at again."""
    mistakes = list(document.mistakes)
    data = {} if document.data is None else deepcopy(document.data)
    if not isinstance(data, dict):
        sentence = "the file must be sections such as kafka and models, each with keys."
        return None, [*mistakes, Mistake(sentence, line=1)]
    taken_out: set[KeyPath] = set()  # a section that lacks a value may complain of nothing but that
    while True:
        try:
            return Settings.model_validate(data, context=context), mistakes
        except ValidationError as error:
            places = [place_of(details, document) for details in error.errors()]
            for place, mistake in zip(places, mistakes_of(error, document, Settings), strict=True):
                inherited = place[:1] == ("models",) and place not in document.lines
                follows = any(path[: len(place)] == place for path in taken_out)
                if not inherited and not follows and mistake not in mistakes:
                    mistakes.append(mistake)
            if not _take_out(data, places):
                return None, mistakes
            taken_out |= {
                place
                for place, details in zip(places, error.errors(), strict=True)
                if details["type"] != UNKNOWN_KEY
            }


def _take_out(data: dict[str, Any], paths: Iterable[KeyPath]) -> bool:
    """Remove what stands at the paths, a list as a whole; whether anything did."""
    removed = False
    for path in paths:
        around: Any = data
        for place, part in enumerate(path, start=1):
            if place < len(path) and isinstance(around.get(part), dict):
                around = around[part]
                continue
            removed = removed or part in around
            around.pop(part, None)
            break
    return removed


def _overriding_servers(document: Document, option: str | None) -> tuple[str | None, Mistake | None]:
    """The servers that the command line or the environment names where they win over the file."""
    source, servers = "--bootstrap-servers", option
    if servers is None:
        kafka = document.data.get("kafka") if isinstance(document.data, dict) else None
        if isinstance(kafka, dict) and "bootstrap_servers" in kafka:
            return None, None
        source, servers = SERVERS_VARIABLE, os.environ.get(SERVERS_VARIABLE) or None
    try:
        return checked_servers(servers), None
    except ValueError as error:
        return None, Mistake(str(error), source)


def _in_file(mistake: Mistake, name: str) -> Mistake:
    if mistake.path in ("--bootstrap-servers", SERVERS_VARIABLE):
        return mistake
    return Mistake(mistake.sentence, mistake.path, mistake.line, name)
