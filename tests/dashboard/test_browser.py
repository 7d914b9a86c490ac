"""The dashboard in a real browser over a real Kafka."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from driftline.stream_app.config import KafkaSettings
from tests.conftest import own_topics
from tests.dashboard.conftest import DashboardProcess
from tests.dashboard.world import alert, audited, publish, summary
from tests.kafka.worker_process import read_all, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

INCIDENT = f"{1:016x}-1"
SIGNAL = "/signals/search%7C1%7Clive%7Cfeature:snr_db"
EVERY_PAGE = (
    *("/", "/incidents", f"/incidents/{INCIDENT}", "/models/search", "/models/search/signals"),
    *(SIGNAL, "/health", "/audit", "/config"),
)
HOSTILE = "<img src=x onerror=alert(1)>\"'{{7*7}}"


@pytest.fixture
def filled(dashboard: DashboardProcess, kafka_settings: KafkaSettings) -> DashboardProcess:
    """A dashboard with something on every page, for tests that change something."""
    fill(dashboard, kafka_settings)
    return dashboard


@pytest.fixture(scope="module")
def shown(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DashboardProcess]:
    """The same for tests that only look: one for all of them."""
    with own_topics(broker) as kafka:
        dashboard = DashboardProcess(kafka, tmp_path_factory.mktemp("shown"))
        fill(dashboard, kafka)
        yield dashboard
        dashboard.stop()


def fill(dashboard: DashboardProcess, kafka: KafkaSettings) -> None:
    """Put something on every page."""
    minutes = [
        summary(mean=22 + place % 3, at_ms=int(time.time() * 1000) - place * 60_000)
        for place in range(90, 0, -1)
    ]
    categories = [{"category": HOSTILE, "share": 0.6, "reference": 0.4}]
    hostile = [
        summary(f"feature:{HOSTILE}", model=f"m{HOSTILE}", categories=categories),
        alert(2, model=f"m{HOSTILE}", summary=f"Data drift: {HOSTILE}", signal=f"feature:{HOSTILE}"),
        (
            "dead_letters",
            b"search",
            {
                "reason": "not_json",
                "sentence": HOSTILE,
                "source": {"topic": "t", "partition": 0, "offset": 1},
            },
        ),
    ]
    publish(kafka, [*minutes, alert(1), *hostile, audited("c0", comment=HOSTILE)])
    dashboard.wait_for("fell from 22.1 to 14.3")
    dashboard.wait_for("not json", "/health")


def opened(browser: "Browser", address: str, **options: Any) -> "Page":
    """A page in a context of its own, which fails the test for whatever the browser complains of."""
    page = browser.new_context(**options).new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(f"a script ran: {dialog.message}"))
    page.on("request", lambda request: requested.append(request.url))
    complaints: list[str] = []
    requested: list[str] = []
    page.set_default_timeout(60_000)  # machines that test much else at the same time are slow
    page.goto(address)
    page.complaints, page.requested = complaints, requested  # type: ignore[attr-defined]
    return page


def test_a_firing_alert_is_seen_within_two_seconds(
    browser: "Browser", dashboard: DashboardProcess, kafka_settings: KafkaSettings
) -> None:
    """Who looks at the page would learn of it from the pager, or from users."""
    page = opened(browser, dashboard.address)
    page.locator("#connection", has_text="live").wait_for()
    publish(kafka_settings, [summary()])
    page.get_by_text("1 of 1 signal armed").first.wait_for()
    publish(kafka_settings, [alert()])
    began = time.monotonic()
    page.get_by_text("fell from 22.1 to 14.3").first.wait_for()
    assert time.monotonic() - began <= 2.0
    assert page.locator("h1").inner_text().startswith("1 incident is open, for 1 h; 1 of 1 signal armed")


def test_every_page_works_offline_and_shows_names_as_text(
    browser: "Browser", shown: DashboardProcess
) -> None:
    """A name from a producer would run as a script, or a page would wait for somebody else's server."""
    for path in (*EVERY_PAGE, f"/incidents/{2:016x}-1"):
        page = opened(browser, f"{shown.address}{path}")
        page.locator("#connection", has_text="live").wait_for()
        assert page.complaints == [], path  # type: ignore[attr-defined]
        foreign = [url for url in page.requested if not url.startswith(shown.address)]  # type: ignore[attr-defined]
        assert foreign == []
        assert page.locator("img").count() == 0
        assert "{{7*7}}" in page.content() or HOSTILE not in page.inner_text("body")
        page.context.close()


def test_every_page_works_without_scripts(browser: "Browser", shown: DashboardProcess) -> None:
    """A hardened browser would show nothing, and a chart that is only a canvas says nothing to many."""
    for path in EVERY_PAGE:
        page = opened(browser, f"{shown.address}{path}", java_script_enabled=False)
        assert page.locator("h1").count() == 1, path
        if path == SIGNAL:
            assert page.locator("svg.chart").count() == 1
            assert page.locator("table").count() >= 1
        page.context.close()


