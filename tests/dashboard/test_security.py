"""What keeps others out, and what they send from doing harm."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp.test_utils import TestClient, TestServer
from click.testing import CliRunner

from driftline.stream_app.adapters.hosts import hostname
from driftline.stream_app.adapters.tokens import new_token
from driftline.stream_app.cli import main
from driftline.stream_app.config import DashboardSettings, Settings
from driftline.stream_app.dashboard import doors
from driftline.stream_app.dashboard.access import Doorkeeper, User
from driftline.stream_app.dashboard.actions import Actions
from driftline.stream_app.dashboard.errors import DashboardError
from driftline.stream_app.dashboard.guards import allowed_hosts, check_exposure
from driftline.stream_app.dashboard.history import History
from driftline.stream_app.dashboard.server import Pages, application
from driftline.stream_app.dashboard.state import State
from tests.dashboard.world import alert, heard, summary

INCIDENT = f"/incidents/{1:016x}-1"
EVIL = "<script>alert(1)</script>"


class Writer:
    """Where operators' words land in these tests."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    async def send(self, model: str, value: bytes) -> None:
        self.sent.append(json.loads(value))


def site(**section: Any) -> tuple[Any, Writer, Pages]:
    """The whole application over a state with one incident."""
    settings = Settings.model_validate({"dashboard": section})
    state, writer = State(), Writer()
    for each in heard(
        [alert(), summary(), summary(f"feature:{EVIL}", model=EVIL), alert(2, model=EVIL, summary=EVIL)]
    ):
        state.apply(each)
    pages = Pages(state, History(None, "test"), settings)
    made = application(pages)
    doors.routes(pages, made)
    Actions(state, writer).routes(made)
    return made, writer, pages


def asked(made: Any, steps: Any) -> Any:
    """Run steps against the application, as a client with cookies."""

    async def run() -> Any:
        async with TestClient(TestServer(made)) as client:
            return await steps(client)

    return asyncio.run(run())


async def form_of(client: Any, path: str = INCIDENT) -> dict[str, str]:
    """The hidden fields of the page's first form."""
    text = await (await client.get(path)).text()
    return dict(re.findall(r'<input type="hidden" name="(token|event)" value="([^"]+)"', text)[:2])


def test_another_host_needs_somebody_to_ask_who_it_is() -> None:
    """One flag would open everything to everybody in the network."""
    with pytest.raises(DashboardError, match=r"let everybody in: set dashboard\.auth"):
        check_exposure(DashboardSettings(host="0.0.0.0"))
    check_exposure(DashboardSettings(host="127.0.0.1"))
    check_exposure(DashboardSettings(host="::1"))
    result = CliRunner().invoke(main, ["dashboard", "--host", "0.0.0.0", "--replay", __file__])
    assert result.exit_code != 0


def test_a_foreign_name_is_refused() -> None:
    """A page elsewhere whose name points at this machine could read everything (DNS rebinding)."""

    async def steps(client: Any) -> list[int]:
        hosts = ["evil.example", "127.0.0.1:80", "localhost", "board.example:443"]
        return [(await client.get("/", headers={"Host": host})).status for host in hosts]

    assert asked(site(hosts=["board.example"])[0], steps) == [421, 200, 200, 200]
    assert hostname("[::1]:8080") == "[::1]"
    assert "0.0.0.0" not in allowed_hosts(DashboardSettings(host="0.0.0.0"))


def test_a_form_of_another_site_is_refused() -> None:
    """Any page that an operator has open could accept a broken level in their name."""
    made, writer, _ = site()

    async def steps(client: Any) -> list[int]:
        form = {**await form_of(client), "verdict": "useful"}
        statuses = []
        for headers, fields in (
            ({}, {"verdict": "useful"}),
            ({}, {**form, "token": "0" * 64}),
            ({"Origin": "https://evil.example"}, form),
            ({"Sec-Fetch-Site": "cross-site"}, form),
            ({"Sec-Fetch-Site": "same-origin"}, form),
        ):
            response = await client.post(
                f"{INCIDENT}/verdict", data=fields, headers=headers, allow_redirects=False
            )
            statuses.append(response.status)
        client.session.cookie_jar.clear()
        response = await client.post(f"{INCIDENT}/verdict", data=form, allow_redirects=False)
        return [*statuses, response.status]

    assert asked(made, steps) == [403, 403, 403, 403, 303, 403]
    assert len(writer.sent) == 1


def test_the_same_form_twice_counts_once() -> None:
    """A reload, or a proxy that tries again, would be a second word."""
    made, writer, _ = site()

    async def steps(client: Any) -> None:
        form = {**await form_of(client), "verdict": "noise"}
        posts = [client.post(f"{INCIDENT}/verdict", data=form, allow_redirects=False) for _ in range(3)]
        assert [response.status for response in await asyncio.gather(*posts)] == [303, 303, 303]

    asked(made, steps)
    assert [event["verdict"] for event in writer.sent] == ["noise"]


@contextmanager
def with_tokens() -> Iterator[tuple[Any, Writer, dict[str, str]]]:
    """An application with a viewer and an operator."""
    tokens, entries = {}, []
    for role in ("viewer", "operator"):
        tokens[role], scrypt = new_token()
        entries.append({"name": f"the {role}", "role": role, "scrypt": scrypt})
    made, writer, _ = site(host="127.0.0.1", auth={"tokens": entries})
    yield made, writer, tokens


