"""Failures become one sentence each; bugs stay visible."""

import click
import pytest
from kafka.errors import KafkaError, KafkaTimeoutError, UnknownTopicOrPartitionError

from driftline.stream_app.adapters.local_kafka import LocalKafkaError
from driftline.stream_app.cli.failures import explained
from driftline.stream_app.simulator.event_sender import DeliveryError


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (FileNotFoundError(2, "No such file or directory", "a.jsonl"), "a.jsonl: no such file or directory."),
        (PermissionError(13, "Permission denied", "b.jsonl"), "b.jsonl: permission denied."),
        (OSError(28, "No space left on device"), "The system says: no space left on device."),
        (LocalKafkaError("Port 1 is used."), "Port 1 is used."),
        (DeliveryError("3 events were not delivered"), "3 events were not delivered"),
        (KafkaTimeoutError("no answer"), "Kafka refused or did not answer (KafkaTimeoutError: no answer)"),
        (UnknownTopicOrPartitionError("there is no topic x"), "Kafka says: there is no topic x."),
        (KafkaError(), "Kafka refused or did not answer (KafkaError)"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_can_happen_to_anybody_is_a_sentence(error: Exception, sentence: str) -> None:
    """A traceback tells an operator nothing about what to do."""
    with pytest.raises(click.ClickException) as raised, explained():
        raise error
    assert raised.value.message.startswith(sentence)
    assert raised.value.exit_code == 1


@pytest.mark.parametrize("error", [ValueError("bug"), BrokenPipeError(), click.UsageError("misuse")])
def test_everything_else_passes_unchanged(error: Exception) -> None:
    """A bug that is dressed up as a failure is never reported."""
    with pytest.raises(type(error)) as raised, explained():
        raise error
    assert raised.value is error
