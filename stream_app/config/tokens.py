"""Ways in for people and programs: what the configuration keeps of their tokens."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from driftline.stream_app.config.section import Section


def tuple_for_list(value: Any) -> Any:
    """YAML has lists; what is frozen has tuples."""
    return tuple(value) if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(tuple_for_list)]


class Token(Section):
    """One way in. ``scrypt`` is what the command that made the token has printed."""

    name: Annotated[str, Field(min_length=1, max_length=256)]
    scrypt: Annotated[str, Field(pattern=r"^[0-9a-f]{32}:[0-9a-f]{64}$")]


def check_names(tokens: Sequence[Token]) -> None:
    """Tokens are told apart by their names.

    Raises:
        ValueError: two have the same.
    """
    names = [token.name for token in tokens]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"{twice!r} has two tokens: give each token a name of its own.")
