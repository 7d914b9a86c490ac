"""``driftline topics``: makes driftline's topics, and checks them."""

from pathlib import Path

import click

from driftline.stream_app.cli.options import common_options, kafka_settings, require_broker, require_topics
from driftline.stream_app.cli.presentation import Command, Group, examples


@click.group(
    cls=Group,
    short_help="Make driftline's topics, or check them.",
    epilog=examples(
        "driftline topics create",
        "driftline topics check --config F",
        "driftline topics manifest --strimzi",
    ),
)
def topics() -> None:
    """Make the topics that driftline reads and writes, check them, or write them down for an operator."""


@topics.command(
    cls=Command,
    epilog=examples(
        "driftline topics create",
        "driftline topics create --config driftline.yaml --bootstrap-servers kafka-1:9092",
        "driftline topics create --only-compare",
    ),
)
@click.option(
    "--only-compare", is_flag=True,
    help="Make nothing, as where an operator owns the topics; exit code 1 where one is missing or differs.",
)  # fmt: skip
@common_options
def create(*, only_compare: bool, config: Path | None, bootstrap_servers: str | None) -> None:
    """Make the topics that are missing, with their policies, and say what was made.

    A topic that exists is left as it is; where it differs from what driftline would make, that is said.
    Names, partitions and replicas are set in the configuration (kafka: prefix, partitions,
    replication_factor).
    """
    kafka = kafka_settings(config, bootstrap_servers)
    require_broker(kafka)
    from driftline.stream_app.adapters.topics import TopicOutcome, compare_topics, create_topics

    reports = compare_topics(kafka) if only_compare else create_topics(kafka)
    for report in reports:
        click.echo(f"{report.outcome:<8} {report.topic}: {report.sentence}")
    if only_compare and any(report.outcome is not TopicOutcome.EXISTED for report in reports):
        click.get_current_context().exit(1)


@topics.command(cls=Command, epilog=examples("driftline topics check --config driftline.yaml"))
@common_options
def check(config: Path | None, bootstrap_servers: str | None) -> None:
    """Say what keeps a worker from using the topics; exit code 1 if anything does."""
    kafka = kafka_settings(config, bootstrap_servers)
    require_broker(kafka)
    require_topics(kafka)
    click.echo(f"The topics of {kafka.prefix} are fine.")


@topics.command(
    cls=Command,
    epilog=examples(
        "driftline topics manifest --strimzi --cluster events | kubectl apply -f -",
        "driftline topics manifest --strimzi --api-version kafka.strimzi.io/v1beta2 > topics.yaml",
    ),
)
@click.option("--strimzi", is_flag=True, required=True, help="As KafkaTopics of Strimzi.")
@click.option(
    "--cluster", metavar="NAME", default="kafka", show_default=True, help="The Kafka resource's name."
)
@click.option(
    "--api-version", metavar="V", help="kafka.strimzi.io/v1 by default; before Strimzi 0.49 …/v1beta2."
)
@common_options
def manifest(
    *,
    strimzi: bool,
    cluster: str,
    api_version: str | None,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Print the topics as YAML, for a cluster whose topics an operator owns. Asks no broker.

    Strimzi's Topic Operator takes back what others change: make topics by this, and let `driftline topics
    create --only-compare` say whether they are as they should be.
    """
    import yaml

    from driftline.stream_app.adapters.strimzi import API_VERSION, kafka_topics

    resources = kafka_topics(kafka_settings(config, bootstrap_servers), cluster, api_version or API_VERSION)
    click.echo(yaml.safe_dump_all(resources, sort_keys=False), nl=False)
