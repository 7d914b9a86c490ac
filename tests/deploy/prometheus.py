"""A real Prometheus with the rules that are shipped, scraping what a test names."""

import json
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import yaml

from driftline.stream_app.adapters.local_kafka.ports import free_port
from tests.deploy.tools import DEPLOY, INCIDENT_RULES, RULES, program

ALWAYS_FIRING = {"alert": "DriftlineAlwaysFiring", "expr": "vector(1)"}


class Prometheus:
    """One process on a port of its own. It scrapes and evaluates each second."""

    def __init__(self, directory: Path, target: str) -> None:
        self._log = directory / "prometheus.log"
        self.address = f"http://127.0.0.1:{free_port()}"
        command = [
            program("prometheus"),
            f"--config.file={configuration(directory, target)}",
            f"--storage.tsdb.path={directory / 'data'}",
            f"--web.listen-address={self.address.removeprefix('http://')}",
        ]
        with self._log.open("w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def __enter__(self) -> "Prometheus":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def ready(self) -> bool:
        """True when it answers; fails the test when it has ended."""
        assert self.process.poll() is None, self._log.read_text()
        try:
            with urllib.request.urlopen(f"{self.address}/-/ready", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def ask(self, path: str, **parameters: str) -> Any:
        """The data of an answer of its API.

        Raises:
            AssertionError: the query is wrong; it says where.
        """
        url = f"{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as response:
                return json.load(response)["data"]
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{parameters}: {error.read().decode()}") from error

    def values(self, query: str) -> list[float]:
        """What a query gives now, one value for each series."""
        return [float(each["value"][1]) for each in self.ask("query", query=query)["result"]]


def configuration(directory: Path, target: str) -> Path:
    """The configuration that is shipped, with the test's worker, and each second instead of each 15.

    One rule more always fires, so that Prometheus writes the series ALERTS.
    """
    settings = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    settings["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    settings["alerting"] = {}
    del settings["scrape_configs"][1:]  # a worker by itself
    settings["scrape_configs"][0]["static_configs"] = [{"targets": [target]}]
    firing = directory / "firing.rules.yml"
    firing.write_text(yaml.safe_dump({"groups": [{"name": "test", "rules": [ALWAYS_FIRING]}]}))
    settings["rule_files"] = [str(RULES), str(INCIDENT_RULES), str(firing)]
    file = directory / "prometheus.yml"
    file.write_text(yaml.safe_dump(settings))
    return file


def metrics_in(expression: str) -> set[str]:
    """The names of the metrics that an expression reads: ours, the process's, and Prometheus's own."""
    return set(re.findall(r"\b(?:driftline_\w+|process_\w+|up|ALERTS)\b", expression))
