"""`driftline bridge`: what is missing is said in a sentence before anything is sent."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from driftline.stream_app.cli import main
from driftline.stream_app.cli.bridge import settings_of
from driftline.stream_app.config import ConfigError, KafkaSettings


def bridge(*arguments: str, **environment: str) -> Result:
    """The command's end."""
    return CliRunner().invoke(main, ["bridge", *arguments], env=environment)


@pytest.fixture
def configuration(kafka_settings: KafkaSettings, tmp_path: Path) -> str:
    """A file that names the test's own topics."""
    file = tmp_path / "driftline.yaml"
    kafka = f"{{bootstrap_servers: '{kafka_settings.bootstrap_servers}', prefix: {kafka_settings.prefix}}}"
    file.write_text(f"kafka: {kafka}\nbridges: {{web_port: 0}}\n")
    return str(file)


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("alertmanager",), "No Alertmanager is named: give --url, or bridges.alertmanager.urls."),
        (("webhook",), "No address is named: give --url, or bridges.webhook.url."),
        (("pagerduty",), "The environment variable PAGERDUTY_ROUTING_KEY must hold a secret"),
        (("slack",), "The environment variable SLACK_WEBHOOK_URL must hold a secret"),
        (("webhook", "--url", "tickets.example"), "'tickets.example' is no address"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_missing_is_said(configuration: str, arguments: tuple[str, ...], sentence: str) -> None:
    """A bridge that starts without a far side would look healthy and pass nothing on."""
    result = bridge(*arguments, "--config", configuration)
    assert (result.exit_code, sentence in result.stderr) == (1, True), result.stderr


@pytest.mark.kafka
def test_an_address_that_is_a_secret_is_not_shown(configuration: str) -> None:
    """Whoever reads the logs could post to the channel."""
    result = bridge("slack", "--config", configuration, SLACK_WEBHOOK_URL="hooks.slack.example/T0/s3cret")
    assert result.exit_code == 1
    assert "is no address" in result.stderr
    assert "s3cret" not in result.output + result.stderr


@pytest.mark.kafka
def test_a_topic_that_does_not_exist_is_said(broker: str, tmp_path: Path) -> None:
    """It would wait for ever for alerts under a mistyped prefix."""
    file = tmp_path / "driftline.yaml"
    file.write_text(f"kafka: {{bootstrap_servers: '{broker}', prefix: no-such}}\n")
    result = bridge("webhook", "--url", "http://127.0.0.1:1", "--config", str(file))
    assert result.exit_code == 1
    assert "there is no topic no-such.alerts" in result.stderr


def test_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    """Whoever tries another Alertmanager from a shell would go on paging the first."""
    file = tmp_path / "driftline.yaml"
    file.write_text("bridges: {alertmanager: {urls: ['http://a:1'], headers: {X-Scope-OrgID: t}}}\n")
    said = {"urls": ("http://b:2/",), "silence": True}
    section = settings_of(file, None, "alertmanager", said).bridges.alertmanager
    assert (section.urls, section.silence, section.headers) == (("http://b:2",), True, {"X-Scope-OrgID": "t"})
    assert settings_of(file, None, "alertmanager", {"urls": None}).bridges.alertmanager.urls == (
        "http://a:1",
    )
    with pytest.raises(ConfigError, match="no address"):
        settings_of(file, None, "alertmanager", {"urls": ("ftp://a",)})
