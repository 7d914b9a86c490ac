"""The client that logs, against a real Kafka: where its records land, and who may send them."""

import subprocess
import sys
import time
from logging import WARNING

import orjson
import pytest
from kafka import KafkaAdminClient
from kafka.partitioner.default import murmur2

from driftline.schemas import Feedback, Prediction, decode
from driftline.stream_app.adapters.topics import create_topics
from driftline.stream_app.client import DriftClient
from driftline.stream_app.config import KafkaSettings
from tests.client.broker_records import records_of
from tests.shape.source import REPOSITORY

NOW_MS = 1_790_000_000_120


@pytest.mark.kafka
def test_records_land_where_the_worker_joins_them(kafka_settings: KafkaSettings) -> None:
    """Predictions and feedback of a model that land in different partitions never meet."""
    models = [f"model-{number}" for number in range(12)]
    with DriftClient(kafka_settings) as client:
        for model in models:
            id = client.log_prediction("7", model=model, time=NOW_MS, features={"x": 1.0})
            client.log_feedback("behavior", model=model, prediction_id=id, behavior="click", time=NOW_MS + 1)
        assert client.flush(15)
        assert (client.sent, client.failed, client.dropped) == (24, 0, 0)
    predictions = records_of(kafka_settings, kafka_settings.predictions)
    feedback = records_of(kafka_settings, kafka_settings.feedback)
    for records, kind, time_ms in ((predictions, Prediction, NOW_MS), (feedback, Feedback, NOW_MS + 1)):
        assert sorted(record.key.decode() for record in records) == sorted(models)
        for record in records:
            event = decode(record.value, record.timestamp)
            assert isinstance(event, kind)
            assert event.model == record.key.decode()
            assert record.timestamp == time_ms == event.time_ms
            assert record.partition == (murmur2(record.key) & 0x7FFFFFFF) % kafka_settings.partitions
    assert len({record.partition for record in predictions}) == kafka_settings.partitions


FORKING = """
import os, sys
from driftline.stream_app.client import DriftClient

client = DriftClient(sys.argv[1], prefix=sys.argv[2], model="voice-search")
if sys.argv[3] == "after the first event":
    client.log_prediction("7", id="before")
    assert client.flush(15)
child = os.fork()
name = "parent" if child else "child"
for number in range(20):
    client.log_prediction("7", id=f"{name}-{number}")
if sys.argv[4] == "closed":
    client.close()
    assert (client.sent, client.failed, client.dropped) == (20 + ("before" in sys.argv[3:]), 0, 0) or child
if child:
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


@pytest.mark.kafka
@pytest.mark.parametrize("forked", ["before the first event", "after the first event"])
@pytest.mark.parametrize("ending", ["closed", "left open"])
def test_parent_and_child_of_a_fork_both_deliver(
    kafka_settings: KafkaSettings, forked: str, ending: str
) -> None:
    """Web servers load the application once and fork their workers; each of them serves."""
    arguments = [kafka_settings.bootstrap_servers, kafka_settings.prefix, forked, ending]
    began = time.monotonic()
    shown = subprocess.run(
        [sys.executable, "-c", FORKING, *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=75,
        check=False,
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    assert time.monotonic() - began < 15
    records = records_of(kafka_settings, kafka_settings.predictions)
    expected = {f"{name}-{number}" for name in ("parent", "child") for number in range(20)}
    before = {"before"} if forked == "after the first event" else set()
    ids = [orjson.loads(record.value)["id"] for record in records]
    assert len(ids) == len(set(ids))
    assert set(ids) == expected | before


@pytest.mark.kafka
def test_a_misspelt_prefix_makes_no_topic_and_a_late_one_is_served(
    broker: str, topic_prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A topic by accident has one partition, and the worker would refuse the pair from then on."""
    late = KafkaSettings(bootstrap_servers=broker, prefix=f"{topic_prefix}-late", partitions=2)
    admin = KafkaAdminClient(**late.kafka_python())
    with (
        caplog.at_level(WARNING, "driftline.stream_app.client"),
        DriftClient(late, model="voice-search") as client,
    ):
        client.log_prediction("7", time=NOW_MS)
        assert not client.flush(2.5)
        assert "driftline topics create" in caplog.text
        assert not [name for name in admin.list_topics() if name.startswith(late.prefix)]
        create_topics(late)
        assert client.flush(15)
        assert (client.sent, client.failed) == (1, 0)
    assert len(records_of(late, late.predictions)) == 1
    admin.close()
