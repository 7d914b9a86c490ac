"""Faust reaches the broker in the way that the settings say."""

import ssl
from pathlib import Path

import pytest
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from driftline.stream_app.adapters.worker.application import build_application
from driftline.stream_app.adapters.worker.connection import faust_credentials
from driftline.stream_app.config import KafkaSettings, Settings


def test_an_open_broker_needs_no_credentials() -> None:
    """Faust would try TLS against a plain port."""
    assert faust_credentials(KafkaSettings().aiokafka()) is None


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
def test_faust_connects_with_the_same_options_as_everything_else(protocol: str, mechanism: str) -> None:
    """The worker's producer would reach the broker and its consumer would not."""
    kafka = KafkaSettings(
        security_protocol=protocol,
        sasl_mechanism=mechanism,
        sasl_username="driftline",
        sasl_password="secret",
    )
    options = kafka.aiokafka()
    auth = credentials_to_aiokafka_auth(faust_credentials(options), None)
    assert auth["security_protocol"] == protocol
    assert auth["sasl_mechanism"] == mechanism
    assert auth["sasl_plain_username"] == "driftline"
    assert auth["sasl_plain_password"] == "secret"
    assert auth.get("ssl_context") is options.get("ssl_context")


def test_tls_without_a_password() -> None:
    """A broker with certificates only would be out of reach."""
    auth = credentials_to_aiokafka_auth(
        faust_credentials(KafkaSettings(security_protocol="SSL").aiokafka()), None
    )
    assert auth["security_protocol"] == "SSL"
    assert isinstance(auth["ssl_context"], ssl.SSLContext)


def test_the_application_keeps_the_promises_that_faust_does_not(tmp_path: Path) -> None:
    """One of these settings forgotten costs a night: see the comments where they are made."""
    conf = build_application(Settings(), KafkaSettings().aiokafka(), tmp_path).conf
    assert conf.processing_guarantee.value == "at_least_once"
    assert conf.broker_max_poll_interval == 86_400.0
    assert conf.broker_request_timeout >= 180.0
    assert conf.table_standby_replicas == 0
    assert not conf.web_enabled
    assert not conf.stream_wait_empty
