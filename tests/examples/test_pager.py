"""`examples/pager.py`: a program of one's own gets each critical alert once; a failure costs itself."""

import sys
from pathlib import Path

import orjson
import pytest

from driftline.stream_app.config import KafkaSettings
from tests.examples.programs import alert, command, publish, running, wait_for_group, wait_until

GROUP = "driftline-pager"
PROGRAM = """
import sys
alert = sys.stdin.buffer.read()
with open(sys.argv[1], "ab") as file:
    file.write(alert + b"\\n")
sys.exit(b"Alert 2" in alert)
"""


@pytest.mark.kafka
def test_the_program_gets_each_critical_alert_once(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    """A text message that comes twice, or for what only informs, is one that nobody reads any more."""
    pages = tmp_path / "pages"
    pages.touch()
    with running(command("pager", kafka_settings, "--", sys.executable, "-c", PROGRAM, str(pages))):
        wait_for_group(kafka_settings, GROUP)
        publish(kafka_settings, alert(1, severity="info"), *[alert(2, "updated")] * 2, alert(3, "resolved"))
        wait_until(lambda: len(pages.read_text().splitlines()) == 2, "two pages")
    told = [orjson.loads(line) for line in pages.read_text().splitlines()]
    assert [each["annotations"]["summary"] for each in told] == ["Alert 2", "Alert 3"]
    assert [each["status"] for each in told] == ["updated", "resolved"]
