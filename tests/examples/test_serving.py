"""`examples/serving.py`: what it logs is what a worker can use."""

import subprocess

import pytest

from driftline.schemas import Event, Feedback, Prediction, Rejection, Serving, decode
from driftline.stream_app.config import KafkaSettings
from tests.client.broker_records import records_of
from tests.examples.programs import command
from tests.shape.source import REPOSITORY


def events_of(kafka: KafkaSettings, topic: str) -> list[Event]:
    """Everything on the topic, decoded."""
    events: list[Event] = []
    for record in records_of(kafka, topic):
        event = decode(record.value, record.timestamp)
        assert not isinstance(event, Rejection), event
        events.append(event)
    return events


@pytest.mark.kafka
def test_predictions_behaviour_and_host_arrive(kafka_settings: KafkaSettings) -> None:
    """The example is what teams copy: events that are lost or do not join would be lost everywhere."""
    shown = subprocess.run(
        command("serving", kafka_settings, "--requests", "150", "--rate", "1000"),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=75,
        check=True,
    )
    events = events_of(kafka_settings, kafka_settings.predictions)
    feedback = events_of(kafka_settings, kafka_settings.feedback)
    assert f"{len(events) + len(feedback)} sent, 0 failed, 0 dropped" in shown.stdout
    predictions = [event for event in events if isinstance(event, Prediction)]
    assert len({prediction.id for prediction in predictions}) == 150
    assert sum(isinstance(event, Serving) for event in events) == 2
    for prediction in predictions:
        assert prediction.features["clip_seconds"] == 1.0
        assert prediction.features["silence_before_ms"] == 500.0
        assert prediction.serving["latency_ms"] is not None
    assert {event.behavior for event in feedback if isinstance(event, Feedback)} == {"click", "redo_search"}
    joined = {event.prediction_id for event in feedback if isinstance(event, Feedback)}
    assert joined <= {prediction.id for prediction in predictions}
