"""`driftline demo`: something to see everywhere, and nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition

from driftline.stream_app.cli.demo import on_kafka
from driftline.stream_app.cli.demo.surroundings import alone_in, demo_settings
from driftline.stream_app.cli.demo.worker_process import running_worker
from driftline.stream_app.config import KafkaSettings, Settings, TopicNames

CHANGES = ("microphone", "words", "slower")
LEFT = ("lock", "worker.log", "dashboard.log")  # logs say why something went wrong
FAST = ["--rate", "20000"]


@contextmanager
def running_demo(directory: Path, *arguments: str, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """The command in a folder of its own."""
    inherited = {name: value for name, value in os.environ.items() if name != "KAFKA_BOOTSTRAP_SERVERS"}
    root = str(Path(__file__).resolve().parents[2])
    with subprocess.Popen(
        [sys.executable, "-m", "driftline", "demo", *arguments],
        cwd=directory,
        env=inherited | {"PYTHONPATH": root} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def finished(process: "subprocess.Popen[str]") -> str:
    """What it showed, after it ended well."""
    output, errors = process.communicate()
    assert process.returncode == 0, output + errors
    assert errors == ""
    return output


def check_story(output: str) -> None:
    """Every change is injected, answered by an alarm and found in the closing table."""
    for change in CHANGES:
        assert f"injected  {change}" in output
        assert f"of event time after {change} began" in output
    assert "What was injected, and what was found" in output
    assert "3 of 3 injected changes found; " in output


def files_in(directory: Path) -> set[str]:
    """What is left in the folder, jars aside."""
    return {
        str(path.relative_to(directory))
        for path in directory.rglob("*")
        if path.is_file() and "kafka-libs" not in path.parts
    }


def test_without_java_the_scenario_runs_in_memory(tmp_path: Path) -> None:
    """There is always something to see, and a sentence that says why it is not Kafka."""
    with running_demo(tmp_path, PATH="", JAVA_HOME="") as process:
        output = finished(process)
    assert output.startswith("A local Kafka cannot run here: Java 17 or newer is not installed")
    check_story(output)
    assert files_in(tmp_path) == {".driftline/demo/lock"}


@pytest.mark.kafka
def test_on_a_named_broker_nothing_is_left(broker: str, tmp_path: Path) -> None:
    """The demo on somebody's broker must not touch their topics, nor leave its own."""
    admin = KafkaAdminClient(bootstrap_servers=broker)
    before = set(admin.list_topics()), {group["group_id"] for group in admin.list_groups()}
    with running_demo(tmp_path, *FAST, KAFKA_BOOTSTRAP_SERVERS=broker) as process:
        output = finished(process)
    check_story(output)
    assert "after Kafka was up." in output
    after = set(admin.list_topics()), {group["group_id"] for group in admin.list_groups()}
    admin.close()
    assert {name for name in after[0] - before[0] if not name.startswith("__")} == set()
    assert after[1] - before[1] == set()
    assert files_in(tmp_path) == {f".driftline/demo/{name}" for name in LEFT}


@pytest.mark.kafka
def test_interrupted_it_stops_what_it_started(kafka_libraries: Path, tmp_path: Path) -> None:
    """A broker that outlives its demo keeps a port and half a gigabyte."""
    from driftline.stream_app.adapters.local_kafka.libraries import fetch_libraries

    fetch_libraries(kafka_libraries)
    (tmp_path / ".driftline").mkdir()
    (tmp_path / ".driftline" / "kafka-libs").symlink_to(kafka_libraries)
    with running_demo(tmp_path) as process:
        assert process.stdout is not None
        assert "Starting Apache Kafka" in process.stdout.readline()
        assert "The dashboard is at http://localhost:" in process.stdout.readline()
        started = descendants(process.pid)
        assert len(started) >= 2
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)  # people press Ctrl-C more than once
        process.communicate()
        assert process.returncode == 1
    deadline = time.monotonic() + 10  # for the system to forget processes that have ended
    while (left := [pid for pid in started if runs(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []
    assert files_in(tmp_path) <= {f".driftline/demo/{name}" for name in LEFT}


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and those that they started."""
    answer = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    parents = {int(child): int(parent) for child, parent in map(str.split, answer.stdout.splitlines())}
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def runs(pid: int) -> bool:
    """True while the process lives."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_that_ends_is_a_failure(tmp_path: Path) -> None:
    """A demo without a worker would show a table of nothing, as if nothing had been found."""
    settings = demo_settings(Settings(), "127.0.0.1:1")
    log = tmp_path / "worker.log"
    with (
        pytest.raises(click.ClickException, match="ended with exit code 1 before the demo did") as raised,
        running_worker(settings, log) as worker,
    ):
        worker.wait_until_ready()
    assert str(log) in raised.value.message
    assert "worker gives up" in log.read_text()


@pytest.mark.kafka
def test_a_slow_machine_is_waited_for(broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A time that fits one machine gives up on another; without an end a worker that hangs is waited for."""
    monkeypatch.setattr(on_kafka, "NO_PROGRESS_S_MAX", 3.0)
    kafka = demo_settings(Settings(), broker).kafka
    read = TopicPartition(kafka.predictions, 0)
    with on_kafka.own_topics(kafka), KafkaConsumer(bootstrap_servers=broker, group_id=kafka.group) as worker:
        with KafkaProducer(bootstrap_servers=broker) as producer:
            for _ in range(12):
                producer.send(read.topic, b"{}", partition=read.partition)
        acknowledged = iter(range(12))

        def get_on() -> None:
            if (offset := next(acknowledged, None)) is not None:
                worker.commit({read: OffsetAndMetadata(offset, "", -1)})
            time.sleep(0.5)

        get_on()
        with pytest.raises(click.ClickException, match="behind by 1 record and has") as raised:
            on_kafka.wait_until_read(kafka, tmp_path / "worker.log", get_on)
    assert "worker.log" in raised.value.message


def test_no_topic_of_somebody_is_used() -> None:
    """The demo deletes the topics it uses, whatever the configuration calls its own."""
    configured = Settings(kafka=KafkaSettings(prefix="prod", topics=TopicNames(predictions="clicks")))
    kafka = demo_settings(configured, "localhost:9092").kafka
    names = (*kafka.inputs, kafka.alerts, kafka.signals, kafka.state, kafka.dead_letters, kafka.audit)
    assert all(name.startswith("driftline-demo-") for name in names)


def test_two_demos_in_one_folder_are_refused(tmp_path: Path) -> None:
    """The second would stop the broker of the first."""
    with (
        alone_in(tmp_path),
        pytest.raises(click.ClickException, match="Another demo is running"),
        alone_in(tmp_path),
    ):
        pytest.fail("two demos in one folder")
    with alone_in(tmp_path):
        pass