def test_without_a_token_nothing_is_shown_and_a_viewer_cannot_act() -> None:
    """Names of models and features say what a company does; and who looks need not be who decides."""
    with with_tokens() as (made, writer, tokens):

        async def steps(client: Any) -> None:
            for path in ("/", "/api/incidents", "/health", f"{INCIDENT}?live=1", "/embed/x.svg"):
                assert (await client.get(path)).status == 401, path
            html = await client.get("/", headers={"Accept": "text/html"}, allow_redirects=False)
            assert html.headers["Location"].startswith("/login?next=")
            assert (await client.get("/", headers={"Authorization": "Bearer wrong"})).status == 401
            bearer = {"Authorization": f"Bearer {tokens['viewer']}"}
            assert (await client.get("/api/incidents", headers=bearer)).status == 200
            await log_in(client, tokens["viewer"])
            text = await (await client.get(INCIDENT)).text()
            assert "the viewer (viewer)" in text and "Acknowledge" not in text
            form = {**await form_of(client), "verdict": "useful"}
            assert (await client.post(f"{INCIDENT}/verdict", data=form)).status == 403
            await log_in(client, tokens["operator"])
            form = {**await form_of(client), "verdict": "useful"}
            assert (await client.post(f"{INCIDENT}/verdict", data=form, allow_redirects=False)).status == 303

        asked(made, steps)
    assert [event["by"] for event in writer.sent] == ["the operator"]


async def log_in(client: Any, token: str) -> None:
    """By the form, as a person does."""
    text = await (await client.get("/login")).text()
    found = re.search(r'name="token" value="([^"]+)"', text)
    assert found is not None
    form = {"token": found[1], "secret": token, "next": "//evil.example/"}
    response = await client.post("/login", data=form, allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, "/")


def test_a_cookie_that_was_not_written_here_is_worth_nothing() -> None:
    """Anybody could write the name of an operator into one; and a token that was taken away must be gone."""
    secret, scrypt = new_token()
    entry = {"name": "anna", "role": "operator", "scrypt": scrypt}
    auth = DashboardSettings.model_validate({"auth": {"tokens": [entry]}}).auth
    keeper = Doorkeeper(auth, b"one")
    cookie = keeper.session(User("anna", "operator"))
    assert keeper.by_session(cookie) == User("anna", "operator")
    assert Doorkeeper(auth, b"other").by_session(cookie) is None
    assert keeper.by_session(cookie[:-1] + ("0" if cookie[-1] != "0" else "1")) is None
    assert keeper.by_session(keeper.session(User("ben", "operator"))) is None
    assert asyncio.run(keeper.by_token(secret)) == User("anna", "operator")
    assert secret not in scrypt


def test_a_proxy_is_believed_only_from_its_own_network() -> None:
    """Anybody who reaches the port could send the header, and be whoever they like."""
    proxy = {"networks": ["10.0.0.0/8"], "operators": ["anna"]}
    auth = DashboardSettings.model_validate({"auth": {"trusted_proxy": proxy}}).auth
    keeper = Doorkeeper(auth, b"s")
    assert keeper.by_proxy("anna", "10.1.2.3") == User("anna", "operator")
    assert keeper.by_proxy("ben", "10.1.2.3") == User("ben", "viewer")
    assert keeper.by_proxy("anna", "192.168.1.1") is None
    assert keeper.by_proxy(None, "10.1.2.3") is None


def test_names_are_shown_as_text_on_every_page() -> None:
    """A feature's name would be a script in the browser of whoever looks after the model."""
    made, _, pages = site()
    quoted = "%3Cscript%3Ealert(1)%3C%2Fscript%3E"

    async def steps(client: Any) -> None:
        for path in (
            *("/", "/incidents", f"/incidents/{2:016x}-1", f"/models/{quoted}", f"/models/{quoted}/signals"),
            *(f"/signals/{quoted}%7C1%7Clive%7Cfeature:{quoted}", "/health", "/audit?q=" + quoted),
            *(
                f"/embed/{quoted}%7C1%7Clive%7Cfeature:{quoted}.svg",
                f"/?q={quoted}",
                f"/incidents?q={quoted}",
            ),
        ):
            response = await client.get(path)
            assert response.status == 200, path
            assert "<script>alert" not in await response.text(), path
            assert "default-src" in response.headers["Content-Security-Policy"]

    asked(made, steps)
    assert pages.state.unreadable == 0


def test_nothing_a_person_writes_breaks_a_line_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """A comment with a line break could pretend that somebody else did something."""
    from driftline.stream_app.adapters.logs import configure_logs

    configure_logs()
    made, writer, _ = site()

    async def steps(client: Any) -> None:
        text = 'fine\n{"event": "sent", "by": "ben"}\x1b[2J'
        form = {**await form_of(client), "comment": text}
        response = await client.post(f"{INCIDENT}/comment", data=form, allow_redirects=False)
        assert response.status == 303

    asked(made, steps)
    assert "\n" not in writer.sent[0]["comment"]
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines if line["event"] == "sent"] == ["sent"]


def test_no_page_holds_inline_script_or_style() -> None:
    """The policy would block it: what works in a test would be missing in a browser."""
    made, _, _ = site()

    async def steps(client: Any) -> None:
        for path in ("/", INCIDENT, "/models/search", "/signals/search%7C1%7Clive%7Cfeature:snr_db"):
            text = await (await client.get(path)).text()
            assert re.findall(r"<style|<script(?! src)| style=| on\w+=", text) == [], path

    asked(made, steps)


def test_the_token_command_prints_what_the_configuration_takes(tmp_path: Path) -> None:
    """A token that no configuration accepts lets nobody in."""
    result = CliRunner().invoke(main, ["dashboard", "token", "--name", "anna", "--role", "operator"])
    assert result.exit_code == 0, result.output
    written = result.output.partition("\n\n")[2].partition("\n\n")[2]
    settings = Settings.model_validate(yaml.safe_load(written))
    assert settings.dashboard.auth is not None
    assert settings.dashboard.auth.tokens[0].name == "anna"
