"""SIGKILL in the middle, and everything that comes of it."""

import time
from pathlib import Path
from threading import Thread

import orjson
import pytest

from stream_app.adapters.topics import create_topics
from stream_app.config import KafkaSettings
from tests.kafka.worker_process import Event, WorkerProcess, alert_ids, send, wait_until
from tests.streams import Stream

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(90)]


def incidents() -> list[Event]:
    """Four models with a change each, interleaved, on several partitions."""
    streams = [
        Stream(count=2000, change_at=1000 + 150 * number, shift=3.0, model=f"model-{number}", seed=number)
        for number in range(4)
    ]
    events = [orjson.loads(record.value) for stream in streams for record in stream.records()]
    return sorted(events, key=lambda event: event["time"])


def test_a_killed_worker_leaves_the_same_alerts(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    """Alerts would be lost, doubled under new ids, or invented from half-restored state."""
    undisturbed = kafka_settings.model_copy(
        update={"prefix": f"{kafka_settings.prefix}-calm", "group": f"{kafka_settings.group}-calm"}
    )
    create_topics(undisturbed)
    events = incidents()
    with WorkerProcess(undisturbed, tmp_path, "calm") as worker:
        send(undisturbed, events)
        wait_until(worker.ready, 20, "becoming ready")
        wait_until(lambda: worker.metric("driftline_events_total") == len(events), 30, "absorbing")
        assert worker.terminate()[0] == 0
    expected = alert_ids(undisturbed)
    assert len(expected) >= 4

    sending = Thread(target=send, args=(kafka_settings, events, 250))
    with WorkerProcess(kafka_settings, tmp_path, "victim") as victim:
        wait_until(victim.ready, 20, "becoming ready")
        sending.start()
        wait_until(
            lambda: victim.metric("driftline_events_total") > len(events) / 2, 30, "half of the events"
        )
        victim.kill()
    with WorkerProcess(kafka_settings, tmp_path, "successor") as successor:
        sending.join()
        wait_until(successor.ready, 30, "becoming ready")
        wait_until(lambda: successor.metric("driftline_lag") == 0, 30, "no lag")
        assert successor.metric("driftline_lost_total") == 0
        assert successor.terminate()[0] == 0
    assert alert_ids(kafka_settings) == expected


def test_records_that_expired_are_reported_as_lost(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    """After a long downtime, coverage that is gone would look like a quiet time."""
    from kafka import KafkaAdminClient, TopicPartition

    events = [orjson.loads(record.value) for record in Stream(count=600, change_at=600).records()]
    predictions = [event for event in events if event["type"] == "prediction"]
    with WorkerProcess(kafka_settings, tmp_path, "first") as worker:
        wait_until(worker.ready, 20, "becoming ready")
        send(kafka_settings, predictions[:200])
        wait_until(lambda: worker.metric("driftline_events_total") == 200, 20, "absorbing")
        assert worker.terminate()[0] == 0
    send(kafka_settings, predictions[200:])
    admin = KafkaAdminClient(bootstrap_servers=kafka_settings.bootstrap_servers)
    expired = {
        TopicPartition(kafka_settings.predictions, number): 500 for number in busy_partitions(kafka_settings)
    }
    admin.delete_records(expired)
    admin.close()
    with WorkerProcess(kafka_settings, tmp_path, "second") as worker:
        wait_until(worker.ready, 20, "becoming ready")
        wait_until(lambda: worker.metric("driftline_events_total") == 100, 20, "absorbing what is left")
        assert worker.metric("driftline_lost_total") == 300
        assert worker.metric("driftline_holes_total") == 1


def busy_partitions(kafka: KafkaSettings) -> list[int]:
    """Partition numbers of the predictions topic with records."""
    from kafka import KafkaConsumer, TopicPartition

    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, group_id=None)
    ends = consumer.end_offsets(
        [TopicPartition(kafka.predictions, number) for number in range(kafka.partitions)]
    )
    consumer.close()
    return [source.partition for source, end in ends.items() if end]


def test_a_worker_that_slept_too_long_is_fenced(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    """A paused worker that wakes up would overwrite, or remove, the state of its successor."""
    import signal

    events = incidents()
    half = len(events) // 2
    with (
        WorkerProcess(kafka_settings, tmp_path, "sleeper") as sleeper,
    ):
        wait_until(sleeper.ready, 20, "becoming ready")
        send(kafka_settings, events[:half])
        wait_until(lambda: sleeper.metric("driftline_events_total") == half, 20, "absorbing")
        sleeper.process.send_signal(signal.SIGSTOP)
        with WorkerProcess(kafka_settings, tmp_path, "successor") as successor:
            wait_until(lambda: successor.partitions() == [0, 1, 2, 3], 30, "taking over")
            send(kafka_settings, events[half:])
            wait_until(lambda: successor.metric("driftline_lag") == 0, 20, "no lag")
            sleeper.process.send_signal(signal.SIGCONT)
            wait_until(lambda: len(sleeper.partitions()) == len(successor.partitions()) == 2, 30, "sharing")
            time.sleep(1)
            found = {
                name: worker.metric("driftline_events_total")
                for name, worker in {"sleeper": sleeper, "successor": successor}.items()
            }
            assert sum(found.values()) == len(events), found
            assert sleeper.terminate()[0] == 0
            assert successor.terminate()[0] == 0
