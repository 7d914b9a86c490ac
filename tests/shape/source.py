"""The project's own source, parsed once, for the tests of its shape."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = ("schemas", "detectors", "stream_app")
IMPORT_NAME = "driftline"
PROGRAMS = (IMPORT_NAME, "benchmarks", "examples")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class SourceFile:
    """One Python file: its path, its dotted name, its text and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The dotted name under which the file is imported."""
        parts = self.path.relative_to(REPOSITORY).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        return ".".join((IMPORT_NAME, *parts) if parts[0] in PACKAGES else parts)

    @property
    def is_package(self) -> bool:
        """True for an `__init__.py`."""
        return self.path.name == "__init__.py"

    def functions(self) -> Iterator[Function]:
        """Every function and method, nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


@cache
def source_files(*folders: str) -> tuple[SourceFile, ...]:
    """All Python files below the folders of the repository."""
    paths = (path for folder in folders for path in sorted((REPOSITORY / folder).rglob("*.py")))
    return tuple(SourceFile(path, text := path.read_text(), ast.parse(text)) for path in paths)


def where(file: SourceFile, node: ast.stmt) -> str:
    """A place as editors understand it."""
    return f"{file.path.relative_to(REPOSITORY)}:{node.lineno}"
