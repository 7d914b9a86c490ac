"""Alertmanager's configuration: who hears what, and that a severity mutes only its own incident."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from driftline.stream_app.adapters.local_kafka.ports import free_port
from tests.deploy.tools import ALERTMANAGER, program, run
from tests.kafka.worker_process import wait_until

INCIDENT = {"model": "search", "version": "1", "role": "live", "incident": "f-1"}

ROUTES = [
    ({"alertname": "BehaviorChange", "severity": "critical"} | INCIDENT, "pager"),
    ({"alertname": "OutputDrift", "severity": "warning"} | INCIDENT, "tickets"),
    ({"alertname": "DataDrift", "severity": "info"} | INCIDENT, "morning"),
    ({"alertname": "DriftlineIncident", "model": "search", "severity": "critical"}, "pager"),
    ({"alertname": "DriftlineNothingWatches", "severity": "critical"}, "pager"),
    ({"alertname": "DriftlineLag", "severity": "warning"}, "tickets"),
    ({"alertname": "DriftlineHoles", "severity": "info"}, "morning"),
]


def test_the_configuration_is_valid() -> None:
    """An Alertmanager with a mistake in its configuration does not start."""
    checked = run("amtool", "check-config", ALERTMANAGER)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(("labels", "receiver"), ROUTES, ids=lambda each: str(each)[:60])
def test_an_alert_reaches_its_receiver(labels: dict[str, str], receiver: str) -> None:
    """Somebody would be woken by a feature, or sleep through wrong answers."""
    pairs = [f"{name}={value}" for name, value in labels.items()]
    routed = run("amtool", "config", "routes", "test", "--config.file", ALERTMANAGER, *pairs)
    assert routed.stdout.split() == [receiver], routed.stderr


@contextmanager
def alertmanager(directory: Path) -> Iterator[str]:
    """The address of a real one with the configuration that is shipped."""
    port = free_port()
    command = [program("alertmanager"), f"--config.file={ALERTMANAGER}", f"--storage.path={directory}"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    with (directory / "alertmanager.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def post(address: str, alerts: list[dict[str, str]]) -> bool:
    """Whether it took them."""
    body = json.dumps([{"labels": labels} for labels in alerts]).encode()
    request = urllib.request.Request(f"{address}/api/v2/alerts", body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def speaking(address: str) -> set[tuple[str, str]]:
    """Names and severities of the alerts that are not muted."""
    with urllib.request.urlopen(f"{address}/api/v2/alerts?inhibited=false", timeout=5) as response:
        return {(alert["labels"]["alertname"], alert["labels"]["severity"]) for alert in json.load(response)}


def test_the_gravest_severity_of_an_incident_speaks_alone_and_mutes_nobody_else(tmp_path: Path) -> None:
    """An incident would page once for each severity it reached, or mute every warning of the house."""
    by_metric = {"alertname": "DriftlineIncident", "model": "a", "version": "1", "role": "live"}
    alerts = [
        *({"alertname": "BehaviorChange", "severity": each} | INCIDENT for each in ("critical", "warning")),
        *(
            {"alertname": "OutputDrift", "severity": each} | INCIDENT | {"incident": "g-1"}
            for each in ("warning", "info")
        ),
        *(by_metric | {"kind": "behavior", "severity": each} for each in ("critical", "info")),
        by_metric | {"kind": "serving", "severity": "warning"},
        {"alertname": "DriftlineNothingWatches", "severity": "critical"},
        {"alertname": "DriftlineWorkerDown", "severity": "warning", "instance": "w:6066"},
        {"alertname": "DriftlineLag", "severity": "warning"},
        {"alertname": "DiskFull", "severity": "warning"},  # of somebody else
    ]
    expected = {
        ("BehaviorChange", "critical"),
        ("OutputDrift", "warning"),
        ("DriftlineIncident", "critical"),
        ("DriftlineIncident", "warning"),
        ("DriftlineNothingWatches", "critical"),
        ("DriftlineLag", "warning"),
        ("DiskFull", "warning"),
    }
    with alertmanager(tmp_path) as address:
        wait_until(lambda: post(address, alerts), 20, "taking the alerts")
        deadline = time.monotonic() + 10
        while speaking(address) != expected and time.monotonic() < deadline:
            time.sleep(0.2)
        assert speaking(address) == expected
