"""The command line: ``driftline …``."""

from stream_app.cli.program import main

__all__ = ["main"]
