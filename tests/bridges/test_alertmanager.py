"""Against a real Alertmanager: one page for each severity reached, and no "resolved" before it is over."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from driftline.schemas import AuditRecord, encode, rfc3339
from driftline.stream_app.config import KafkaSettings
from tests.bridges.endpoints import Endpoint
from tests.bridges.processes import AlertmanagerProcess, BridgeProcess, wait_until
from tests.examples.programs import STARTS_AT, alert, publish

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
        wait_until(
            lambda: len(told(far_side, "resolved")) == 3, "each receiver hears that it is over", bridge
        )
    assert pages(far_side) == dict.fromkeys(SEVERITIES, 1)


def test_what_was_over_before_a_bridge_is_new_pages_nobody(
    kafka_settings: KafkaSettings, alertmanager: AlertmanagerProcess, far_side: Endpoint, tmp_path: Path
) -> None:
    """Whoever installs a bridge would be woken for the incidents of the last three months."""
    past = (alert(1, severity="warning"), alert(2, "updated"), alert(3, "resolved"))
    publish(kafka_settings, *past, alert(1, episode=2, severity="warning"), alert(2, "updated", episode=2))
    with BridgeProcess(kafka_settings, tmp_path, "alertmanager", "--url", alertmanager.url) as bridge:
        wait_until(lambda: pages(far_side)["critical"] == 1, "the page for what is open", bridge)
        wait_until(lambda: bridge.metric("superseded_total") == 4, "the others are passed over", bridge)
    assert {each["labels"]["incident"][-2:] for each in told(far_side, "firing")} == {"-2"}
    assert pages(far_side)["warning"] == 0


def test_one_that_forgot_or_was_away_hears_it_again(
    kafka_settings: KafkaSettings, alertmanager_program: str, far_side: Endpoint, tmp_path: Path
) -> None:
    """Alertmanager keeps no alerts over a restart, and one of two may be down when the alert comes.

    With one of them away alerts are not held up, and when all are they wait.
    """
    receivers = {severity: f"{far_side.url}/{severity}" for severity in SEVERITIES}
    first = AlertmanagerProcess(alertmanager_program, tmp_path, receivers)
    second = AlertmanagerProcess(alertmanager_program, tmp_path, receivers)
    urls = ("--url", first.url, "--url", second.url)
    incident = alert(1).labels.incident
    with first, second, BridgeProcess(
        kafka_settings, tmp_path, "alertmanager", *urls, bridges=RESEND
    ) as bridge:  # fmt: skip
        second.stop()
        publish(kafka_settings, alert(1))
        wait_until(lambda: bridge.metric("sent_total") == 1, "one of them is enough", bridge)
        second.start()
        wait_until(lambda: len(second.alerts(incident)) == 1, "the other hears it too", bridge)
        first.stop()
        second.stop()
        publish(kafka_settings, alert(2, "resolved"), alert(1, episode=2))
        wait_until(lambda: bridge.metric("retried_total") >= 2, "they are waited for", bridge)
        assert bridge.metric("waiting") == 2
        assert bridge.metric("oldest_unsent_seconds") > 0
        first.start()
        second.start()
        wait_until(lambda: bridge.metric("waiting") == 0, "nothing waits any more", bridge)
        wait_until(lambda: bool(second.alerts(f"{incident[:-1]}2")), "the second incident fires", bridge)
        assert first.alerts(incident) == second.alerts(incident) == []


def test_an_acknowledgement_becomes_a_silence_until_the_incident_is_over(
    kafka_settings: KafkaSettings, alertmanager: AlertmanagerProcess, far_side: Endpoint, tmp_path: Path
) -> None:
    """A pager rings on though somebody looks after it; and a silence that stays swallows the end.

    The name of the model is what producers make of it.
    """
    known = alert(1, model='he said "∞"\n')
    arguments = ("alertmanager", "--url", alertmanager.url, "--silence")
    until = rfc3339(int(time.time() * 1000) + 3_600_000)
    said = {"time": until, "model": known.labels.model, "reason": "", "by": "anna", "comment": '"mine"\n'}
    with BridgeProcess(kafka_settings, tmp_path, *arguments, bridges=RESEND) as bridge:
        publish(kafka_settings, known)
        wait_until(lambda: pages(far_side)["critical"] == 1, "the page", bridge)
        audited = AuditRecord(id="m-1", action="acknowledged", alert_id=known.id, until=until, **said)
        judged = AuditRecord(id="m-2", action="weighed", alert_id=known.id, **said)
        run_out = AuditRecord(id="m-3", action="acknowledged", alert_id=known.id, until=STARTS_AT, **said)
        publish_audit(kafka_settings, audited, judged, run_out, audited)
        wait_until(lambda: len(alertmanager.silences()) == 1, "the silence", bridge)
        [silence] = alertmanager.silences()
        assert [(each["name"], each["value"]) for each in silence["matchers"]] == [
            ("incident", known.labels.incident)
        ]
        assert (silence["createdBy"], silence["endsAt"]) == ("anna", until)
        [muted] = alertmanager.alerts(known.labels.incident)
        assert muted["labels"]["model"] == known.labels.model
        publish(kafka_settings, alert(2, "resolved", model=known.labels.model))
        wait_until(lambda: len(told(far_side, "resolved")) == 1, "the end is told", bridge)
        assert [each["status"]["state"] for each in alertmanager.silences()] == ["expired"]


def test_a_tenant_behind_a_path_is_told_its_headers(
    kafka_settings: KafkaSettings, far_side: Endpoint, tmp_path: Path
) -> None:
    """Mimir and Grafana keep an Alertmanager for each tenant, behind a path and a token."""
    section = {
        "urls": [f"{far_side.url}/tenant/"],
        "headers": {"X-Scope-OrgID": "drift"},
        "secret_headers": {"Authorization": {"env": "TENANT_TOKEN"}},
    }
    bridges = {"alertmanager": section}
    publish(kafka_settings, alert(1))
    with BridgeProcess(
        kafka_settings, tmp_path, "alertmanager", bridges=bridges, TENANT_TOKEN="Bearer s3cret"
    ) as bridge:  # fmt: skip
        wait_until(lambda: bool(far_side.requests), "the alert", bridge)
        assert bridge.stop() == 0
        assert "s3cret" not in bridge.log.read_text()
    [request, *_] = far_side.requests
    assert request.path == "/tenant/api/v2/alerts"
    assert request.headers["x-scope-orgid"] == "drift"
    assert request.headers["authorization"] == "Bearer s3cret"


def publish_audit(kafka: KafkaSettings, *records: AuditRecord) -> None:
    """Put audit records on their topic as a worker does."""
    producer = KafkaProducer(**kafka.kafka_python())
    for record in records:
        producer.send(kafka.audit, key=record.model.encode(), value=encode(record)).get(10)
    producer.close()
