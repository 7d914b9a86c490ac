"""``driftline worker``: watches models until it is told to stop."""

from pathlib import Path

import click

from driftline.stream_app.cli.options import common_options, engine_settings, require_broker, require_topics
from driftline.stream_app.cli.presentation import Command, examples


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
    otherwise. The exit code is 0 after a stop that was asked for, 1 when the worker gave up.
    """
    settings = engine_settings(config, bootstrap_servers)
    require_broker(settings.kafka)
    require_topics(settings.kafka)
    from driftline.stream_app.adapters.worker import run_worker

    click.get_current_context().exit(run_worker(settings, verbose))
