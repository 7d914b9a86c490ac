"""Notices when a machine-learning model in production stops being healthy.

For serving systems and alert consumers: ``from driftline import DriftClient``. The packages
beside this file are links to the repository's top-level folders, so that one installed name holds everything.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from driftline.stream_app.client import AlertConsumer, DriftClient

__all__ = ["AlertConsumer", "DriftClient"]


def __getattr__(name: str) -> Any:
    """The client, loaded when it is asked for: a command or a detector must not load Kafka's library."""
    if name in __all__:
        from driftline.stream_app import client

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
