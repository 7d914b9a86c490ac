"""Mistakes in a configuration, each a sentence with its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Mistake:
    """What is wrong at one place, and what would be right."""

    sentence: str
    path: str = ""
    """Dotted: ``models.voice-search.features.clip_seconds``; empty for the file as a whole."""
    line: int | None = None
    file: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file and self.line is not None else self.file
        return ": ".join(part for part in (place, self.path, self.sentence) if part)


class ConfigError(Exception):
    """The configuration cannot be used. ``mistakes`` has all that was found; the text has a line for each."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)

    @classmethod
    def of(cls, sentence: str) -> Self:
        """An error of one mistake that has no place in a file."""
        return cls([Mistake(sentence)])

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[Mistake, ...]]]:
        return type(self), (self.mistakes,)
