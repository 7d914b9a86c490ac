"""Pages people in a way of your own: starts a program for each critical alert, with the alert on its input.

    python examples/pager.py -- ./send-sms.sh +4915112345

Needs: pip install driftline click

For Alertmanager, PagerDuty, Slack and webhooks there is `driftline bridge`, which needs no program.
"""

import logging
import signal
import subprocess
import sys
from typing import Any

import click
import orjson

from driftline.stream_app.client import AlertConsumer

GROUP = "driftline-pager"

logger = logging.getLogger("pager")


def page(command: tuple[str, ...], alert: dict[str, Any]) -> None:
    """Run the program; what it could not do is logged, and the next alert comes."""
    done = subprocess.run(command, input=orjson.dumps(alert), check=False)
    say = logger.info if done.returncode == 0 else logger.error
    say("%s: %s ended with %d", alert["id"], command[0], done.returncode)


@click.command()
@click.argument("command", nargs=-1, required=True)
@click.option("--bootstrap-servers", help="Default: KAFKA_BOOTSTRAP_SERVERS, else localhost:9092.")
@click.option("--prefix", help="Of the topics' names; default: driftline.")
def main(command: tuple[str, ...], bootstrap_servers: str | None, prefix: str | None) -> None:
    """Run COMMAND for each critical alert: when it fires, when it grows, and when it is over."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("kafka").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # so that the consumer is closed
    with AlertConsumer(bootstrap_servers, prefix, group=GROUP) as alerts:
        for alert in alerts:  # asking for the next one says that this one is done
            if alert["labels"]["severity"] == "critical":
                page(command, alert)


if __name__ == "__main__":
    main()
