"""`driftline kafka`: the local broker from the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from driftline.stream_app.adapters.local_kafka.ports import free_port
from driftline.stream_app.cli import main
from driftline.stream_app.cli.kafka import local_port


def driftline(*arguments: str | Path) -> Result:
    """Runs the command in this process."""
    return CliRunner().invoke(main, list(map(str, arguments)))


@pytest.mark.kafka
def test_start_and_stop(tmp_path: Path, kafka_libraries: Path) -> None:
    """The broker of the first steps must answer, take topics, and be gone when it is told."""
    from driftline.stream_app.adapters.local_kafka.libraries import fetch_libraries

    fetch_libraries(kafka_libraries)
    (tmp_path / "kafka-libs").symlink_to(kafka_libraries)
    port = free_port()
    started = driftline("kafka", "start", "--port", port, "--dir", tmp_path)
    try:
        assert started.exit_code == 0, started.output
        assert f"Kafka answers at 127.0.0.1:{port}" in started.stdout
        made = driftline("topics", "create", "--bootstrap-servers", f"127.0.0.1:{port}")
        assert made.exit_code == 0, made.output
    finally:
        stopped = driftline("kafka", "stop", "--dir", tmp_path)
    assert stopped.stdout == "Kafka is stopped.\n"
    again = driftline("kafka", "stop", "--dir", tmp_path)
    assert again.exit_code == 0
    assert "was running" in again.stdout


def test_without_port_it_is_where_the_other_commands_look() -> None:
    """A broker that the next command does not find is of no use."""
    assert local_port("localhost:9092") == 9092
    assert local_port("127.0.0.1:19092,other:9092") == 19092


@pytest.mark.parametrize("servers", ["kafka.example:9092", "localhost"])
def test_a_broker_elsewhere_is_misuse(servers: str) -> None:
    """Starting one here when the configuration names one elsewhere would confuse two brokers."""
    result = driftline("kafka", "start", "--bootstrap-servers", servers)
    assert result.exit_code == 2
    assert "name a port with --port" in result.stderr


def test_a_port_that_is_no_port_is_misuse() -> None:
    """Exit code 2 tells scripts that the call was wrong."""
    assert driftline("kafka", "start", "--port", 70_000).exit_code == 2
