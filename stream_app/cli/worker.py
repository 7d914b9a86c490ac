"""``driftline worker``: watches models until it is told to stop."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from driftline.stream_app.cli.options import (
    broker_answers,
    common_options,
    engine_settings,
    require_broker,
    require_topics,
)
from driftline.stream_app.cli.presentation import Command, examples

if TYPE_CHECKING:
    from driftline.stream_app.config import KafkaSettings


@click.command(
    short_help="Watch models until told to stop.",
    cls=Command,
    epilog=examples(
        "driftline worker --config driftline.yaml",
        "KAFKA_BOOTSTRAP_SERVERS=kafka-1:9092,kafka-2:9092 driftline worker",
        "curl http://127.0.0.1:6066/ready",
    ),
)
@click.option("--verbose", is_flag=True, help="Log debugging details, and what the libraries say.")
@common_options
def worker(verbose: bool, config: Path | None, bootstrap_servers: str | None) -> None:
    """Watch the models whose events arrive in Kafka, until SIGTERM or Ctrl-C.

    Start as many workers as you like, up to the number of partitions: they share the models. Logs are JSON
    lines on standard error; /live, /ready and /metrics are on port 6066 unless the configuration says
    otherwise or it is taken: the log names the port. Where no broker answers, it waits for two minutes.
    The exit code is 0 after a stop that was asked for, 1 when the worker gave up.
    """
    warnings: list[str] = []
    settings = engine_settings(config, bootstrap_servers, warnings.append)
    import os

    from driftline.stream_app.adapters.logs import configure_logs, get_log
    from driftline.stream_app.adapters.patience import PATIENCE_S, wait_for

    configure_logs(verbose)
    log = get_log("driftline.worker")
    log.info(
        "worker starts: about half a minute where detectors are compiled for the first time, else seconds",
        compiled_in=os.environ.get("NUMBA_CACHE_DIR", "beside the sources"),
        servers=settings.kafka.bootstrap_servers,
    )
    for warning in warnings:
        log.warning(warning)
    if not wait_for(lambda: is_usable(settings.kafka), settings.kafka.bootstrap_servers, PATIENCE_S):
        require_broker(settings.kafka)
    require_topics(settings.kafka)
    from driftline.stream_app.adapters.worker import run_worker

    click.get_current_context().exit(run_worker(settings))


def is_usable(kafka: "KafkaSettings") -> bool:
    """Whether a broker answers questions, which it does a moment after it accepts connections."""
    from kafka.errors import KafkaError

    from driftline.stream_app.adapters.topics import check_topics

    try:
        if not broker_answers(kafka):
            return False
        check_topics(kafka)
    except KafkaError:
        return False
    return True