def test_axe_finds_nothing_serious(browser: "Browser", shown: DashboardProcess, axe: str) -> None:
    """Somebody with a screen reader, or at night, could not read it."""
    for path in EVERY_PAGE:
        page = opened(browser, f"{shown.address}{path}")
        page.locator("#connection", has_text="live").wait_for()
        page.evaluate(axe)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            found = page.evaluate("axe.run().then(result => result.violations)")
            grave = [
                (each["id"], [node["html"][:120] for node in each["nodes"][:3]])
                for each in found
                if each["impact"] in ("serious", "critical")
            ]
            assert grave == [], f"{path} when it is {theme}"
        page.context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_scrolls_sideways(browser: "Browser", shown: DashboardProcess, width: int) -> None:
    """On a phone at night half of every sentence would be off the screen."""
    for path in EVERY_PAGE:
        page = opened(browser, f"{shown.address}{path}", viewport={"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page.context.close()


def test_accepting_with_the_keyboard_shows_what_became_of_it(
    browser: "Browser", filled: DashboardProcess, kafka_settings: KafkaSettings
) -> None:
    """A button that only a mouse reaches, or that says done when nothing was, is worse than none."""
    page = opened(browser, f"{filled.address}/incidents/{INCIDENT}")
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    focus_on(page, "Accept all of them")
    page.keyboard.press("Enter")
    page.get_by_text("no worker has answered yet").wait_for()
    (event,) = read_all(kafka_settings, kafka_settings.control)
    assert (event["action"], event["alert_id"], event["model"]) == ("accept", f"{INCIDENT}-1", "search")
    assert page.get_by_text(f"driftline accept --alert {INCIDENT}-1 --model search").count() == 1
    publish(kafka_settings, [audited(event["id"])])
    page.get_by_text("Accepted as the new normal by anna.").wait_for()
    assert page.locator(f"#deed-{event['id']}").inner_text().startswith("● done")
    assert page.get_by_role("button", name="Undo this accept").count() == 1


def focus_on(page: "Page", name: str) -> None:
    """Press Tab until the button with this name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    pytest.fail(f"Tab never reaches {name!r}")


def test_a_double_click_is_one_effect(
    browser: "Browser", filled: DashboardProcess, kafka_settings: KafkaSettings
) -> None:
    """A nervous finger would weigh a signal twice."""
    page = opened(browser, f"{filled.address}/incidents/{INCIDENT}")
    page.get_by_role("button", name="Useful").dblclick()
    page.get_by_text("no worker has answered yet").first.wait_for()
    time.sleep(1)
    events = read_all(kafka_settings, kafka_settings.control)
    assert [event["verdict"] for event in events] == ["useful"]


def test_ignored_says_why(
    browser: "Browser", filled: DashboardProcess, kafka_settings: KafkaSettings
) -> None:
    """Who pressed a button that changed nothing would believe that it did."""
    page = opened(browser, f"{filled.address}/incidents/{INCIDENT}")
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_text("acknowledged by").wait_for()
    (event,) = read_all(kafka_settings, kafka_settings.control)
    publish(
        kafka_settings, [audited(event["id"], "ignored", reason=f"The incident of {INCIDENT}-1 is over.")]
    )
    page.get_by_text(f"The incident of {INCIDENT}-1 is over.").wait_for()
    assert "◆ ignored" in page.locator(f"#deed-{event['id']}").inner_text()
    assert page.get_by_text("acknowledged by").count() == 0


def test_a_crash_loses_nothing(
    browser: "Browser", filled: DashboardProcess, kafka_settings: KafkaSettings
) -> None:
    """An acknowledgement that is gone pages somebody again; a chart with a hole hides what happened."""
    page = opened(browser, f"{filled.address}/incidents/{INCIDENT}")
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_text("acknowledged by").wait_for()
    before = filled.get("/api/incidents")[1], filled.get(f"/api{SIGNAL}/points")[1]
    filled.kill()
    publish(kafka_settings, [alert(3, summary="while it was away")])
    filled.start()
    assert filled.started_s < 5 or filled.started_s < START_LOADED_S
    filled.wait_for("while it was away", seconds=5)
    assert "acknowledged by" in filled.get(f"/incidents/{INCIDENT}")[1]
    assert filled.get(f"/api{SIGNAL}/points")[1] == before[1]
    page.locator("#connection", has_text="live").wait_for(timeout=1_000 * LIVE_LOADED_S)
    assert len(read_all(kafka_settings, kafka_settings.control)) == 1


START_LOADED_S = 20  # on a machine that does much else
LIVE_LOADED_S = 45  # the same: a page waits longer between attempts the longer nobody answers


def test_a_file_that_is_gone_or_damaged_is_made_anew(filled: DashboardProcess) -> None:
    """The topics are the truth: a broken disk must not keep anybody from looking."""
    assert filled.stop() == 0
    (state,) = (filled.log.parent / "state").glob("*.sqlite")
    state.write_bytes(b"this is no database" * 100)
    filled.start()
    filled.wait_for("fell from 22.1 to 14.3")
    wait_until(lambda: '"mean"' in filled.get(f"/api{SIGNAL}/points")[1], 10, "the history is there again")
