"""Files and memory keep what a sink promises, and so does the one that the guide shows."""

import asyncio
import re
import sqlite3
from collections.abc import Sequence
from io import BufferedWriter, BytesIO
from pathlib import Path

import orjson
import pytest

from driftline.stream_app.adapters.replay import batches, replay
from driftline.stream_app.config import KafkaSettings, Settings
from driftline.stream_app.outputs import FileSink, MemorySink, Output, Sink
from driftline.stream_app.pipeline import OutputRecord
from tests.streams import Stream

RECORDS = [OutputRecord(b"k", b'{"n":%d}' % number, [("ce_id", b"%d" % number)]) for number in range(3)]
STREAM = Stream(count=2500, change_at=2200, shift=3.0)


async def written(sink: Sink, *writes: tuple[Output, Sequence[OutputRecord]]) -> None:
    for output, records in writes:
        await sink.write(output, records)
    await sink.flush()


def test_memory_keeps_the_kinds_that_were_asked_for_in_their_order() -> None:
    """An evaluation of alerts would keep every dead letter of a history too, or tell alerts out of order."""
    sink = MemorySink("alerts")
    asyncio.run(written(sink, ("alerts", RECORDS[:2]), ("dead_letters", RECORDS), ("alerts", RECORDS[2:])))
    assert sink.records == {"alerts": RECORDS}
    assert sink.decoded("alerts") == [{"n": 0}, {"n": 1}, {"n": 2}]


def test_files_have_whole_lines_after_a_flush() -> None:
    """Whoever reads the pipe of a running replay would wait for alerts until its end."""
    system = {"alerts": BytesIO(), "audit": BytesIO()}
    sink = FileSink({"alerts": BufferedWriter(system["alerts"]), "audit": BufferedWriter(system["audit"])})
    asyncio.run(written(sink, ("alerts", RECORDS[:2]), ("signals", RECORDS), ("alerts", RECORDS[2:])))
    assert system["alerts"].getvalue() == b'{"n":0}\n{"n":1}\n{"n":2}\n'
    assert system["audit"].getvalue() == b""


def test_each_topic_has_one_name() -> None:
    """A kind without a topic would stop the first checkpoint that has some of it."""
    kafka = KafkaSettings(prefix="shop", topics={"audit": "who-did-what"})
    assert kafka.outputs == {
        "alerts": "shop.alerts",
        "signals": "shop.signals",
        "dead_letters": "shop.dead-letters",
        "audit": "who-did-what",
    }


class Waiting(Sink):
    """Waits for an event loop's next turn."""

    async def write(self, output: Output, records: Sequence[OutputRecord]) -> None:
        """As a connection would."""
        await asyncio.sleep(0)


def test_a_replay_says_that_its_sink_waits() -> None:
    """A sink whose writes never end would lose every record without a word."""
    with pytest.raises(RuntimeError, match="no event loop that it can await"):
        replay(batches(Stream(count=5).records()), Settings(), Waiting())


def test_the_sink_of_the_guide_keeps_every_alert(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes a sink begins with the guide's."""
    (program,) = re.findall(r"```python\n(.*?)```", (repository / "docs/guide/outputs.md").read_text(), re.S)
    (tmp_path / "events.jsonl").write_bytes(b"\n".join(record.value or b"" for record in STREAM.records()))
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "outputs.md", "exec"), {})
    sink = MemorySink("alerts")
    replay(batches(STREAM.records()), Settings(), sink)
    kept = [alert for (alert,) in sqlite3.connect("alerts.db").execute("SELECT alert FROM alerts")]
    assert sorted(orjson.loads(alert)["id"] for alert in kept) == sorted(
        each["id"] for each in sink.decoded("alerts")
    )
    assert kept
