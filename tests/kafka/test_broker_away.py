"""A worker and a broker that is not there: at the start, in the middle, and for good."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from driftline.stream_app.adapters.local_kafka import LocalKafka
from driftline.stream_app.adapters.local_kafka.ports import free_port
from driftline.stream_app.adapters.topics import create_topics
from driftline.stream_app.config import KafkaSettings
from tests.kafka.worker_process import READY_S, WorkerProcess, wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


@pytest.fixture
def own_broker(tmp_path: Path, kafka_libraries: Path) -> Iterator[LocalKafka]:
    """A broker that a test may stop."""
    kafka = LocalKafka(tmp_path / "kafka", free_port(), kafka_libraries)
    kafka.start()
    yield kafka
    kafka.stop()


def test_a_worker_waits_for_its_broker_and_is_not_ready_without(
    own_broker: LocalKafka, tmp_path: Path
) -> None:
    """Started together, one of them is first; and traffic must not be sent to a worker that is cut off."""
    kafka = KafkaSettings(bootstrap_servers=own_broker.bootstrap_servers, prefix="away", partitions=2)
    create_topics(kafka)
    own_broker.stop()
    with WorkerProcess(kafka, tmp_path, "worker") as worker:
        wait_until(lambda: "waiting for Kafka" in worker.log.read_text(), 30, "waiting")
        own_broker.start()
        wait_until(worker.ready, READY_S, "becoming ready")
        own_broker.stop()
        wait_until(lambda: "the broker is away" in worker.get("ready")[1], 20, "seeing that it is away")
        assert worker.get("ready")[0] == 503
        own_broker.start()
        wait_until(worker.ready, 60, "becoming ready again")
        lines = worker.said()
    events = [line["event"] for line in lines]
    assert events[0].startswith("worker starts")
    assert events.index("broker is away") < events.index("broker is back")
    libraries = [line["event"] for line in lines if line["logger"].startswith(("aiokafka", "kafka", "faust"))]
    assert len(libraries) < 60, "each retry of each connection is logged"


def test_a_second_worker_takes_a_free_port(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    """Two workers on one host would need two configurations; the second ended before issue 17."""
    with WorkerProcess(kafka_settings, tmp_path, "first") as first:
        wait_until(first.ready, READY_S, "becoming ready")
        with WorkerProcess(kafka_settings, tmp_path, "second", first.port) as second:
            wait_until(lambda: "web port is taken" in second.log.read_text(), READY_S, "taking another")
            (line,) = [line for line in second.said() if line["event"] == "web port is taken"]
            assert line["asked"] == first.port
            second.port = line["web_port"]
            assert second.port != first.port
            wait_until(second.ready, READY_S, "becoming ready")
            (started,) = [line for line in second.said() if line["event"] == "worker started"]
            assert started["web_port"] == second.port


def test_a_worker_works_where_nothing_may_be_written(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    """With a read-only root file system it ended with numba's traceback: no locator available."""
    nowhere = "/proc/no-folder-can-be-made-here"
    with WorkerProcess(
        kafka_settings, tmp_path, "worker", NUMBA_CACHE_DIR=nowhere, TMPDIR=str(tmp_path)
    ) as worker:
        wait_until(lambda: "cannot be written to" in worker.log.read_text(), 30, "saying so")
        assert "Traceback" not in worker.log.read_text()
    assert any(tmp_path.glob("driftline-numba-*"))
