"""Kafka's servers as text: ``host:port``, several with commas between them."""

import re
from typing import Any

_SERVER = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.%]+\])(?::(?P<port>\d{1,5}))?")


def checked_servers(value: Any) -> Any:
    """The servers as one text, of a text or of a list of texts.

    Raises:
        ValueError: one of them is not ``host:port``.
    """
    texts = value.split(",") if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        return value  # the field's own type says what is wrong
    servers = [text.strip() for text in texts]
    if not servers:
        raise ValueError("no server is named: write host:port, several with commas between them.")
    for server in servers:
        match = _SERVER.fullmatch(server)
        if match is None or not 0 < int(match["port"] or 9092) < 65_536:
            raise ValueError(
                f"{server!r} is not a server: write host:port, several with commas between them "
                "(no scheme such as kafka:// before it)."
            )
    return ",".join(servers)
