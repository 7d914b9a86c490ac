"""Passwords: where they are found, not what they are."""

import os
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationInfo, model_validator

from driftline.stream_app.config.errors import ConfigError
from driftline.stream_app.config.section import Section

FROM_FILE = "from_file"
"""Key of the validation context that is set while a configuration file is read."""


class Secret(Section):
    """``{env: NAME}`` or ``{file: PATH}``; in a program also the secret itself, as text.

    It is looked up when it is needed, so that a configuration can be checked, and a file be replayed, where
    the secret is not known. Nothing here prints it.
    """

    env: str | None = None
    file: str | None = None
    value: SecretStr | None = None

    @model_validator(mode="before")
    @classmethod
    def _never_in_a_file(cls, data: Any, info: ValidationInfo) -> Any:
        literal = not isinstance(data, dict | Secret)
        if (info.context or {}).get(FROM_FILE) and (literal or "value" in data):
            raise ValueError("a secret must not stand here: write {env: NAME} or {file: PATH} instead.")
        return {"value": SecretStr(data) if isinstance(data, str) else data} if literal else data

    @model_validator(mode="after")
    def _one_place(self) -> "Secret":
        if [self.env, self.file, self.value].count(None) != 2:
            raise ValueError("name one place where the secret is: {env: NAME} or {file: PATH}.")
        return self

    def get_secret_value(self) -> str:
        """The secret itself; a file's last line break is not part of it.

        Raises:
            ConfigError: the variable is not set, or the file cannot be read.
        """
        if self.env is not None:
            return _from_environment(self.env)
        if self.file is not None:
            return _from_file(Path(self.file))
        assert self.value is not None
        return self.value.get_secret_value()


def _from_environment(name: str) -> str:
    secret = os.environ.get(name)
    if not secret:
        raise ConfigError.of(f"The environment variable {name} must hold a secret, but is not set: set it.")
    return secret


def _from_file(path: Path) -> str:
    try:
        return path.read_text().removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError.of(
            f"The file {path} must hold a secret, but cannot be read ({error.__class__.__name__}): "
            "check its name and its permissions."
        ) from error
