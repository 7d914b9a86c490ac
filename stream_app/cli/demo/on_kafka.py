"""The demo on Kafka: topics of its own, one worker, events in at one end and alerts out at the other."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from threading import Event
from typing import Final

import click
from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError

from driftline.stream_app.adapters.topics import create_topics
from driftline.stream_app.cli.demo.board import Board
from driftline.stream_app.cli.demo.worker_process import running_worker
from driftline.stream_app.client import AlertConsumer
from driftline.stream_app.config import KafkaSettings, Settings
from driftline.stream_app.simulator import play
from driftline.stream_app.simulator.kafka_sink import KafkaSink

CATCH_UP_S_MAX: Final = 60.0
POLL_S: Final = 0.2


def play_on_kafka(settings: Settings, board: Board, rate: float, log: Path) -> None:
    """Play the board's scenario through a worker, and show its alerts as they arrive and what they add up to.

    The settings name a broker that answers, topics that do not exist yet, and a web port that is free.

    Raises:
        click.ClickException: the worker ended, or does not get through.
    """
    kafka, up_s = settings.kafka, time.monotonic()
    with (
        own_topics(kafka),
        running_worker(settings, log) as worker,
        AlertConsumer(kafka, from_beginning=True) as alerts,
    ):

        def show() -> None:
            worker.check()
            board.show_injected()
            for alert in alerts.poll(POLL_S):
                board.show_alert(alert)

        worker.wait_until_ready()
        board.say(
            f"The worker is ready; {rate:,.0f} events a second are on their way to {kafka.bootstrap_servers}."
        )
        play_meanwhile(kafka, board, rate, show)
        wait_until_read(kafka, show)
        show()  # alerts are published before what raised them counts as read
        board.show_report()
        if board.first_alert_s is not None:
            board.say(f"The first alarm came {board.first_alert_s - up_s:.0f} s after Kafka was up.")


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
        with KafkaSink(kafka) as sink:
            play(events, sink.send, rate)

    with ThreadPoolExecutor(1) as executor:
        sending = executor.submit(send)
        try:
            while not sending.done():
                meanwhile()
        finally:
            stopped.set()
        sending.result()


def wait_until_read(kafka: KafkaSettings, meanwhile: Callable[[], None]) -> None:
    """Come back when the worker has read all input and made what follows from it durable."""
    deadline = time.monotonic() + CATCH_UP_S_MAX
    with closing(KafkaAdminClient(**kafka.kafka_python())) as admin:
        while lag_of(admin, kafka) > 0:
            meanwhile()
            if time.monotonic() > deadline:
                raise click.ClickException(
                    f"The worker is still behind {CATCH_UP_S_MAX:.0f} s after the last event: "
                    "this machine is too slow for the rate, choose a lower one with --rate."
                )


def lag_of(admin: KafkaAdminClient, kafka: KafkaSettings) -> int:
    """How many input records the worker has not acknowledged yet."""
    inputs = [
        TopicPartition(topic, partition) for topic in kafka.inputs for partition in range(kafka.partitions)
    ]
    ends = admin.list_partition_offsets(dict.fromkeys(inputs, OffsetSpec.LATEST))
    committed = admin.list_group_offsets({kafka.group: inputs})[kafka.group]
    return sum(max(ends[each].offset - max(committed[each].offset, 0), 0) for each in inputs)
