"""The demo on Kafka: topics of its own, one worker, events in at one end and alerts out at the other."""

import math
import time
import webbrowser
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from threading import Event
from typing import Any, Final, NamedTuple, Self

import click
from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError

from driftline.stream_app.adapters.topics import create_topics
from driftline.stream_app.cli.demo.board import Board
from driftline.stream_app.cli.demo.compiling import Compiling
from driftline.stream_app.cli.demo.dashboard_process import running_dashboard
from driftline.stream_app.cli.demo.worker_process import READY_S_MAX, WorkerProcess, running_worker
from driftline.stream_app.client import AlertConsumer
from driftline.stream_app.config import KafkaSettings, Settings
from driftline.stream_app.evaluation.wording import counted
from driftline.stream_app.simulator import play
from driftline.stream_app.simulator.event_sender import EventSender

NO_PROGRESS_S_MAX: Final = 60.0  # judged: a worker that gets on acknowledges every few seconds
POLL_S: Final = 0.2


class Showing(NamedTuple):
    """What the command line asks for besides: what is being compiled, and whether to open a browser."""

    compiling: Compiling
    opens: bool = False


class Stage:
    """The demo's worker, which starts once everything is compiled, and what is shown meanwhile.

    Events wait in Kafka until then, as they do when a worker is restarted.
    """

    def __init__(self, settings: Settings, board: Board, log: Path, compiling: Compiling) -> None:
        self._settings = settings
        self._board = board
        self._log = log
        self._compiling = compiling
        self._parts = ExitStack()
        self._worker: WorkerProcess | None = None
        self._said_ready = False

    def __enter__(self) -> Self:
        self._alerts = self._parts.enter_context(AlertConsumer(self._settings.kafka, from_beginning=True))
        return self

    def __exit__(self, *error: Any) -> None:
        self._parts.__exit__(*error)

    def show(self) -> None:
        """What has happened since the last call.

        Raises:
            click.ClickException: the worker ended.
        """
        if self._worker is None and self._compiling.is_done():
            self._worker = self._parts.enter_context(running_worker(self._settings, self._log))
        if self._worker is not None:
            self._worker.check()
            if not self._said_ready and self._worker.is_ready():
                self._said_ready = True
                self._board.say("The worker is ready.")
        self._board.show_injected()
        for alert in self._alerts.poll(POLL_S):
            self._board.show_alert(alert)

    def wait_for_worker(self) -> None:
        """Go on showing until the worker holds its partitions.

        Raises:
            click.ClickException: it ended, or is not ready in time.
        """
        deadline = time.monotonic() + READY_S_MAX
        while not self._said_ready:
            self.show()
            if time.monotonic() > deadline:
                raise click.ClickException(
                    f"The worker is not ready after {READY_S_MAX:.0f} s; its log is {self._log}."
                )


def play_on_kafka(settings: Settings, board: Board, rate: float, log: Path, show: Showing) -> None:
    """Play the board's scenario through a worker, and show its alerts as they arrive and what they add up to.

    The settings name a broker that answers, topics that do not exist yet, and web ports that are free.

    Raises:
        click.ClickException: the worker ended, or does not get through.
    """
    kafka, up_s = settings.kafka, time.monotonic()
    with own_topics(kafka), running_dashboard(settings, log.with_name("dashboard.log")) as address:
        board.say(f"The dashboard is at {address}, for as long as the demo runs.")
        if show.opens:
            webbrowser.open(address)
        board.say(f"{rate:,.0f} events a second are on their way to {kafka.bootstrap_servers}.")
        with Stage(settings, board, log, show.compiling) as stage:
            play_meanwhile(kafka, board, rate, stage.show)
            stage.wait_for_worker()
            wait_until_read(kafka, log, stage.show)
            stage.show()  # alerts are published before what raised them counts as read
            board.show_report()
            if board.first_alert_s is not None:
                board.say(f"The first alarm came {board.first_alert_s - up_s:.0f} s after Kafka was up.")
            click.pause(
                f"The dashboard stays at {address}: press a key to end the demo."
            )  # in a terminal only


@contextmanager
def own_topics(kafka: KafkaSettings) -> Iterator[None]:
    """The topics of these settings, which are gone afterwards."""
    create_topics(kafka)
    try:
        yield
    finally:
        with closing(KafkaAdminClient(**kafka.kafka_python())) as admin:
            # Faust makes one more, for its table; all begin with the prefix, which is nobody else's.
            admin.delete_topics([name for name in admin.list_topics() if name.startswith(kafka.prefix)])
            with suppress(KafkaError):  # a group whose worker was killed lives on for a while, then expires
                admin.delete_groups([kafka.group])


def play_meanwhile(kafka: KafkaSettings, board: Board, rate: float, meanwhile: Callable[[], None]) -> None:
    """Send the board's events at the rate, doing something else again and again until all are delivered."""
    stopped = Event()
    events = takewhile(lambda _: not stopped.is_set(), board.events())

    def send() -> None:
        with EventSender(kafka) as sender:
            play(events, sender.send, rate)

    with ThreadPoolExecutor(1) as executor:
        sending = executor.submit(send)
        try:
            while not sending.done():
                meanwhile()
        finally:
            stopped.set()
        sending.result()


def wait_until_read(kafka: KafkaSettings, log: Path, meanwhile: Callable[[], None]) -> None:
    """Come back when the worker has read all input and made what follows from it durable.

    However long that takes, as long as it gets on.

    Raises:
        click.ClickException: it does not.
    """
    with closing(KafkaAdminClient(**kafka.kafka_python())) as admin:
        least, progress_s = math.inf, time.monotonic()
        while (lag := lag_of(admin, kafka)) > 0:
            if lag < least:
                least, progress_s = lag, time.monotonic()
            if time.monotonic() - progress_s > NO_PROGRESS_S_MAX:
                raise click.ClickException(
                    f"The worker is behind by {counted(lag, 'record')} and has acknowledged none "
                    f"for {NO_PROGRESS_S_MAX:.0f} s; its log is {log}."
                )
            meanwhile()


def lag_of(admin: KafkaAdminClient, kafka: KafkaSettings) -> int:
    """How many input records the worker has not acknowledged yet."""
    inputs = [
        TopicPartition(topic, partition) for topic in kafka.inputs for partition in range(kafka.partitions)
    ]
    ends = admin.list_partition_offsets(dict.fromkeys(inputs, OffsetSpec.LATEST))
    committed = admin.list_group_offsets({kafka.group: inputs})[kafka.group]
    return sum(max(ends[each].offset - max(committed[each].offset, 0), 0) for each in inputs)
