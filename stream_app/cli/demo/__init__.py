"""``driftline demo``: injected changes become alarms before your eyes."""

from driftline.stream_app.cli.demo.command import demo

__all__ = ["demo"]
