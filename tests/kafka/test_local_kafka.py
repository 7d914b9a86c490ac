"""The local broker: started, stopped, found again, and clear about what is wrong."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from driftline.stream_app.adapters.local_kafka import (
    LocalKafka,
    LocalKafkaError,
    java_and_maven_missing,
    libraries,
    stop_local_kafka,
)
from driftline.stream_app.adapters.local_kafka.ports import free_port
from driftline.stream_app.adapters.local_kafka.process import BrokerProcess


@pytest.fixture
def kafka(tmp_path: Path, kafka_libraries: Path) -> Iterator[LocalKafka]:
    """A broker of the test's own, not started yet."""
    broker = LocalKafka(tmp_path / "a folder with spaces", free_port(), kafka_libraries)
    yield broker
    broker.stop()


@pytest.fixture
def fake_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `java` that says it is Java 21 and formats storage; a test appends what its broker does."""
    program = tmp_path / "jdk" / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(
        '#!/bin/sh\ncase "$*" in\n'
        "-version) echo 'openjdk version \"21.0.4\"' >&2; exit 0;;\n"
        "*format*) exit 0;;\nesac\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(program.parent.parent))
    return program


@pytest.fixture
def jars(tmp_path: Path) -> Path:
    """A folder that passes for fetched jars, so that Maven is not asked."""
    folder = tmp_path / "jars"
    folder.mkdir()
    return folder


def topics_of(broker: LocalKafka) -> list[str]:
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
    try:
        return list(admin.list_topics())
    finally:
        admin.close()


@pytest.mark.kafka
def test_a_broker_keeps_its_topics_when_it_is_started_again_on_another_port(kafka: LocalKafka) -> None:
    """The demo's second run, or another --port, would otherwise lose everything or not start."""
    kafka.start()
    kafka.start()  # a second start leaves the running one alone
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    admin.create_topics({"kept": {"num_partitions": 3, "replication_factor": 1}}, wait_for_metadata=True)
    admin.close()
    assert stop_local_kafka(kafka.directory)
    assert not stop_local_kafka(kafka.directory)

    again = LocalKafka(kafka.directory, free_port(), kafka.libraries)
    again.start()
    assert topics_of(again) == ["kept"]
    with pytest.raises(LocalKafkaError, match=f"already runs on port {again.port}"):
        kafka.start()


@pytest.mark.kafka
def test_a_broker_that_was_killed_starts_again(kafka: LocalKafka) -> None:
    """After a SIGKILL or a power cut the pid file is stale; it must not keep the broker from starting."""
    kafka.start()
    process = BrokerProcess.read(kafka.directory / "broker.json")
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    while process.runs():
        time.sleep(0.01)
    kafka.start()
    assert topics_of(kafka) == []


@pytest.mark.kafka
def test_every_file_is_inside_the_folder(kafka: LocalKafka, tmp_path: Path) -> None:
    """Anything the broker left elsewhere would survive the removal of the ignored folders."""
    kafka.start()
    kafka.stop()
    assert list(tmp_path.iterdir()) == [kafka.directory]
    assert {file.name for file in kafka.directory.iterdir()} == {
        "data",
        "kafka.log",
        "server.properties",
        "tmp",
    }


def test_a_taken_port_is_said_before_anything_is_fetched(tmp_path: Path, fake_java: Path) -> None:
    """The broker's own message about it is a page of Java."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(LocalKafkaError, match=f"Port {port} of 127.0.0.1 is used by another program"):
            LocalKafka(tmp_path / "kafka", port).start()
    assert not (tmp_path / "kafka").exists()


def test_a_broker_that_dies_while_starting_shows_its_last_words(
    tmp_path: Path, fake_java: Path, jars: Path
) -> None:
    """Waiting out the whole patience for a process that is gone would hide why it went."""
    with fake_java.open("a") as program:
        program.write("echo first; for i in 1 2 3 4 5 6 7 8; do echo line $i; done; exit 3\n")
    with pytest.raises(LocalKafkaError) as caught:
        LocalKafka(tmp_path / "kafka", free_port(), jars).start()
    assert str(caught.value).startswith("Kafka ended while it was starting. It said last:\nline 1\n")
    assert str(caught.value).endswith("line 8")
    assert not (tmp_path / "kafka" / "broker.json").exists()


def test_too_little_memory_is_said_in_words(tmp_path: Path, fake_java: Path, jars: Path) -> None:
    """Java's own message names a heap, an errno and a crash file, and no remedy."""
    with fake_java.open("a") as program:
        program.write(
            "echo 'There is insufficient memory for the Java Runtime Environment to continue.'; exit 1\n"
        )
    with pytest.raises(LocalKafkaError, match="there is not enough memory for Java"):
        LocalKafka(tmp_path / "kafka", free_port(), jars).start()


