"""Several workers share the partitions."""

from pathlib import Path

import pytest

from driftline.stream_app.config import KafkaSettings
from tests.kafka.test_worker_crash import incidents
from tests.kafka.worker_process import WorkerProcess, alert_ids, send, wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


def test_two_workers_share_and_one_leaves(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    """A partition would be read by two, by none, or lose what it had learned on its way to the other."""
    events = incidents()
    third = len(events) // 3
    with (
        WorkerProcess(kafka_settings, tmp_path, "first") as first,
        WorkerProcess(kafka_settings, tmp_path, "second") as second,
    ):
        send(kafka_settings, events[:third])
        wait_until(
            lambda: (
                len(first.partitions()) == len(second.partitions()) == 2 and first.ready() and second.ready()
            ),
            30,
            "sharing",
        )
        assert sorted(first.partitions() + second.partitions()) == [0, 1, 2, 3]
        send(kafka_settings, events[third : 2 * third])
        wait_until(lambda: first.metric("driftline_lag") + second.metric("driftline_lag") == 0, 20, "no lag")
        code, seconds = first.terminate()
        assert code == 0, first.log.read_text()
        assert seconds < 10
        send(kafka_settings, events[2 * third :])
        wait_until(lambda: second.partitions() == [0, 1, 2, 3] and second.ready(), 20, "taking over")
        wait_until(lambda: second.metric("driftline_lag") == 0, 20, "no lag")
        assert second.metric("driftline_lost_total") == 0
        assert second.terminate()[0] == 0
    assert len(alert_ids(kafka_settings)) >= 4
