"""How all commands present themselves: help with examples, mistakes as one sentence."""

from typing import Any

import click

from driftline.stream_app.cli.failures import explained


def examples(*lines: str) -> str:
    """An epilog for ``--help`` whose lines stay as they are."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


class Command(click.Command):
    """A command whose failures end in one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        with explained():
            return super().invoke(ctx)


class Group(click.Group):
    """Commands in the order in which they were added, which is the order in which they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)
