"""From events in Kafka to an alarm in Kafka, by a worker process."""

import json
from pathlib import Path

import orjson
import pytest

from driftline.stream_app.config import KafkaSettings
from tests.kafka.worker_process import READY_S, WorkerProcess, read_all, send, wait_until
from tests.streams import Stream

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


def events(stream: Stream) -> list[dict]:
    """The stream's events in order."""
    return [orjson.loads(record.value) for record in stream.records()]


def test_a_shifted_feature_raises_an_alarm(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    """The main job: nothing would come out of the alerts topic, or it would name something else."""
    with WorkerProcess(kafka_settings, tmp_path, "worker") as worker:
        wait_until(worker.ready, READY_S, "becoming ready")
        send(kafka_settings, events(Stream(count=3000, change_at=2000, shift=3.0)))
        wait_until(lambda: bool(read_all(kafka_settings, kafka_settings.alerts)), 20, "an alert")
        alert = read_all(kafka_settings, kafka_settings.alerts)[0]
        assert alert["status"] == "firing"
        assert alert["labels"]["model"] == "search"
        assert alert["annotations"]["signal"] == "feature:x"
        assert alert["drift"]["kind"] == "data_drift"
        logged = [json.loads(line) for line in worker.log.read_text().splitlines()]
        assert alert["id"] in [line.get("alert") for line in logged]


def test_bad_records_become_dead_letters_and_metrics_tell(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    """A rejected record would vanish, or stop the good ones behind it; an operator would see nothing."""
    good = events(Stream(count=200, change_at=200))
    bad = [{"type": "prediction", "model": "search"}, {"type": "no such type", "model": "search"}]
    with WorkerProcess(kafka_settings, tmp_path, "worker") as worker:
        wait_until(worker.ready, READY_S, "becoming ready")
        send(kafka_settings, [*good[:100], *bad, *good[100:]])
        dead_letters = kafka_settings.dead_letters
        wait_until(lambda: len(read_all(kafka_settings, dead_letters)) == 2, 20, "two dead letters")
        wait_until(lambda: worker.metric("driftline_events_total") == len(good), 20, "absorbing all events")
        wait_until(lambda: worker.metric("driftline_lag") == 0, 20, "no lag")
        assert worker.metric("driftline_rejected_total") == 2
        assert worker.metric("driftline_joins_total") > 0
        assert worker.metric("driftline_models") == 1
        assert worker.metric("driftline_signals") > 5
        assert worker.metric("driftline_epoch") == kafka_settings.partitions
        assert worker.metric("driftline_checkpoint_seconds_count") > 0
        assert worker.metric("driftline_batch_seconds_count") > 0
        assert worker.metric("driftline_lost_total") == 0


def test_a_second_start_resumes_where_the_first_stopped(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    """A deployment would forget what it learned, or count everything twice."""
    first, second = events(Stream(count=400, change_at=400)), events(Stream(count=800, change_at=800))
    with WorkerProcess(kafka_settings, tmp_path, "first") as worker:
        wait_until(worker.ready, READY_S, "becoming ready")
        send(kafka_settings, first)
        wait_until(lambda: worker.metric("driftline_events_total") == len(first), 20, "absorbing")
        code, seconds = worker.terminate()
        assert code == 0, worker.log.read_text()
        assert seconds < 10
    send(kafka_settings, second[len(first) :])
    with WorkerProcess(kafka_settings, tmp_path, "second") as worker:
        wait_until(worker.ready, READY_S, "becoming ready")
        rest = len(second) - len(first)
        wait_until(lambda: worker.metric("driftline_events_total") == rest, 20, "absorbing the rest")
        assert worker.metric("driftline_epoch") == 2 * kafka_settings.partitions
        assert worker.metric("driftline_signals_armed") > 0
        assert worker.metric("driftline_duplicates_total") == 0
