"""Structured logs: one JSON object a line on standard error, our own and the libraries'."""

import logging
import sys
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from driftline.stream_app.adapters.repeated_logs import OncePerMinute

LIBRARIES = ("aiokafka", "aiohttp", "asyncio", "faust", "kafka", "mode")
# Faust logs what its consumer does under the name of the module that its class stands in.
SPEAKS_FOR_FAUST = "driftline.stream_app.adapters.worker.consumer"


def configure_logs(verbose: bool = False) -> None:
    """Send everything logged from here on to standard error.

    Args:
        verbose: let libraries say more than warnings, and tell debugging details.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _render],
        )
    )
    handler.addFilter(is_news)
    handler.addFilter(OncePerMinute((*LIBRARIES, SPEAKS_FOR_FAUST)))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    for name in (*LIBRARIES, SPEAKS_FOR_FAUST):
        logging.getLogger(name).setLevel(logging.INFO if verbose else logging.WARNING)


def is_news(record: logging.LogRecord) -> bool:
    """Not that a service that is being stopped has stopped a task: Faust leaves it to asyncio to say so."""
    error = record.exc_info[0] if record.exc_info else None
    return not (record.name == "asyncio" and error is not None and error.__name__ == "ServiceStopped")


def get_log(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose keyword arguments become fields of the JSON line."""
    log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return log


def alert_fields(value: bytes) -> dict[str, Any]:
    """The fields of an encoded alert that tell an operator what happened."""
    alert = orjson.loads(value)
    labels, notes = alert.get("labels", {}), alert.get("annotations", {})
    return {
        "alert": alert.get("id"),
        "status": alert.get("status"),
        "fingerprint": alert.get("fingerprint"),
        "summary": notes.get("summary"),
        "signal": notes.get("signal"),
        **{name: labels.get(name) for name in ("model", "version", "severity", "incident")},
    }


def _render(_: WrappedLogger, __: str, event: EventDict) -> str:
    message = {"time": event.pop("timestamp", None), "level": event.pop("level", None), **event}
    return orjson.dumps(message, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
