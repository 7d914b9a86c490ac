"""A gateway as a process of its own."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from driftline.stream_app.adapters.local_kafka.ports import free_port
from driftline.stream_app.config import KafkaSettings
from tests.asking import asked

START_S = 30  # machines that test much else at the same time are slow


class GatewayProcess:
    """One `driftline gateway` over the topics of a test."""

    def __init__(self, kafka: KafkaSettings, directory: Path, **section: Any) -> None:
        self.port = free_port()
        self.log = directory / f"gateway-{self.port}.log"
        config = directory / f"gateway-{self.port}.yaml"
        about = {name: getattr(kafka, name) for name in ("bootstrap_servers", "prefix", "partitions")}
        config.write_text(yaml.safe_dump({"kafka": about, "gateway": {"port": self.port, **section}}))
        self.command = [sys.executable, "-m", "driftline", "gateway", "--config", str(config)]

    def __enter__(self) -> Self:
        with self.log.open("a") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        self.wait_for("/live", 200)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def wait_for(self, path: str, status: int, seconds: float = START_S) -> None:
        """Until an address answers with a status."""
        until = time.monotonic() + seconds
        while self.ask(path)[0] != status:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, f"{path} is {self.ask(path)}\n{self.log.read_text()[-3000:]}"
            time.sleep(0.05)

    def ask(
        self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        """Status and body; status 0 where nobody answers."""
        return asked(f"http://127.0.0.1:{self.port}{path}", body, headers, timeout_s=30)

    def post(self, *events: bytes) -> tuple[int, Any]:
        """Post events; status and what the answer says."""
        status, text = self.ask("/v1/events", b"\n".join(events))
        return status, json.loads(text) if text.startswith("{") else text

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)
