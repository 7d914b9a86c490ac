"""Who may write, from which pages, and under which names the gateway may be asked for."""

import asyncio
import json
import time
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from driftline.stream_app.adapters.tokens import new_token
from driftline.stream_app.cli import main
from driftline.stream_app.config import ConfigError, GatewaySettings, Settings, load_settings
from driftline.stream_app.gateway.errors import GatewayError
from driftline.stream_app.gateway.guards import GUESSES_MAX, TokenBook, check_exposure, printable
from tests.gateway.surroundings import asked, gateway_of

ORIGIN = "https://shop.example.org"


def event(**fields: Any) -> bytes:
    """A label of now."""
    known: dict[str, Any] = {"type": "feedback", "kind": "label", "prediction_id": "p", "model": "m"}
    return json.dumps(known | {"time": int(time.time() * 1000), "labels": {"y": 1}} | fields).encode()


def status_of(section: dict[str, Any], path: str = "/v1/events", method: str = "POST", **headers: str) -> int:
    """The status of one request."""

    async def steps(client: Any) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = await client.request(method, path, data=event(), headers=named)
        return int(response.status)

    return int(asked(gateway_of(**section)[0], steps))


def test_another_host_needs_tokens() -> None:
    """One flag would let everybody in the network write."""
    with pytest.raises(GatewayError, match=r"set gateway\.tokens"):
        check_exposure(GatewaySettings(host="0.0.0.0"))
    check_exposure(GatewaySettings(host="127.0.0.1"))
    result = CliRunner().invoke(main, ["gateway", "--host", "0.0.0.0"])
    assert result.exit_code == 1 and "take events of everybody" in result.output


def test_tokens_are_asked_for() -> None:
    """A request without one, or with a wrong one, would be written all the same."""
    token, scrypt = new_token()
    section = {"tokens": [{"name": "shop", "scrypt": scrypt}]}
    assert status_of(section) == 401
    assert status_of(section, Authorization="Bearer wrong") == 401
    assert status_of(section, Authorization=f"Basic {token}") == 401
    assert status_of(section, Authorization=f"Bearer {token}") == 202
    assert status_of(section, f"/v1/events?token={token}") == 202  # a beacon can send no header
    assert status_of(section, "/v1/kserve") == 401
    for path in ("/live", "/ready", "/metrics"):
        assert status_of(section, path, "GET") == 200


def test_a_token_may_be_held_to_feedback() -> None:
    """What a page carries everybody can read."""
    token, scrypt = new_token()
    section = {"tokens": [{"name": "shop", "scrypt": scrypt, "types": ["feedback"], "models": ["m"]}]}

    async def steps(client: Any) -> list[int]:
        headers = {"Authorization": f"Bearer {token}"}
        bodies = (event(), event(model="other"))
        return [(await client.post("/v1/events", data=body, headers=headers)).status for body in bodies]

    assert asked(gateway_of(**section)[0], steps) == [202, 400]


async def _looked_at(book: TokenBook, tokens: list[str]) -> list[Any]:
    return await asyncio.gather(*[book.owner(token) for token in tokens], return_exceptions=True)


def test_a_token_is_hashed_once_and_guessing_is_bounded() -> None:
    """50 ms a request would be 20 requests a second; and guesses would fill the memory with 16 MiB each."""
    token, scrypt = new_token()
    book = TokenBook(GatewaySettings.model_validate({"tokens": [{"name": "a", "scrypt": scrypt}]}).tokens)

    async def steps() -> None:
        assert (await book.owner(token)) is not None
        began = time.perf_counter()
        for _ in range(1000):
            assert (await book.owner(token)) is not None
        assert time.perf_counter() - began < 0.5
        answers = await _looked_at(book, [f"guess-{number}" for number in range(2 * GUESSES_MAX)])
        assert sum(isinstance(each, Exception) for each in answers) == GUESSES_MAX
        assert await book.owner("\udc80") is None

    asyncio.run(steps())


def test_only_its_own_names_without_tokens() -> None:
    """A page whose name is made to point at this machine could write into its gateway."""
    assert status_of({}, Host="evil.example.org") == 421
    assert status_of({}, Host="localhost:6080") == 202
    assert status_of({"hosts": ["drift.example.org"]}, Host="drift.example.org") == 202
    assert status_of({}, "/live", "GET", Host="10.0.0.7:6080") == 200  # a probe asks for the pod


def test_pages_of_other_origins_may_not_post() -> None:
    """text/plain needs no preflight: any page a developer looks at could write."""
    allowed = {"cors": {"origins": [ORIGIN]}}
    assert status_of({}, Origin=ORIGIN) == 403
    assert status_of(allowed, Origin="https://evil.example.org") == 403
    assert status_of(allowed, Origin=ORIGIN) == 202
    assert status_of({"cors": {"origins": ["*"]}}, Origin="null") == 202
    assert status_of(allowed) == 202


def test_a_browser_is_told_what_it_may() -> None:
    """Without these headers a browser does not send, or hides the answer."""
    token, scrypt = new_token()
    section = {"cors": {"origins": [ORIGIN]}, "tokens": [{"name": "shop", "scrypt": scrypt}]}

    async def steps(client: Any) -> None:
        asks = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
        preflight = await client.options("/v1/events", headers=asks)
        assert preflight.status == 204
        assert preflight.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
        headers = {"Origin": ORIGIN, "Authorization": f"Bearer {token}"}
        for body, status in ((event(), 202), (b"", 400), (b"x", 400)):
            response = await client.post("/v1/events", data=body, headers=headers)
            assert (response.status, response.headers["Vary"]) == (status, "Origin")
            assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
        refused = await client.post("/v1/events", data=event(), headers={"Origin": ORIGIN})
        assert (refused.status, refused.headers["Access-Control-Allow-Origin"]) == (401, ORIGIN)

    asked(gateway_of(**section)[0], steps)


def test_nothing_of_a_header_comes_back_as_it_was() -> None:
    """An answer would carry what an attacker wrote, on lines of its own."""
    assert printable("https://a\r\nSet-Cookie: x") == "https://a??Set-Cookie: x"
    assert len(printable("x" * 1000)) == 200


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ("{cors: {origins: [shop.example.org]}}", "is not an origin: write https://"),
        ("{in_flight_bytes: 100000}", "at least three times body_bytes"),
        ("{tokens: [{name: a, scrypt: x}]}", "what `driftline dashboard token`"),
        ("{kserve: {models: {m: {classes: [a, a]}}}}", "'a' twice"),
    ],
)
def test_mistakes_are_told(tmp_path: Any, section: str, sentence: str) -> None:
    """A mistake in the configuration would show as a gateway that takes nothing."""
    file = tmp_path / "driftline.yaml"
    file.write_text(f"gateway: {section}\n")
    with pytest.raises(ConfigError, match=sentence):
        load_settings(file)


def test_the_token_command_prints_what_the_configuration_takes() -> None:
    """A token that no configuration accepts lets nobody in."""
    arguments = ["gateway", "token", "--name", "shop", "--type", "feedback", "--model", "m"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    settings = Settings.model_validate(
        yaml.safe_load(result.output.partition("\n\n")[2].partition("\n\n")[2])
    )
    (token,) = settings.gateway.tokens
    assert (token.name, token.types, token.models) == ("shop", ("feedback",), ("m",))
