"""What a package exports is exactly what its `__all__` says."""

import ast
import importlib

import pytest

from tests.shape.source import PACKAGES, REPOSITORY, SourceFile, source_files

INITS = [file for file in source_files(*PACKAGES) if file.is_package]


def public_names(file: SourceFile) -> set[str]:
    """The names without a leading underscore that a module's own statements bind, modules of others aside."""
    names: set[str] = set()
    for node in file.tree.body:
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return {name for name in names if not name.startswith("_")}


@pytest.mark.parametrize("file", INITS, ids=lambda file: file.name)
def test_all_is_exactly_the_public_names(file: SourceFile) -> None:
    """A name left out is invisible to users' type checkers; a name too many is a promise nobody made."""
    package = importlib.import_module(file.name)
    exported = getattr(package, "__all__", [])
    assert len(exported) == len(set(exported))
    assert set(exported) == public_names(file)
    assert [name for name in exported if not hasattr(package, name)] == []


def test_top_level_packages_say_they_are_typed() -> None:
    """Without py.typed a user's type checker ignores every annotation."""
    assert [name for name in PACKAGES if not (REPOSITORY / name / "py.typed").exists()] == []
