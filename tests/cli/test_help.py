"""Every command explains itself, quickly, and ends misuse with exit code 2."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from driftline.stream_app.cli import main

HEAVY = {"faust", "river", "numba", "scipy", "numpy", "kafka", "aiokafka", "pydantic", "rich"}


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    """The arguments that lead to every command, groups included."""
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


# They make a secret, and neither read a configuration nor talk to a broker.
SECRETS = {("dashboard", "token"), ("gateway", "token")}


def leaves() -> Iterator[tuple[str, ...]]:
    """The commands that do something with a broker or a configuration."""
    every = [path for path in commands(main) if path not in SECRETS]
    return (path for path in every if not any(other[: len(path)] == path for other in every if other != path))


@pytest.mark.parametrize("path", [(), *commands(main)], ids=" ".join)
def test_help_contains_an_example_that_begins_with_the_command(path: tuple[str, ...]) -> None:
    """An example is what most people read of a help page."""
    result = CliRunner().invoke(main, [*path, "--help"])
    assert result.exit_code == 0
    _, _, shown = result.output.partition("Examples:\n")
    assert " ".join(("driftline", *path)) in shown


@pytest.mark.parametrize("path", leaves(), ids=" ".join)
def test_every_command_takes_the_common_options(path: tuple[str, ...]) -> None:
    """Whoever learned --config and --bootstrap-servers at one command expects them at all others."""
    shown = CliRunner().invoke(main, [*path, "--help"]).output
    assert "--config FILE" in shown
    assert "--bootstrap-servers" in shown


def test_the_commands_are_those_that_the_documentation_names() -> None:
    """A command that disappears breaks scripts."""
    assert list(main.commands) == [
        "worker", "dashboard", "gateway", "bridge", "send", "status", "alerts", "signals", "show", "audit",
        "acknowledge", "verdict", "accept", "undo", "comment",
        "replay", "evaluate", "baseline", "tune", "simulate", "topics", "check-config", "demo", "kafka",
    ]  # fmt: skip


@pytest.mark.parametrize("path", leaves(), ids=" ".join)
def test_an_unknown_option_is_misuse(path: tuple[str, ...]) -> None:
    """Scripts tell misuse from failure by the exit code."""
    assert CliRunner().invoke(main, [*path, "--no-such-option"]).exit_code == 2


@pytest.mark.parametrize("path", leaves(), ids=" ".join)
def test_a_configuration_that_is_not_there_is_misuse(path: tuple[str, ...]) -> None:
    """A mistyped file name must not silently mean the defaults."""
    result = CliRunner().invoke(main, [*path, "--config", "no-such.yaml"])
    assert result.exit_code == 2
    assert "'no-such.yaml' does not exist" in result.stderr


def test_help_loads_nothing_heavy() -> None:
    """A help page that takes seconds is a help page that nobody asks for twice."""
    program = (
        "import sys; from driftline.stream_app.cli import main; main(['--help'], standalone_mode=False);"
        f"print(sorted({HEAVY!r} & {{name.partition('.')[0] for name in sys.modules}}), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stderr == "[]\n"


def test_the_package_can_be_run(repository: Path) -> None:
    """`python -m driftline` is the command line where no script is installed."""
    started = time.monotonic()
    result = subprocess.run(
        [sys.executable, "-m", "driftline", "--help"],
        capture_output=True, text=True, check=True, cwd=repository, env=os.environ | {"COLUMNS": "100"},
    )  # fmt: skip
    assert result.stdout.startswith("Usage: driftline [OPTIONS] COMMAND [ARGS]...")
    assert time.monotonic() - started < 5
