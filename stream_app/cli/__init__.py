"""The command line: ``driftline …``."""

from driftline.stream_app.cli.program import main

__all__ = ["main"]
