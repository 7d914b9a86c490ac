"""Starts a job once per incident of concept drift: the world has changed, so the model has to learn again.

    python examples/retraining.py -- ./retrain.sh --full

Needs: pip install driftline click

The job learns from its environment which model it is about: DRIFTLINE_MODEL, DRIFTLINE_VERSION,
DRIFTLINE_INCIDENT, DRIFTLINE_BEGAN_AT (event time at which the drift began) and DRIFTLINE_SUMMARY.
"""

import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from typing import Any

import click

from driftline.stream_app.client import AlertConsumer

GROUP = "driftline-retraining"

Alert = dict[str, Any]
logger = logging.getLogger("retraining")


class Journal:
    """The incidents that have had their job, one per line of a file, so that a restart does not repeat one.

    The consumer group alone would not do: an incident goes on to send alerts long after its first.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._incidents = set(path.read_text().splitlines()) if path.exists() else set()

    def is_new(self, incident: str) -> bool:
        """True the first time; by then the incident is on disk."""
        if incident in self._incidents:
            return False
        self._incidents.add(incident)
        with self._path.open("a") as file:
            file.write(f"{incident}\n")
            file.flush()
            os.fsync(file.fileno())
        return True


def start_job(command: Sequence[str], incident: str, alert: Alert) -> None:
    """Start the command; it outlives this program, and alerts are read on while it runs."""
    about = {
        "DRIFTLINE_MODEL": alert["labels"]["model"],
        "DRIFTLINE_VERSION": alert["labels"]["version"],
        "DRIFTLINE_INCIDENT": incident,
        "DRIFTLINE_BEGAN_AT": alert["drift"]["began_at"],
        "DRIFTLINE_SUMMARY": alert["annotations"]["summary"],
    }
    logger.info("incident %s: %s", incident, alert["annotations"]["summary"])
    job = subprocess.Popen(command, env={**os.environ, **about}, start_new_session=True)
    Thread(target=report_end, args=(job, incident), daemon=True).start()


def report_end(job: subprocess.Popen[bytes], incident: str) -> None:
    """Wait for the job and say how it went; whether a failed one is repeated is for people to decide."""
    code = job.wait()
    logger.log(logging.ERROR if code else logging.INFO, "incident %s: exit code %d", incident, code)


def calls_for_retraining(alert: Alert) -> bool:
    """Concept drift that is not over; an incident of another kind may become one while it grows."""
    return bool(alert["drift"]["kind"] == "concept_drift" and alert["status"] != "resolved")


@click.command()
@click.argument("command", nargs=-1, required=True)
@click.option("--bootstrap-servers", help="Default: KAFKA_BOOTSTRAP_SERVERS, else localhost:9092.")
@click.option("--prefix", help="Of the topics' names; default: driftline.")
@click.option(
    "--journal",
    type=click.Path(dir_okay=False, path_type=Path),
    default="retraining.journal",
    show_default=True,
    help="File that keeps the incidents which have had their job.",
)
@click.option("--timeout-s", type=float, help="End when no alert has come for so long; default: never.")
def main(
    command: tuple[str, ...],
    bootstrap_servers: str | None,
    prefix: str | None,
    journal: Path,
    timeout_s: float | None,
) -> None:
    """Run COMMAND once per incident of concept drift."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("kafka").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # so that the group is left at once
    if shutil.which(command[0]) is None:
        raise click.BadParameter(f"there is no program {command[0]}.", param_hint="COMMAND")
    known = Journal(journal)
    with AlertConsumer(bootstrap_servers, prefix, GROUP, timeout_s=timeout_s) as alerts:
        for alert in alerts:
            incident = alert["id"].rpartition("-")[0]  # the last part counts the incident's alerts
            if calls_for_retraining(alert) and known.is_new(incident):
                start_job(command, incident, alert)


if __name__ == "__main__":
    main()
