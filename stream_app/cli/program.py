"""All commands under one name.

Each command imports what it works with only when it runs: `driftline --help` loads neither Faust nor numba.
"""

import logging

import click

from driftline.stream_app.cli.accept import accept
from driftline.stream_app.cli.acknowledge import acknowledge, comment
from driftline.stream_app.cli.alerts import alerts
from driftline.stream_app.cli.audit import audit
from driftline.stream_app.cli.baseline import baseline
from driftline.stream_app.cli.bridge import bridge
from driftline.stream_app.cli.check_config import check_config
from driftline.stream_app.cli.dashboard import dashboard
from driftline.stream_app.cli.demo import demo
from driftline.stream_app.cli.evaluate import evaluate
from driftline.stream_app.cli.gateway import gateway
from driftline.stream_app.cli.kafka import kafka
from driftline.stream_app.cli.presentation import Group, examples
from driftline.stream_app.cli.replay import replay
from driftline.stream_app.cli.send import send
from driftline.stream_app.cli.signals import show, signals
from driftline.stream_app.cli.simulate import simulate
from driftline.stream_app.cli.status import status
from driftline.stream_app.cli.topics import topics
from driftline.stream_app.cli.tune import tune
from driftline.stream_app.cli.undo import undo
from driftline.stream_app.cli.verdict import verdict
from driftline.stream_app.cli.worker import worker


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "driftline demo",
        "driftline replay events.jsonl.gz",
        "driftline kafka start && driftline topics create && driftline worker",
    ),
)
@click.version_option(package_name="driftline")
def main() -> None:
    """Watches machine-learning models in production: events in Kafka become drift alarms in Kafka.

    The broker is the one that --bootstrap-servers names, else the configuration, else the environment
    variable KAFKA_BOOTSTRAP_SERVERS, else localhost:9092.
    """
    # What goes wrong reaches people as one sentence, not as a client library's log.
    logging.getLogger("kafka").addHandler(logging.NullHandler())


for command in (
    *(worker, dashboard, gateway, bridge, send, status, alerts, signals, show, audit),
    *(acknowledge, verdict, accept, undo, comment),
    *(replay, evaluate, baseline, tune, simulate, topics, check_config, demo, kafka),
):
    main.add_command(command)
