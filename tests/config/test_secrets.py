from pathlib import Path

import pytest

from driftline.stream_app.config import ConfigError, KafkaSettings, Secret, Settings, load_settings


def test_a_secret_of_the_environment_is_read_when_needed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A configuration could be checked only where its passwords are known."""
    monkeypatch.delenv("DRIFTLINE_TEST_PASSWORD", raising=False)
    file = tmp_path / "driftline.yaml"
    file.write_text(
        "kafka: {security_protocol: SASL_PLAINTEXT, sasl_mechanism: PLAIN, sasl_username: worker,\n"
        "        sasl_password: {env: DRIFTLINE_TEST_PASSWORD}}\n"
    )
    kafka = load_settings(file).kafka
    with pytest.raises(
        ConfigError, match="The environment variable DRIFTLINE_TEST_PASSWORD must hold a secret"
    ):
        kafka.kafka_python()
    monkeypatch.setenv("DRIFTLINE_TEST_PASSWORD", "sesame")
    assert kafka.kafka_python()["sasl_plain_password"] == "sesame"


def test_a_secret_in_a_file_of_its_own(tmp_path: Path) -> None:
    """Secrets that a cluster mounts as files could not be used, or would end with a line break."""
    (tmp_path / "password").write_text("open sesame \n")
    assert Secret(file=str(tmp_path / "password")).get_secret_value() == "open sesame "


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_secret_that_cannot_be_read_names_its_file(tmp_path: Path, content: bytes | None) -> None:
    """Somebody would have to search for the file."""
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=f"The file {file} must hold a secret, but cannot be read"):
        Secret(file=str(file)).get_secret_value()


def test_a_program_may_pass_the_secret_itself() -> None:
    """A service that has its password from a vault would have to write it to a file first."""
    kafka = KafkaSettings.model_validate(
        {
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "PLAIN",
            "sasl_username": "service",
            "sasl_password": "hunter2",
        }
    )
    assert kafka.aiokafka()["sasl_plain_password"] == "hunter2"


def test_secrets_are_never_printed() -> None:
    """Settings in a log line, a traceback or a dump would give the password away."""
    kafka = KafkaSettings.model_validate(
        {
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "PLAIN",
            "sasl_username": "service",
            "sasl_password": "hunter2",
            "ssl_certfile": "cert.pem",
            "ssl_key_password": "hunter2",
        }
    )
    settings = Settings(kafka=kafka)
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
