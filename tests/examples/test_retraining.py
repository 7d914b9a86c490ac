"""`examples/retraining.py`: one job per incident of concept drift, whatever else the topic says."""

import subprocess
import sys
from pathlib import Path

import pytest

from driftline.stream_app.config import KafkaSettings
from tests.examples.programs import alert, command, publish, running, wait_for_group, wait_until
from tests.shape.source import REPOSITORY

GROUP = "driftline-retraining"
JOB = """
import os, sys
with open(sys.argv[1], "a") as file:
    print(os.environ["DRIFTLINE_MODEL"], os.environ["DRIFTLINE_INCIDENT"][-1], file=file)
"""


@pytest.fixture
def jobs(tmp_path: Path) -> Path:
    """The file into which each job writes its model and its episode."""
    file = tmp_path / "jobs"
    file.touch()
    return file


def retraining(kafka: KafkaSettings, jobs: Path, *options: str) -> list[str]:
    job = [sys.executable, "-c", JOB, str(jobs)]
    return command("retraining", kafka, "--journal", f"{jobs}.journal", *options, "--", *job)


@pytest.mark.kafka
def test_one_job_per_incident_and_none_after_a_restart(kafka_settings: KafkaSettings, jobs: Path) -> None:
    """Each further job would cost hours of machines and overwrite a fresh model."""
    with running(retraining(kafka_settings, jobs)):
        wait_for_group(kafka_settings, GROUP)
        publish(
            kafka_settings,
            alert(1, kind="data_drift"),
            alert(2, "updated"),
            alert(2, "updated"),
            alert(3),
            alert(4, "resolved"),
            alert(1, episode=2),
            alert(1, kind="serving", model="other"),
            alert(2, "resolved", model="other"),
        )
        wait_until(lambda: len(jobs.read_text().splitlines()) >= 2, "two incidents, two jobs")
    publish(kafka_settings, alert(1, episode=2), alert(2, "updated", episode=2), alert(3, model="third"))
    ended = subprocess.run(
        retraining(kafka_settings, jobs, "--timeout-s", "4"),
        cwd=REPOSITORY,
        timeout=75,
        check=True,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in ended.stderr
    assert sorted(jobs.read_text().splitlines()) == ["third 1", "voice-search 1", "voice-search 2"]


def test_a_job_that_does_not_exist_is_said_at_once(jobs: Path) -> None:
    """It would be found out in the night of the first incident."""
    kafka = KafkaSettings(bootstrap_servers="127.0.0.1:1")
    started = command("retraining", kafka, "--journal", f"{jobs}.journal", "--", "no-such-program")
    ended = subprocess.run(started, cwd=REPOSITORY, timeout=60, check=False, capture_output=True, text=True)
    assert ended.returncode == 2
    assert "there is no program no-such-program" in ended.stderr
