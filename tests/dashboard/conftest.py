"""A dashboard as a process of its own, and a real browser to look at it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from driftline.stream_app.adapters.local_kafka.ports import free_port
from driftline.stream_app.config import KafkaSettings
from tests.asking import asked

if TYPE_CHECKING:
    from playwright.sync_api import Browser

START_S = 30  # machines that test much else at the same time are slow


class DashboardProcess:
    """One `driftline dashboard` over the topics of a test."""

    def __init__(self, kafka: KafkaSettings, directory: Path, **section: Any) -> None:
        self.port = free_port()
        self.log = directory / "dashboard.log"
        config = directory / "dashboard.yaml"
        about = {name: getattr(kafka, name) for name in ("bootstrap_servers", "prefix", "partitions")}
        section = {"port": self.port, "directory": str(directory / "state"), **section}
        config.write_text(yaml.safe_dump({"kafka": about, "dashboard": section}))
        self.command = [sys.executable, "-m", "driftline", "dashboard", "--config", str(config)]
        self.started_s = 0.0
        self.start()

    def start(self) -> None:
        """Come back when the first page is there; `started_s` is how long that took."""
        began = time.monotonic()
        with self.log.open("a") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        while self.get("/live")[0] != 200:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() - began < START_S, self.log.read_text()
            time.sleep(0.05)
        self.started_s = time.monotonic() - began

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and body; status 0 while nobody listens."""
        return asked(f"{self.address}{path}", headers=headers)

    def wait_for(self, text: str, path: str = "/", seconds: float = 20) -> float:
        """Until a page holds a text; how long it took."""
        began = time.monotonic()
        while text not in self.get(path)[1]:
            assert time.monotonic() - began < seconds, f"{text!r} never came\n{self.log.read_text()[-2000:]}"
            time.sleep(0.05)
        return time.monotonic() - began

    def kill(self) -> None:
        """SIGKILL, as a crash of the machine would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(timeout=15)


@pytest.fixture
def dashboard(kafka_settings: KafkaSettings, tmp_path: Path) -> Iterator[DashboardProcess]:
    """A dashboard over topics of the test's own."""
    process = DashboardProcess(kafka_settings, tmp_path)
    yield process
    if process.process.poll() is None:
        process.stop()


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Headless Chromium, the one that is installed.

    Not for longer than a module: its event loop runs in this thread and lets no other test run one.

    Without it the test is skipped; where DRIFTLINE_REQUIRE_BROWSER is set, it fails.
    """
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing = "Chromium is not installed (Debian: apt-get install chromium; or name it in CHROMIUM)."
        if os.environ.get("DRIFTLINE_REQUIRE_BROWSER"):
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def axe(repository: Path) -> str:
    """The source of axe-core, fetched once from npm's registry; the test is skipped where npm is missing."""
    folder = repository / ".cache" / "axe-core"
    script = folder / "package" / "axe.min.js"
    if not script.exists():
        if shutil.which("npm") is None:
            if os.environ.get("DRIFTLINE_REQUIRE_BROWSER"):
                pytest.fail("npm is not installed, which fetches axe-core.")
            pytest.skip("npm is not installed, which fetches axe-core.")
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "pack", "--silent", "axe-core@4.14.1"], cwd=folder, check=True, capture_output=True
        )
        shutil.unpack_archive(folder / "axe-core-4.14.1.tgz", folder, filter="data")
    return script.read_text()
