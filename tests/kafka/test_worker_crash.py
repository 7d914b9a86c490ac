"""SIGKILL in the middle, and everything that comes of it."""

import signal
from pathlib import Path
from threading import Thread

import orjson
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from driftline.stream_app.config import KafkaSettings
from tests.conftest import own_topics
from tests.kafka.worker_process import READY_S, Event, WorkerProcess, alert_ids, send, wait_until
from tests.streams import Stream

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


def incidents() -> list[Event]:
    """Four models with a change each, interleaved, on several partitions."""
    streams = [
        Stream(count=2000, change_at=1000 + 150 * number, shift=3.0, model=f"model-{number}", seed=number)
        for number in range(4)
    ]
    events = [orjson.loads(record.value) for stream in streams for record in stream.records()]
    return sorted(events, key=lambda event: event["time"])


@pytest.fixture(scope="module")
def alerts_of_a_calm_run(broker: str, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Ids of the alerts that one worker raises when nothing happens to it."""
    events = incidents()
    with own_topics(broker) as calm:
        with WorkerProcess(calm, tmp_path_factory.mktemp("calm"), "calm") as worker:
            send(calm, events)
            wait_until(worker.ready, READY_S, "becoming ready")
            wait_until(lambda: worker.metric("driftline_events_total") == len(events), 30, "absorbing")
            assert worker.terminate()[0] == 0
        ids = alert_ids(calm)
    assert len(ids) >= 4
    return ids


def test_a_killed_worker_leaves_the_same_alerts(
    kafka_settings: KafkaSettings, tmp_path: Path, alerts_of_a_calm_run: set[str]
) -> None:
    """Alerts would be lost, doubled under new ids, or invented from half-restored state."""
    events = incidents()
    sending = Thread(target=send, args=(kafka_settings, events, 250))
    with WorkerProcess(kafka_settings, tmp_path, "victim") as victim:
        wait_until(victim.ready, READY_S, "becoming ready")
        sending.start()
        wait_until(
            lambda: victim.metric("driftline_events_total") > len(events) / 2, 30, "half of the events"
        )
        victim.kill()
    with WorkerProcess(kafka_settings, tmp_path, "successor") as successor:
        sending.join()
        wait_until(successor.ready, READY_S, "becoming ready")
        wait_until(lambda: successor.metric("driftline_lag") == 0, 30, "no lag")
        assert successor.metric("driftline_lost_total") == 0
        assert successor.terminate()[0] == 0
    assert alert_ids(kafka_settings) == alerts_of_a_calm_run


def test_records_that_expired_are_reported_as_lost(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    """After a long downtime, coverage that is gone would look like a quiet time."""
    events = [orjson.loads(record.value) for record in Stream(count=600, change_at=600).records()]
    predictions = [event for event in events if event["type"] == "prediction"]
    with WorkerProcess(kafka_settings, tmp_path, "first") as worker:
        wait_until(worker.ready, READY_S, "becoming ready")
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
        wait_until(worker.ready, READY_S, "becoming ready")
        wait_until(lambda: worker.metric("driftline_events_total") == 100, 20, "absorbing what is left")
        assert worker.metric("driftline_lost_total") == 300
        assert worker.metric("driftline_holes_total") == 1


def busy_partitions(kafka: KafkaSettings) -> list[int]:
    """Partition numbers of the predictions topic with records."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, group_id=None)
    ends = consumer.end_offsets(
        [TopicPartition(kafka.predictions, number) for number in range(kafka.partitions)]
    )
    consumer.close()
    return [source.partition for source, end in ends.items() if end]


def test_a_worker_that_slept_too_long_changes_nothing(
    kafka_settings: KafkaSettings, tmp_path: Path, alerts_of_a_calm_run: set[str]
) -> None:
    """Waking up, it would overwrite, or remove, the state of its successor."""
    events = incidents()
    half = len(events) // 2
    with (
        WorkerProcess(kafka_settings, tmp_path, "sleeper") as sleeper,
        WorkerProcess(kafka_settings, tmp_path, "successor") as successor,
    ):
        wait_until(lambda: len(sleeper.partitions()) == len(successor.partitions()) == 2, 30, "sharing")
        wait_until(lambda: sleeper.ready() and successor.ready(), 20, "becoming ready")
        sending = Thread(target=send, args=(kafka_settings, events[:half], 250))
        sending.start()
        wait_until(lambda: sleeper.metric("driftline_events_total") > half / 10, 20, "some events")
        sleeper.process.send_signal(signal.SIGSTOP)  # with state that is not durable yet
        sending.join()
        wait_until(lambda: successor.partitions() == [0, 1, 2, 3] and successor.ready(), 30, "taking over")
        sleeper.process.send_signal(signal.SIGCONT)
        wait_until(lambda: len(sleeper.partitions()) == len(successor.partitions()) == 2, 30, "sharing again")
        wait_until(lambda: sleeper.ready() and successor.ready(), 20, "becoming ready")
        send(kafka_settings, events[half:])
        wait_until(
            lambda: sleeper.metric("driftline_lag") + successor.metric("driftline_lag") == 0, 20, "no lag"
        )
        assert sleeper.terminate()[0] == 0
        assert successor.terminate()[0] == 0
    assert alert_ids(kafka_settings) == alerts_of_a_calm_run