def test_storage_that_cannot_be_formatted_says_why(tmp_path: Path, fake_java: Path, jars: Path) -> None:
    """A broker started on unformatted storage would complain about something else."""
    text = fake_java.read_text().replace("*format*) exit 0", "*format*) echo 'disk is full' >&2; exit 1")
    fake_java.write_text(text)
    with pytest.raises(LocalKafkaError, match=r"could not be formatted.*\ndisk is full"):
        LocalKafka(tmp_path / "kafka", free_port(), jars).start()


@pytest.mark.parametrize(
    ("says", "sentence"),
    [
        ('java version "1.8.0_412"', "is Java 8; Java 17 or newer is needed"),
        ('openjdk version "11.0.2" 2019-01-15', "is Java 11; Java 17 or newer is needed"),
        ("no words", "does not tell its version"),
    ],
)
def test_an_unsuitable_java_is_said(fake_java: Path, says: str, sentence: str) -> None:
    """Kafka 4 on an old Java ends with UnsupportedClassVersionError, which helps nobody."""
    fake_java.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    missing = java_and_maven_missing()
    assert missing is not None
    assert sentence in missing


def test_missing_java_and_maven_are_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The demo prints this sentence and goes on without a broker."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert java_and_maven_missing() == (
        "A local Kafka cannot run here: Java 17 or newer is not installed and Maven (mvn) is not installed."
    )
    with pytest.raises(LocalKafkaError, match="Java 17 or newer is not installed"):
        LocalKafka(tmp_path / "kafka", free_port()).start()


def fake_maven(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Puts an `mvn` in front of the PATH that runs `script` with $jars set to the output folder."""
    folder.mkdir()
    program = folder / "mvn"
    program.write_text(
        '#!/bin/sh\nfor a in "$@"; do case "$a" in -DoutputDirectory=*) jars="${a#*=}";; esac; done\n'
        + script
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_jars_are_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second start must not need the network."""
    fake_maven(tmp_path / "bin", monkeypatch, 'mkdir "$jars"; touch "$jars/kafka_2.13-4.jar"; rm "$0"\n')
    target = tmp_path / "kafka" / "libs"
    libraries.fetch_libraries(target)
    libraries.fetch_libraries(target)
    assert [jar.name for jar in target.iterdir()] == ["kafka_2.13-4.jar"]
    assert list(target.parent.iterdir()) == [target]


def test_a_faster_process_may_fetch_the_same_jars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two test sessions that start together fetch together; the slower must accept the other's jars."""
    target = tmp_path / "libs"
    fake_maven(
        tmp_path / "bin",
        monkeypatch,
        f'mkdir "$jars" "{target}"; touch "$jars/kafka_2.13-4.jar" "{target}/kafka_2.13-of-the-other.jar"\n',
    )
    libraries.fetch_libraries(target)
    assert [jar.name for jar in target.iterdir()] == ["kafka_2.13-of-the-other.jar"]


@pytest.mark.parametrize(
    "script", ["echo '[ERROR] no route to host'; exit 1\n", "echo '[ERROR] no route to host'\n"]
)
def test_a_failed_fetch_leaves_nothing_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    """A half-filled folder would be taken for complete the next time."""
    fake_maven(tmp_path / "bin", monkeypatch, script)
    with pytest.raises(LocalKafkaError, match=r"could not fetch Kafka's jars: \[ERROR\] no route to host"):
        libraries.fetch_libraries(tmp_path / "kafka" / "libs")
    assert list((tmp_path / "kafka").iterdir()) == []


def test_a_reused_process_id_is_never_stopped(tmp_path: Path) -> None:
    """After a reboot the pid in the file may belong to anything."""
    innocent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        process = BrokerProcess.of(innocent.pid, port=1)
        assert process.runs()
        BrokerProcess(process.pid, began="1", port=1).write(tmp_path / "broker.json")
        assert not stop_local_kafka(tmp_path)
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_a_process_that_ignores_sigterm_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that hangs must not keep its port and memory."""
    monkeypatch.setattr("driftline.stream_app.adapters.local_kafka.process.STOP_PATIENCE_S", 0.2)
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(9)"
    )
    stubborn = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    with stubborn:
        assert stubborn.stdout is not None
        stubborn.stdout.readline()  # SIGTERM is ignored from here on
        process = BrokerProcess.of(stubborn.pid, port=1)
        assert process.stop()
        assert not process.runs()


@pytest.mark.parametrize("content", ["", "not json", "[1]", '{"pid": 1}'])
def test_a_damaged_pid_file_counts_as_no_broker(tmp_path: Path, content: str) -> None:
    """A power cut in the middle of a write must not make `kafka stop` crash."""
    (tmp_path / "broker.json").write_text(content)
    assert not stop_local_kafka(tmp_path)
