"""From a drift to a pager, from there to a page, and by one click to tomorrow's alerts: all of it real."""

from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from driftline.stream_app.config import KafkaSettings
from tests.bridges.conftest import alertmanager_program  # noqa: F401  # a fixture
from tests.bridges.endpoints import Endpoint, endpoint
from tests.bridges.processes import AlertmanagerProcess, BridgeProcess
from tests.dashboard.conftest import DashboardProcess
from tests.kafka.worker_process import READY_S, WorkerProcess, alert_ids, read_all, send, wait_until
from tests.streams import Stream

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


def test_the_link_of_a_page_opens_where_one_click_changes_the_next_alerts(
    browser: "Browser",
    alertmanager_program: str,  # noqa: F811
    dashboard: DashboardProcess,
    kafka_settings: KafkaSettings,
    tmp_path: Path,
) -> None:
    """Each part may keep its promise, and whoever is paged still finds nothing to click on."""
    records = Stream(count=1600, change_at=1000, shift=3.0).records()
    events = [orjson.loads(record.value) for record in records if record.value is not None]
    plan = {"alerts": {"generator_url": f"{dashboard.address}/incidents/{{incident}}"}}
    with (
        endpoint() as pager,
        AlertmanagerProcess(alertmanager_program, tmp_path, receivers_at(pager)) as alertmanager,
        WorkerProcess(kafka_settings, tmp_path, "worker", plan=plan) as worker,
        BridgeProcess(kafka_settings, tmp_path, "alertmanager", "--url", alertmanager.url),
    ):
        wait_until(worker.ready, READY_S, "becoming ready")
        send(kafka_settings, events)
        wait_until(lambda: bool(pager.requests), 40, "a page")
        (paged, *_) = pager.requests[0].json["alerts"]
        page = browser.new_context().new_page()
        page.goto(paged["generatorURL"])
        assert page.locator("h1").inner_text() == paged["annotations"]["summary"]
        page.get_by_role("button", name="Noise").click()
        page.get_by_text("● done").wait_for(timeout=30_000)
        page.context.close()
        (verdict,) = read_all(kafka_settings, kafka_settings.control)
        answers = [each["control_id"] for each in read_all(kafka_settings, kafka_settings.audit)]
        assert verdict["verdict"] == "noise" and verdict["id"] in answers
        assert paged["labels"]["incident"] in {each.rpartition("-")[0] for each in alert_ids(kafka_settings)}


def receivers_at(pager: Endpoint) -> dict[str, str]:
    """Every severity's receiver is the same."""
    return {severity: f"{pager.url}/{severity}" for severity in ("info", "warning", "critical")}
