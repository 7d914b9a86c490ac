"""Every file is used by the product, not only by its tests."""

import ast
import re
import tomllib
from collections.abc import Iterator

from tests.shape.source import IMPORT_NAME, PACKAGES, PROGRAMS, REPOSITORY, SourceFile, source_files


def imported_names(file: SourceFile) -> Iterator[str]:
    """The dotted names that a file imports, `from package import name` as package and as package.name."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name} has a relative import; imports are absolute here"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def entry_points() -> set[str]:
    """Modules that are started, not imported: installed scripts, and `python -m` in the Makefile."""
    scripts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["scripts"]
    started = re.findall(r"python -m ([\w.]+)", (REPOSITORY / "Makefile").read_text())
    return {target.partition(":")[0] for target in scripts.values()} | set(started)


def is_program(file: SourceFile) -> bool:
    """True for a benchmark or example that is started by its name."""
    return file.name.split(".")[0] in PROGRAMS and 'if __name__ == "__main__":' in file.text


def test_no_module_is_unused() -> None:
    """A module that nothing reaches is maintained for nobody."""
    files = {file.name: file for file in source_files(*PACKAGES, *PROGRAMS)}
    libraries = [f"{IMPORT_NAME}.{name}" for name in ("schemas", "detectors", "stream_app.client")]
    programs = [name for name, file in files.items() if name.endswith("__main__") or is_program(file)]
    waiting = [*entry_points(), *libraries, *programs]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in files and name not in reached:
            reached.add(name)
            waiting += [name.rpartition(".")[0], *imported_names(files[name])]
    assert sorted(set(files) - reached) == []
