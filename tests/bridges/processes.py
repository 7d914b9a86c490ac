"""A bridge and an Alertmanager as processes of their own."""

import json
import math
import os
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from driftline.stream_app.adapters.local_kafka.ports import free_port
from driftline.stream_app.config import KafkaSettings
from tests.asking import asked

START_S = 30.0
QUICK = {"retry_first": "50ms", "retry_at_most": "200ms", "group_instance_id": "the-only-one"}

ALERTMANAGER_CONFIG: dict[str, Any] = {
    "global": {"resolve_timeout": "5m"},
    "route": {
        "receiver": "info",
        "group_by": ["model", "version", "role", "incident"],
        "group_wait": "0s",
        "group_interval": "1s",
        "repeat_interval": "1h",
        "routes": [
            {"receiver": "critical", "matchers": ['severity="critical"']},
            {"receiver": "warning", "matchers": ['severity="warning"']},
        ],
    },
    "inhibit_rules": [
        {
            "source_matchers": ['severity="critical"'],
            "target_matchers": ['severity=~"warning|info"'],
            "equal": ["incident"],
        },
        {
            "source_matchers": ['severity="warning"'],
            "target_matchers": ['severity="info"'],
            "equal": ["incident"],
        },
    ],
}
"""What `deploy/alertmanager` ships, with short times; each severity has a receiver of its own."""


class BridgeProcess:
    """One `driftline bridge` over the topics of a test."""

    def __init__(
        self, kafka: KafkaSettings, directory: Path, *arguments: str, bridges: dict[str, Any] | None = None,
        **environment: str,
    ) -> None:  # fmt: skip
        self.port = free_port()
        self.log = directory / f"bridge-{self.port}.log"
        config = directory / f"bridge-{self.port}.yaml"
        about = {
            name: getattr(kafka, name) for name in ("bootstrap_servers", "prefix", "group", "partitions")
        }
        section = {**QUICK, "web_port": self.port, **(bridges or {})}
        config.write_text(yaml.safe_dump({"kafka": about, "bridges": section}))
        self._command = [sys.executable, "-m", "driftline", "bridge", *arguments, "--config", str(config)]
        self._environment = os.environ | environment
        self.start()

    def __enter__(self) -> "BridgeProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Come back when it is ready."""
        with self.log.open("a") as log:
            self.process = subprocess.Popen(self._command, stdout=log, stderr=log, env=self._environment)
        began = time.monotonic()
        while self.get("ready")[0] != 200:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() - began < START_S, self.log.read_text()
            time.sleep(0.05)

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; status 0 while nobody listens."""
        return asked(f"http://127.0.0.1:{self.port}/{path}")

    def metric(self, name: str) -> float:
        """A sample of ``driftline_bridge_…``; NaN, which equals nothing, while nobody answers."""
        for line in self.get("metrics")[1].splitlines():
            if line.startswith(f"driftline_bridge_{name}{{"):
                return float(line.split()[-1])
        return math.nan

    def said(self, event: str) -> list[dict[str, Any]]:
        """The lines of its log with this event."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event]

    def kill(self) -> None:
        """SIGKILL, as a crash of the machine would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(timeout=20)


class AlertmanagerProcess:
    """A real Alertmanager, which posts to the receivers that a test names."""

    def __init__(self, program: str, directory: Path, receivers: dict[str, str]) -> None:
        self.port = free_port()
        self.log = directory / f"alertmanager-{self.port}.log"
        config = directory / f"alertmanager-{self.port}.yaml"
        about = [
            {"name": name, "webhook_configs": [{"url": url, "send_resolved": True}]}
            for name, url in receivers.items()
        ]
        config.write_text(yaml.safe_dump(ALERTMANAGER_CONFIG | {"receivers": about}))
        self._command = [
            program,
            f"--config.file={config}",
            f"--storage.path={directory / f'alertmanager-{self.port}'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
        ]
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "AlertmanagerProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Come back when it is ready."""
        with self.log.open("a") as log:
            self.process = subprocess.Popen(self._command, stdout=log, stderr=log)
        began = time.monotonic()
        while asked(f"{self.url}/-/ready")[0] != 200:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() - began < START_S, self.log.read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        """SIGTERM."""
        self.process.terminate()
        self.process.wait(timeout=20)

    def alerts(self, incident: str) -> list[dict[str, Any]]:
        """What it knows of an incident that is not over, muted alerts included."""
        matcher = urllib.parse.quote(f'incident="{incident}"')
        return list(json.loads(asked(f"{self.url}/api/v2/alerts?filter={matcher}")[1]))

    def silences(self) -> list[dict[str, Any]]:
        """All that it has, ended ones too."""
        return list(json.loads(asked(f"{self.url}/api/v2/silences")[1]))


def unfinished(kafka: KafkaSettings, name: str) -> int:
    """How many records the bridge of this name has not committed; more than there are while it knows none."""
    group = f"{kafka.group}-bridge-{name}"
    admin, consumer = KafkaAdminClient(**kafka.kafka_python()), KafkaConsumer(**kafka.kafka_python())
    try:
        committed = admin.list_group_offsets({group: None})[group]
        sources = [TopicPartition(kafka.alerts, number) for number in range(kafka.partitions)]
        ends = consumer.end_offsets(sources)
        return sum(ends[each] - (committed[each].offset if each in committed else -1) for each in sources)
    finally:
        admin.close()
        consumer.close()


def wait_until(true: Callable[[], bool], what: str, bridge: BridgeProcess, within_s: float = 20.0) -> None:
    """Wait for what other processes do."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, (
            f"not within {within_s} s: {what}\n{bridge.log.read_text()[-3000:]}"
        )
        time.sleep(0.05)
