"""What is installed with the dashboard, and what it shows without a broker."""

import hashlib
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from driftline.stream_app.adapters.local_kafka.ports import free_port
from driftline.stream_app.cli import main
from tests.dashboard.conftest import START_S
from tests.streams import Stream

VENDOR = Path(__file__).resolve().parents[2] / "stream_app" / "dashboard" / "static" / "vendor"


def test_vendored_files_are_the_ones_that_were_looked_at() -> None:
    """A file that somebody edited, or that came from elsewhere, runs in the browser of every operator."""
    sums = dict(line.split()[::-1] for line in (VENDOR / "SHA256SUMS").read_text().splitlines())
    files = {path.name: path for path in VENDOR.iterdir() if path.suffix in (".js", ".css")}
    assert sums.keys() == files.keys()
    for name, path in files.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sums[name], name
    assert {path.name for path in VENDOR.glob("*.LICENSE")} == {"htmx.LICENSE", "uplot.LICENSE"}


def test_the_dashboard_loads_no_engine() -> None:
    """It would take a hundred megabytes and a minute of compiling to show a table."""
    code = (
        "import sys, driftline.stream_app.dashboard.serving; "
        "print([name for name in ('numba', 'faust', 'river', 'scipy', 'numpy') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Path]:
    """Events with a change, as JSON lines."""
    file = tmp_path / "events.jsonl"
    values = [record.value for record in Stream(count=3000, change_at=2300, shift=2.0).records()]
    file.write_bytes(b"\n".join(values) + b"\n")
    yield file


@pytest.mark.timeout(300)
def test_a_recording_is_shown_without_a_broker(recording: Path) -> None:
    """Who tries driftline on a file would have to set up Kafka first."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "driftline",
        "dashboard",
        "--replay",
        str(recording),
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line == f"The dashboard is at http://localhost:{port}/ (Ctrl-C ends it).\n"
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=START_S) as response:
                text = response.read().decode()
        finally:
            process.terminate()
    assert "This is a recording (events.jsonl)" in text
    assert "incident is open" in text


@pytest.mark.timeout(300)
def test_a_replay_writes_a_report(recording: Path, tmp_path: Path) -> None:
    """What a recording raised could not be sent to a colleague."""
    report = tmp_path / "report.html"
    arguments = [
        "replay",
        str(recording),
        "--alerts",
        str(tmp_path / "alerts.jsonl"),
        "--report",
        str(report),
    ]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    text = report.read_text()
    assert "<script" not in text and "What events.jsonl raised" in text
    assert "feature:x" in text
    refused = CliRunner().invoke(main, ["replay", str(recording), "--report", str(tmp_path / "report.pdf")])
    assert refused.exit_code == 1 and "let its name end in .html or .png" in refused.output
