"""A configuration in the making: what a file says, and what proposals change in it."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from driftline.stream_app.config import Settings
from driftline.stream_app.config.document import dotted, read_document

Load = Callable[[Path], Settings]


@dataclass(frozen=True)
class Edit:
    """A key of the configuration file by its path, and its new value."""

    path: tuple[str, ...]
    value: Any

    def __str__(self) -> str:
        value = yaml.safe_dump(self.value, default_flow_style=True, width=1000).splitlines()[0]
        return f"{dotted(self.path)}: {value}"


class Draft:
    """The data of a configuration file; ``load`` reads and checks files, as for every command."""

    def __init__(self, data: dict[str, Any], load: Load) -> None:
        self.data = data
        self.load = load

    @classmethod
    def of(cls, file: Path | None, load: Load) -> "Draft":
        """What a file says (None: nothing), which must be a configuration without mistakes."""
        text = "" if file is None else file.read_text(encoding="utf-8")
        return cls(read_document(text).data or {}, load)

    def edited(self, edits: Iterable[Edit]) -> "Draft":
        """Another draft with these keys set."""
        data = deepcopy(self.data)
        for edit in edits:
            section = data
            for key in edit.path[:-1]:
                section[key] = section.get(key) or {}
                section = section[key]
            section[edit.path[-1]] = edit.value
        return Draft(data, self.load)

    def settings(self) -> Settings:
        """The settings that a file with this content gives.

        Raises:
            ConfigError: an edit made no valid configuration.
        """
        with TemporaryDirectory() as folder:
            file = Path(folder, "driftline.yaml")
            file.write_text(self.text(), encoding="utf-8")
            return self.load(file)

    def text(self, remarks: Iterable[str] = ()) -> str:
        """The file, below remarks."""
        head = "".join(f"# {remark}\n" for remark in remarks)
        body = yaml.safe_dump(self.data, sort_keys=False, allow_unicode=True) if self.data else ""
        return head + body
