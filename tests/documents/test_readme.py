"""Everything that the README shows is tried, word for word."""

import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from kafka import KafkaConsumer, TopicPartition

from driftline.detectors import Bank, BankSettings, Signal, Transform
from driftline.schemas import Rejection, decode
from driftline.stream_app.config import KafkaSettings, load_settings
from tests.shape.source import REPOSITORY

README = (REPOSITORY / "README.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BINARIES = Path(sys.executable).parent


def blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(README) if kind == language]


def commands() -> list[str]:
    """Shell lines, without their comments."""
    lines = [line.partition(" #")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line]


def json_objects() -> Iterator[dict[str, Any]]:
    for block in blocks("json"):
        try:
            yield orjson.loads(block)
        except orjson.JSONDecodeError:
            yield from (orjson.loads(line) for line in block.splitlines())


def test_the_events_are_accepted() -> None:
    """A reader's first event would become a dead letter."""
    events = [each for each in json_objects() if "type" in each]
    assert {each["type"] for each in events} == {"prediction", "feedback", "serving"}
    for event in events:
        assert not isinstance(decode(orjson.dumps(event), None), Rejection)


def test_the_alert_has_the_fields_of_an_alert() -> None:
    """A consumer written after the README would read fields that never come."""
    (alert,) = (each for each in json_objects() if "fingerprint" in each)
    schema = orjson.loads((REPOSITORY / "docs/schemas/alert.json").read_bytes())
    definitions = schema["$defs"]
    assert set(alert) <= set(definitions["Alert"]["properties"])
    assert set(alert["labels"]) == set(definitions["Labels"]["required"])
    assert set(alert["drift"]) <= set(definitions["Drift"]["properties"])
    assert set(definitions["Drift"]["required"]) <= set(alert["drift"])


def test_the_configuration_loads_and_its_keys_exist(tmp_path: Path) -> None:
    """The first thing that people copy would be refused."""
    (text,) = blocks("yaml")
    file = tmp_path / "driftline.yaml"
    file.write_text(text)
    plan = load_settings(file).plan("voice-search")
    assert plan.features["clip_seconds"].max == 30
    assert plan.behaviors["redo_search"].within_ms == 120_000


def test_the_detector_detects() -> None:
    """The ten lines that make a detector would make none."""
    (text,) = (block for block in blocks("python") if "@register" in block)
    exec(compile(text, "README.md", "exec"), {})
    bank = Bank(BankSettings(warm_up=100, detectors=("five_high",)))
    bank.add([Signal("feature:x", 0, Transform.VALUE)], columns=1)
    import numpy as np

    values = np.random.default_rng(1).normal(size=400)
    values[300:] += 6.0
    rows = np.arange(400)
    findings = bank.update(values[:, None], rows * 1000, rows)
    assert [finding.detector for finding in findings] == ["five_high"]


@pytest.mark.kafka
def test_the_client_writes_what_it_is_told(kafka_settings: KafkaSettings) -> None:
    """The README's program would log nothing, or raise in the serving path."""
    (text,) = (block for block in blocks("python") if "DriftClient" in block)
    text = text.replace(
        'bootstrap_servers="localhost:9092"',
        f'bootstrap_servers="{kafka_settings.bootstrap_servers}", prefix="{kafka_settings.prefix}"',
    )
    exec(compile(text, "README.md", "exec"), {})
    consumer = KafkaConsumer(bootstrap_servers=kafka_settings.bootstrap_servers)
    topics = (kafka_settings.predictions, kafka_settings.feedback)
    sources = [
        TopicPartition(topic, number) for topic in topics for number in range(kafka_settings.partitions)
    ]
    assert sum(consumer.end_offsets(sources).values()) == 2
    consumer.close()


def test_make_targets_and_commands_exist() -> None:
    """A reader would type a command that is not there."""
    makefile = (REPOSITORY / "Makefile").read_text()
    shown = [*commands(), *re.findall(r"`((?:make|driftline) [^`…]+)`", README)]
    assert any(line.startswith("make demo") for line in shown)
    for line in shown:
        words = shlex.split(line)
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE), line
        elif words[0] == "driftline" and not words[1].startswith("-"):
            help_of = subprocess.run(
                [BINARIES / "driftline", words[1], "--help"], capture_output=True, timeout=90, check=False
            )
            assert help_of.returncode == 0, line


def run(line: str, directory: Path) -> subprocess.CompletedProcess[str]:
    words = shlex.split(line)
    words[0] = str(BINARIES / words[0])
    return subprocess.run(words, cwd=directory, capture_output=True, text=True, timeout=240, check=False)


@pytest.mark.timeout(400)
def test_a_history_in_files_gives_alerts(tmp_path: Path) -> None:
    """The way to try driftline without a broker would be closed."""
    lines = [line for line in commands() if line.startswith(("driftline simulate", "driftline replay"))]
    assert len(lines) == 2
    for line in lines:
        done = run(line, tmp_path)
        assert done.returncode == 0, done.stderr
    alerts = [orjson.loads(line) for line in (tmp_path / "alerts.jsonl").read_bytes().splitlines()]
    signals = [signal for alert in alerts for signal in alert["drift"]["signals"]]
    assert {"behavior", "concept_drift"} <= {signal["kind"] for signal in signals}
    assert orjson.loads((tmp_path / "summary.json").read_bytes())["events"] > 80_000


@pytest.mark.kafka
@pytest.mark.timeout(400)
def test_the_way_to_ones_own_kafka_works(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    """An operator who follows the README would stop half way."""
    prefix, servers = f"{kafka_settings.prefix}-own", kafka_settings.bootstrap_servers
    (tmp_path / "driftline.yaml").write_text(
        f"kafka: {{bootstrap_servers: {servers!r}, prefix: {prefix}, partitions: 2}}\n"
        "worker: {web_port: 36171}\n"
    )
    lines = [line for line in commands() if line.endswith("--config driftline.yaml")]
    lines += [line for line in commands() if line.startswith("driftline check-config")]
    assert len(lines) == 4
    for line in sorted(lines, key=lambda line: ("check" not in line, "create" not in line)):
        if "worker" in line or "--follow" in line:
            words = shlex.split(line)
            process = subprocess.Popen([BINARIES / words[0], *words[1:]], cwd=tmp_path)
            with pytest.raises(subprocess.TimeoutExpired):  # it must not end by itself
                process.wait(timeout=5.0)
            process.send_signal(signal.SIGINT)
            process.wait(timeout=90)
        else:
            done = run(line, tmp_path)
            assert done.returncode == 0, done.stderr
