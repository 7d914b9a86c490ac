"""Notices when a machine-learning model in production stops being healthy.

For serving systems and alert consumers: ``from driftline import DriftClient``. For notebooks:
``from driftline import watch``, which needs ``driftline[service]``. The packages beside this file are links
to the repository's top-level folders, so that one installed name holds everything.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from driftline.stream_app.client import AlertConsumer, DriftClient
    from driftline.stream_app.notebook import Report, watch

__all__ = ["AlertConsumer", "DriftClient", "Report", "watch"]

_OF_NOTEBOOKS = ("Report", "watch")


def __getattr__(name: str) -> Any:
    """What is asked for, loaded then: a command must not load Kafka's library, nor a client the engine."""
    if name in _OF_NOTEBOOKS:
        try:
            from driftline.stream_app import notebook
        except ModuleNotFoundError as error:
            raise ImportError(
                f"driftline.{name} needs {error.name}, which the client does not: "
                "pip install 'driftline[service]'"
            ) from error
        return getattr(notebook, name)
    if name in __all__:
        from driftline.stream_app import client

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
