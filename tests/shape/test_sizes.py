"""Files and functions stay small enough to be read at a glance."""

import ast

from tests.shape.source import PACKAGES, PROGRAMS, Function, source_files, where

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 40

# numba compiles a kernel as one piece; split into functions it would be slower.
LONG_KERNELS: frozenset[str] = frozenset()


def lines_of(function: Function) -> int:
    """The lines of a function without its decorators and docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def test_no_file_is_long() -> None:
    """A file beyond the cap holds more than one idea."""
    long = {
        str(file.path): lines
        for file in source_files(*PACKAGES, *PROGRAMS)
        if (lines := len(file.text.splitlines())) > FILE_LINES_MAX
    }
    assert long == {}


def test_no_function_is_long() -> None:
    """A function beyond a screen cannot be read in one look."""
    long = {
        f"{where(file, function)} {function.name}": lines
        for file in source_files(*PACKAGES, *PROGRAMS)
        for function in file.functions()
        if (lines := lines_of(function)) > FUNCTION_LINES_MAX
        and f"{file.name}.{function.name}" not in LONG_KERNELS
    }
    assert long == {}


def test_the_exceptions_are_long_compiled_kernels() -> None:
    """A kernel that was split or renamed must leave the list, and nothing else may enter it."""
    kernels = {
        f"{file.name}.{function.name}"
        for file in source_files("detectors")
        for function in file.functions()
        if any("jit" in ast.unparse(decorator) for decorator in function.decorator_list)
        and lines_of(function) > FUNCTION_LINES_MAX
    }
    assert kernels == LONG_KERNELS
