"""`driftline replay`: alerts on standard output, everything about them on standard error."""

import gzip
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from driftline.stream_app.adapters.files import Meter, records_of
from driftline.stream_app.adapters.unwatched import Unwatched
from driftline.stream_app.cli import main
from driftline.stream_app.cli.not_watched import LINES_MAX, print_not_watched
from driftline.stream_app.monitoring.notices import Why
from driftline.stream_app.pipeline import Record, Records, Shard
from driftline.stream_app.simulator import scenarios, write_file
from tests.streams import PREDICTIONS, Stream

SCALE = 0.1


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine thousand events with three incidents."""
    file = tmp_path_factory.mktemp("events") / "events.jsonl"
    write_file(file, scenarios()["demo-mix"].scaled(SCALE).events(1))
    return file


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """References that are learned quickly."""
    file = tmp_path_factory.mktemp("config") / "driftline.yaml"
    file.write_text("defaults: {warm_up: 300}\n")
    return file


def replay(*arguments: str | Path, given: bytes | None = None) -> Result:
    """Runs the command in this process."""
    return CliRunner().invoke(main, ["replay", *map(str, arguments)], input=given)


@pytest.fixture(scope="module")
def expected(events: Path, config: Path) -> bytes:
    """The alerts of one run with the default batch size."""
    result = replay(events, "--config", config)
    assert result.exit_code == 0, result.output
    assert result.stdout_bytes.count(b"\n") > 2
    return result.stdout_bytes


def test_standard_output_holds_alerts_only(expected: bytes) -> None:
    """What is piped into another program must be JSON lines throughout."""
    statuses = {json.loads(line)["status"] for line in expected.splitlines()}
    assert "firing" in statuses


@pytest.mark.parametrize("batch_size", [7, 5000, 10**6])
def test_the_batch_size_changes_nothing(events: Path, config: Path, expected: bytes, batch_size: int) -> None:
    """An alert that depends on how records were cut into batches cannot be reproduced."""
    result = replay(events, "--config", config, "--batch-size", str(batch_size))
    assert result.stdout_bytes == expected


def test_a_compressed_file_gives_the_same(
    events: Path, config: Path, expected: bytes, tmp_path: Path
) -> None:
    """Recordings are usually compressed; positions name the file, everything else stays."""
    packed = tmp_path / "events.jsonl.gz"
    packed.write_bytes(gzip.compress(events.read_bytes()))
    result = replay(packed, "--config", config)
    assert result.stdout_bytes.replace(str(packed).encode(), str(events).encode()) == expected


def test_standard_input_gives_the_same(events: Path, config: Path, expected: bytes) -> None:
    """`zcat … | driftline replay -` is how recordings elsewhere are replayed."""
    result = replay("-", "--config", config, given=events.read_bytes())
    assert result.stdout_bytes.replace(b'"topic":"-"', f'"topic":"{events}"'.encode()) == expected


def test_several_files_are_merged_by_time(events: Path, config: Path, tmp_path: Path) -> None:
    """A day that was recorded as two topics is one history."""
    lines = events.read_bytes().splitlines(keepends=True)
    predictions, others = tmp_path / "predictions.jsonl", tmp_path / "others.jsonl"
    predictions.write_bytes(b"".join(line for line in lines if b'"type":"prediction"' in line))
    others.write_bytes(b"".join(line for line in lines if b'"type":"prediction"' not in line))
    result = replay(predictions, others, "--config", config)
    kinds = [json.loads(line)["drift"]["kind"] for line in result.stdout.splitlines()]
    whole = replay(events, "--config", config)
    assert kinds == [json.loads(line)["drift"]["kind"] for line in whole.stdout.splitlines()]


def test_outputs_go_where_they_are_told(events: Path, config: Path, expected: bytes, tmp_path: Path) -> None:
    """Each kind of output has a file of its own; nothing is left on standard output."""
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(events.read_bytes() + b"garbage\n" + b'{"type":"prediction"}\n')
    names = ("alerts", "signals", "dead-letters", "summary")
    options = [part for name in names for part in (f"--{name}", tmp_path / name)]
    result = replay(bad, "--config", config, *options)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    alerts, signals, letters = (
        [json.loads(line) for line in (tmp_path / name).read_bytes().splitlines()] for name in names[:3]
    )
    assert len(alerts) == expected.count(b"\n")
    assert {"feature:volume_dbfs", "rate:redo_search"} <= {summary["signal"] for summary in signals}
    assert [letter["reason"] for letter in letters] == ["not_json", "missing_field"]
    assert letters[0]["source"]["offset"] == events.read_bytes().count(b"\n")
    summary = json.loads((tmp_path / "summary").read_text())
    assert summary["events"] == events.read_bytes().count(b"\n") + 2
    assert summary["rejected"] == {"missing_field": 1, "not_json": 1}
    assert summary["signals"] > 20
    assert summary["events_per_second"] > 0
    assert summary["incidents"] == len(
        {(alert["fingerprint"], alert["id"].split("-")[1]) for alert in alerts}
    )
    for grouping, value in (("by_status", "status"), ("by_kind", "kind")):
        found = [alert.get(value) or alert["drift"][value] for alert in alerts]
        assert summary["alerts"][grouping] == {each: found.count(each) for each in sorted(set(found))}


def test_the_summary_is_for_people_too(events: Path, config: Path) -> None:
    """Whoever runs it by hand wants to see what came of it."""
    shown = replay(events, "--config", config).stderr
    assert [line.split()[0] for line in shown.splitlines()[:4]] == ["events", "rejected", "signals", "alerts"]


def test_a_bar_moves_on_a_terminal_and_nowhere_else(events: Path, config: Path) -> None:
    """Control characters in a log are noise; on a terminal silence looks like a hang."""
    command = [sys.executable, "-m", "driftline", "replay", str(events), "--config", str(config)]
    screen, terminal = pty.openpty()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=terminal) as process:
        os.close(terminal)
        shown = b"".join(read_until_closed(screen))
    os.close(screen)
    assert process.returncode == 0
    assert b" events, " in shown
    assert b"100%" in shown
    assert b"\x1b" not in replay(events, "--config", config).stderr_bytes


@pytest.mark.parametrize("name", ["events.jsonl", "events.jsonl.gz"])
def test_progress_is_known_of_compressed_files_too(events: Path, tmp_path: Path, name: str) -> None:
    """Hours of a replay without a percent look like a hang; the bytes on the disk are known in any case."""
    file = tmp_path / name
    text = events.read_bytes()
    file.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    meter = Meter([str(file)])
    seen = [meter.read_bytes for _ in records_of([str(file)], 1000, meter)]
    assert meter.total_bytes == file.stat().st_size
    assert seen == sorted(seen)
    assert 0 < seen[0] <= seen[-1] == meter.total_bytes
    assert Meter(["-"]).total_bytes is None


def read_until_closed(screen: int) -> Iterator[bytes]:
    """What is shown, read as it comes: a terminal that nobody reads makes programs wait."""
    with suppress(OSError):  # how Linux says that the other end is closed
        while data := os.read(screen, 65_536):
            yield data


def test_no_alert_is_no_failure(tmp_path: Path) -> None:
    """A healthy day must not fail a script; neither must an empty one."""
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    result = replay(empty)
    assert result.exit_code == 0
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Missing argument 'FILE…'"),
        (["no-such.jsonl"], "File 'no-such.jsonl' does not exist"),
        (["-", "--batch-size", "0"], "--batch-size"),
        (["-", "--alerts", "same", "--signals", "same"], "same is named twice"),
    ],
)
def test_misuse_is_one_sentence(arguments: list[str], sentence: str) -> None:
    """Exit code 2 and what is wrong."""
    result = replay(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_the_recording_is_never_overwritten(events: Path) -> None:
    """One slip of the pen must not cost the recording."""
    before = events.stat().st_size
    result = replay(events, "--alerts", events)
    assert result.exit_code == 2
    assert events.stat().st_size == before


@pytest.mark.parametrize(
    "data", [b"not compressed", gzip.compress(b"{}" * 1000)[:30]], ids=["not compressed", "cut off"]
)
def test_a_damaged_file_fails_in_one_sentence(tmp_path: Path, data: bytes) -> None:
    """A recording that was cut off must not look like a quiet day; of several, one wants to know which."""
    file = tmp_path / "damaged.jsonl.gz"
    file.write_bytes(data)
    result = replay(file)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {file}: this compressed file is damaged, or not compressed (")


def test_an_unknown_detector_fails_in_one_sentence(tmp_path: Path, events: Path) -> None:
    """Without the check a mistyped detector would watch nothing."""
    config = tmp_path / "driftline.yaml"
    config.write_text("defaults: {detectors: [adwim]}\n")
    result = replay(events, "--config", config)
    assert result.exit_code == 1
    assert "adwim" in result.stderr
    assert "page_hinkley" in result.stderr


def test_a_reader_that_has_enough_is_no_error(events: Path, config: Path) -> None:
    """`… | head` ends the command quietly."""
    command = f"{sys.executable} -m driftline replay {events} --config {config} | head -n 1"
    result = subprocess.run(command, shell=True, capture_output=True, check=True)
    assert result.stdout.count(b"\n") == 1
    assert result.stderr == b""


def test_closing_words_say_what_was_not_watched_and_why(tmp_path: Path) -> None:
    """A model that never left its warm-up has no alert, like one that is healthy."""
    file, summary = tmp_path / "thin.jsonl", tmp_path / "summary.json"
    file.write_bytes(b"".join(record.value + b"\n" for record in thin()))
    shown = replay(file, "--summary", summary).stderr
    said = shown[shown.index("Not watched:") :].splitlines()
    assert any(
        "search: not armed within a week, of version 1: feature:x, missing:x" in line
        and "(feature:x: 60 of 2,000 values: " in line
        for line in said
    )
    found = json.loads(summary.read_text())["not_watched"]
    assert {each["why"] for each in found} == {"not_armed"}
    assert all(each["model"] == "search" and each["since"] for each in found)


def test_closing_words_are_bounded(capsys: pytest.CaptureFixture[str]) -> None:
    """A thousand features that do not fit would push the summary off the screen."""
    print_not_watched(
        [Unwatched("m", "type_misfit", f"f{n}", f"f{n} is odd.", 3, "2026-11-22") for n in range(30)]
    )
    lines = capsys.readouterr().err.splitlines()
    assert lines[1] == "  m: f0 is odd (3 times since 2026-11-22)"
    assert lines[-1] == f"  and {30 - LINES_MAX} more"
    assert len(lines) == LINES_MAX + 2
    print_not_watched([Unwatched("m", Why.WATCHED_ROUGHLY, "1 live", "f of version 1.", 1, "2026-11-22")])
    assert capsys.readouterr().err.splitlines() == ["Watched roughly:", "  m: f of version 1"]
    print_not_watched([])
    assert capsys.readouterr().err == ""


def test_a_history_of_which_nothing_could_be_used_is_a_failure(tmp_path: Path) -> None:
    """The wrong file gave a quiet summary and exit code 0."""
    file = tmp_path / "wrong.jsonl"
    file.write_bytes(b'{"type":"predicton"}\n' * 3)
    for command in (["replay", file], ["baseline", "build", file, "--out", tmp_path / "b"]):
        result = CliRunner().invoke(main, [*map(str, command)])
        assert result.exit_code == 1
        assert "None of 3 records could be used (3 unknown type). The first: " in result.stderr
        assert f"{file}:1: " in result.stderr


def test_incidents_and_alerts_are_counted_apart(events: Path, config: Path, expected: bytes) -> None:
    """ "6 of 1 incident" is no English, and sounds like a share."""
    alerts = [json.loads(line) for line in expected.splitlines()]
    incidents = {alert["id"].rpartition("-")[0] for alert in alerts}
    shown = " ".join(replay(events, "--config", config).stderr.split())
    assert f"alerts {len(alerts)} about {len(incidents)} incident" in shown


def test_an_interrupted_replay_leaves_no_half_file(
    events: Path, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the alerts under the name of all of them were taken for a quiet afternoon."""
    calls = 0
    apply = Shard.apply

    def interrupted(shard: Shard, records: Records) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        apply(shard, records)

    (tmp_path / "alerts").write_text("of yesterday")
    monkeypatch.setattr(Shard, "apply", interrupted)
    outputs = [part for name in ("alerts", "signals", "baseline") for part in (f"--{name}", tmp_path / name)]
    assert replay(events, "--config", config, "--batch-size", "1000", *outputs).exit_code == 1
    assert [file.name for file in tmp_path.iterdir()] == ["alerts"]
    assert (tmp_path / "alerts").read_text() == "of yesterday"


def thin() -> list[Record]:
    """Predictions of two weeks, four an hour."""
    return [
        record
        for record in Stream(count=60, change_at=60, step_ms=900_000).records()
        if record.topic == PREDICTIONS
    ]


def test_a_history_of_before_2000_is_replayed(tmp_path: Path) -> None:
    """A backtest of old data would be refused record by record; epoch seconds are a mistake all the same."""
    event = {"type": "prediction", "model": "m", "version": "1"}
    old = [event | {"id": f"p-{minute}", "time": f"1987-03-01T10:{minute:02}:00Z"} for minute in range(50)]
    lines = [json.dumps(each) for each in [*old, event | {"id": "seconds", "time": 1_790_000_000}]]
    file, summary = tmp_path / "old.jsonl", tmp_path / "summary.json"
    file.write_text("\n".join(lines))
    result = replay(file, "--summary", summary)
    assert result.exit_code == 0, result.output
    counted = json.loads(summary.read_text())
    assert (counted["events"], counted["rejected"]) == (51, {"bad_time": 1})
