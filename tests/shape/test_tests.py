"""The tests keep the project's own rules for tests."""

import ast

from tests.shape.source import source_files, where


def test_every_test_says_what_would_break() -> None:
    """Whoever sees a test fail has to know why it was written."""
    silent = [
        f"{where(file, function)} {function.name}"
        for file in source_files("tests")
        for function in file.functions()
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]
    assert silent == []


def test_every_test_is_found() -> None:
    """A test in a file whose name pytest does not collect never runs."""
    lost = [
        where(file, function)
        for file in source_files("tests")
        for function in file.functions()
        if function.name.startswith("test_") and not file.path.name.startswith("test_")
    ]
    assert lost == []
