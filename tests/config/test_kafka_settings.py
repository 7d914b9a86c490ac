import inspect
import ssl
import subprocess
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer

from driftline.stream_app.config import ConfigError, KafkaSettings, TopicNames, load_settings

SASL = {
    "security_protocol": "SASL_SSL",
    "sasl_mechanism": "SCRAM-SHA-512",
    "sasl_username": "worker",
    "sasl_password": {"env": "DRIFTLINE_TEST_PASSWORD"},
}
ACCEPTED_BY_AIOKAFKA = [
    set(inspect.signature(client.__init__).parameters) for client in (AIOKafkaConsumer, AIOKafkaProducer)
]
ACCEPTED_BY_KAFKA_PYTHON = [
    set(client.DEFAULT_CONFIG) for client in (KafkaConsumer, KafkaProducer, KafkaAdminClient)
]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a self-signed certificate, its key, and the key encrypted with "sesame"."""
    folder = tmp_path_factory.mktemp("tls")
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=kafka"
    subprocess.run(
        [*make.split(), "-keyout", "key.pem", "-out", "cert.pem"], cwd=folder, check=True, capture_output=True
    )
    encrypt = "openssl pkey -in key.pem -aes256 -passout pass:sesame -out locked.pem"
    subprocess.run(encrypt.split(), cwd=folder, check=True, capture_output=True)
    return folder


def test_topics_are_called_after_the_prefix() -> None:
    """A producer and a worker with the same prefix would not meet."""
    kafka = KafkaSettings(prefix="shop")
    assert kafka.predictions == "shop.predictions"
    assert kafka.dead_letters == "shop.dead-letters"
    assert kafka.model_copy(update={"prefix": "other"}).state == "other.state"


def test_a_topic_can_have_a_name_of_its_own() -> None:
    """Events that are in a topic already could not be read there."""
    kafka = KafkaSettings(prefix="shop", topics=TopicNames(predictions="inference-log"))
    assert kafka.predictions == "inference-log"
    assert kafka.feedback == "shop.feedback"


def test_servers_may_be_a_list_in_a_file(tmp_path: Path) -> None:
    """Both ways in which people write several servers would not work."""
    file = tmp_path / "driftline.yaml"
    file.write_text("kafka:\n  bootstrap_servers: [kafka-1:9092, '[::1]:9093', kafka-3]\n")
    kafka = load_settings(file).kafka
    assert kafka.bootstrap_servers == "kafka-1:9092,[::1]:9093,kafka-3"
    assert kafka.kafka_python()["bootstrap_servers"] == ["kafka-1:9092", "[::1]:9093", "kafka-3"]


@pytest.mark.parametrize("options", [{}, {"security_protocol": "SSL"}, SASL])
def test_the_clients_know_every_option(options: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A client would refuse the settings when it is made."""
    monkeypatch.setenv("DRIFTLINE_TEST_PASSWORD", "sesame")
    kafka = KafkaSettings.model_validate(options)
    assert all(set(kafka.aiokafka()) <= accepted for accepted in ACCEPTED_BY_AIOKAFKA)
    assert all(set(kafka.kafka_python()) <= accepted for accepted in ACCEPTED_BY_KAFKA_PYTHON)


def test_sasl_over_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client would connect without its name and password, or without encryption."""
    monkeypatch.setenv("DRIFTLINE_TEST_PASSWORD", "sesame")
    options = KafkaSettings.model_validate(SASL).aiokafka()
    assert options["security_protocol"] == "SASL_SSL"
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("worker", "sesame")
    assert options["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert options["ssl_context"].check_hostname


def test_host_names_are_left_unchecked_only_on_request() -> None:
    """Brokers whose certificates have other names could not be used, or any certificate would do."""
    kafka = KafkaSettings(security_protocol="SSL", ssl_check_hostname=False)
    context = kafka.kafka_python()["ssl_context"]
    assert not context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_a_client_certificate_with_a_locked_key(certificate: Path) -> None:
    """Clusters that ask for certificates could not be used with encrypted keys."""
    authority, locked = str(certificate / "cert.pem"), str(certificate / "locked.pem")
    kafka = KafkaSettings.model_validate(
        {
            "security_protocol": "SSL",
            "ssl_cafile": authority,
            "ssl_certfile": authority,
            "ssl_keyfile": locked,
            "ssl_key_password": "sesame",
        }
    )
    assert kafka.aiokafka()["ssl_context"].cert_store_stats()["x509"] == 1
    with pytest.raises(ConfigError, match="ssl_key_password must open an encrypted key"):
        kafka.model_copy(update={"ssl_key_password": None}).aiokafka()


def test_a_missing_certificate_is_named() -> None:
    """OpenSSL's own message does not say which file is missing."""
    kafka = KafkaSettings(security_protocol="SSL", ssl_cafile="nowhere/ca.pem")
    with pytest.raises(ConfigError, match=r"^kafka.ssl_cafile: there is no file nowhere/ca.pem"):
        kafka.kafka_python()
