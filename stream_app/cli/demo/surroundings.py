"""What the demo needs around it and leaves as it was: a folder to itself, a broker, an orderly end."""

import fcntl
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from types import FrameType
from typing import Final, NoReturn

import click

from driftline.stream_app.adapters.local_kafka import LocalKafka, stop_local_kafka
from driftline.stream_app.adapters.local_kafka.ports import free_port
from driftline.stream_app.config import Settings, TopicNames

STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def alone_in(directory: Path) -> Iterator[None]:
    """Make sure that no other demo uses the folder.

    Raises:
        click.ClickException: one does.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # given back by the system, even after a crash
        except BlockingIOError:
            raise click.ClickException(
                f"Another demo is running in {directory}: wait for it, or start this one in another folder."
            ) from None
        yield


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal alike end the work at once, and then leave the tidying alone."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        for each in STOPPING:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {each: signal.signal(each, interrupt) for each in STOPPING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def temporary_broker(directory: Path, libraries: Path) -> Iterator[str]:
    """A local Kafka on a free port, of which nothing is left afterwards; its bootstrap servers."""
    _remove_broker(directory)  # of a demo that was killed
    broker = LocalKafka(directory, free_port(), libraries)
    try:
        broker.start()
        yield broker.bootstrap_servers
    finally:
        _remove_broker(directory)


def demo_settings(settings: Settings, bootstrap_servers: str) -> Settings:
    """The same settings with topics, a consumer group and a web port that nobody else uses.

    Topics with names of their own go too: what the demo uses, it deletes.
    """
    name = f"driftline-demo-{token_hex(4)}"
    kafka = {
        "bootstrap_servers": bootstrap_servers,
        "prefix": name,
        "topics": TopicNames(),
        "group": name,
        "partitions": 2,
    }
    worker = {"web_host": "127.0.0.1", "web_port": free_port(), "group_instance_id": None}
    dashboard = {"host": "127.0.0.1", "port": free_port(), "auth": None}
    return settings.model_copy(
        update={
            "dashboard": settings.dashboard.model_copy(update=dashboard),
            "kafka": settings.kafka.model_copy(update=kafka),
            "worker": settings.worker.model_copy(update=worker),
        }
    )


def _remove_broker(directory: Path) -> None:
    stop_local_kafka(directory)
    shutil.rmtree(directory, ignore_errors=True)
