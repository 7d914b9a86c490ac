"""Against a real Alertmanager: one page for each severity reached, and no "resolved" before it is over."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from driftline.stream_app.config import KafkaSettings
from tests.bridges.endpoints import Endpoint
from tests.bridges.processes import AlertmanagerProcess, BridgeProcess, wait_until
from tests.examples.programs import alert, publish

pytestmark = pytest.mark.kafka

SEVERITIES = ("info", "warning", "critical")
RESEND = {"alertmanager": {"resend": "1s"}}


@pytest.fixture
def alertmanager(
    alertmanager_program: str, tmp_path: Path, far_side: Endpoint
) -> Iterator[AlertmanagerProcess]:
    """Posts what a person would be told to ``/info``, ``/warning`` and ``/critical``."""
    receivers = {severity: f"{far_side.url}/{severity}" for severity in SEVERITIES}
    with AlertmanagerProcess(alertmanager_program, tmp_path, receivers) as process:
        yield process


def told(far_side: Endpoint, status: str, severity: str = "") -> list[dict[str, Any]]:
    """Every alert with this status in what Alertmanager posted to a severity's receiver, or to any."""
    return [
        each
        for request in list(far_side.requests)
        if request.path == f"/{severity}" or not severity
        for each in request.json["alerts"]
        if each["status"] == status
    ]


def pages(far_side: Endpoint) -> dict[str, int]:
    """How many pages each severity's receiver has got."""
    return {severity: len(told(far_side, "firing", severity)) for severity in SEVERITIES}


def test_an_incident_that_grows_pages_once_for_each_severity(
    kafka_settings: KafkaSettings, alertmanager: AlertmanagerProcess, far_side: Endpoint, tmp_path: Path
) -> None:
    """A "resolved" in the middle of the trouble sends people back to bed; a second page is one too many.

    It is killed twice on the way, and Alertmanager looks at its groups each second.
    """
    incident = alert(1).labels.incident
    arguments = ("alertmanager", "--url", alertmanager.url)
    with BridgeProcess(kafka_settings, tmp_path, *arguments, bridges=RESEND) as bridge:
        for sequence, severity in enumerate(SEVERITIES, start=1):
            status = "firing" if sequence == 1 else "updated"
            publish(kafka_settings, alert(sequence, status, severity=severity))
            wait_until(lambda: pages(far_side)[severity] == 1, f"the page for {severity}", bridge)  # noqa: B023
            bridge.kill()
            bridge.start()
        wait_until(lambda: len(alertmanager.alerts(incident)) == 3, "three alerts, two muted", bridge)
        assert told(far_side, "resolved") == []
        assert pages(far_side) == dict.fromkeys(SEVERITIES, 1)
        publish(kafka_settings, alert(4, "resolved"))
        wait_until(lambda: len(told(far_side, "resolved")) == 3, "each receiver hears that it is over", bridge)
    assert pages(far_side) == dict.fromkeys(SEVERITIES, 1)
