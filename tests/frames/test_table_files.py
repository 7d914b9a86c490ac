"""`driftline replay x.parquet | x.csv`: rows as recorded events, with a mapping that is shown and kept."""

import gzip
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from driftline.stream_app.adapters.files import Meter, records_of
from driftline.stream_app.cli import main
from driftline.stream_app.config import settings_of
from tests.frames.worlds import START, alerts_of, arrow, drifting, json_lines, polars

FEATURES = ["amount", "city", "new", "price"]


def run(command: str, *arguments: str | Path) -> Result:
    """Runs a command in this process."""
    return CliRunner().invoke(main, [*command.split(), *map(str, arguments)])


def renamed(alerts: bytes, file: Path) -> list[bytes]:
    """Alerts whose positions name a frame instead of a file; ids of rows name the file's."""
    return alerts.replace(str(file).encode(), b"frame").splitlines()


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows with a drift, in several groups."""
    file = tmp_path_factory.mktemp("rows") / "rides.parquet"
    pq.write_table(arrow(*drifting(11)), file, row_group_size=250)
    return file


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """References that are learned quickly."""
    file = tmp_path_factory.mktemp("config") / "driftline.yaml"
    file.write_text("defaults: {warm_up: 200}\n")
    return file


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The alerts of the JSON lines of the same rows."""
    rows, _ = drifting(11)
    lines = json_lines(rows, FEATURES, label=True, name="rides.parquet")
    return alerts_of(lines, tmp_path_factory.mktemp("lines"), settings_of({"defaults": {"warm_up": 200}}))


def test_parquet_raises_what_its_json_lines_raise(parquet: Path, config: Path, expected: list[bytes]) -> None:
    """A history in a lake would be another history than the recorded one."""
    result = run("replay", parquet, "--config", config)
    assert result.exit_code == 0, result.output
    assert expected
    assert renamed(result.stdout_bytes, parquet) == expected


def test_csv_raises_the_same(parquet: Path, config: Path, expected: list[bytes], tmp_path: Path) -> None:
    """What a person exports from a sheet is the same rows."""
    rows, _ = drifting(11)
    frame = pl.DataFrame({**rows, "price": [float(price) for price in rows["price"]]})
    for name in ("rides.csv", "rides.csv.gz"):
        file = tmp_path / name
        text = frame.write_csv().encode()
        file.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
        result = run("replay", file, "--config", config)
        assert result.exit_code == 0, result.output
        assert renamed(result.stdout_bytes, file) == expected


def test_the_mapping_is_shown_saved_and_read(parquet: Path, config: Path, expected: list[bytes]) -> None:
    """A guess that nobody sees is believed; one that nobody can keep is made again, and differently."""
    mapping = parquet.parent / "rides.yaml"
    saved = run("replay", parquet, "--config", config, "--save-mapping", mapping)
    for words in ("rides.parquet: predictions", "from      time", "features  amount, city, new, price",
                  "outputs   score", "labels    score from label", "all rows  model model, version 1",
                  f"saved in {mapping}"):  # fmt: skip
        assert words in saved.stderr
    read = run("replay", parquet, "--config", config, "--mapping", mapping)
    assert read.stdout_bytes == saved.stdout_bytes
    mapping.write_text(mapping.read_text().replace("model: model", "model: rides").replace("- city\n", ""))
    changed = run("replay", parquet, "--config", config, "--mapping", mapping)
    assert {orjson.loads(line)["labels"]["model"] for line in changed.stdout_bytes.splitlines()} == {"rides"}
    assert "not used  city" in changed.stderr


def test_of_several_mappings_the_first_that_fits_is_taken(tmp_path: Path) -> None:
    """Predictions and labels are often two files, whose columns are not the same."""
    predictions, labels = tmp_path / "p.csv", tmp_path / "l.csv"
    times = [(START + timedelta(seconds=number)).isoformat() for number in range(20)]
    predictions.write_text("txn,at,p\n" + "".join(f"{n},{time},0.5\n" for n, time in enumerate(times)))
    labels.write_text("of,at,fraud\n" + "".join(f"{n},{time},1\n" for n, time in enumerate(times)))
    maps = tmp_path / "p.yaml", tmp_path / "l.yaml"
    maps[0].write_text("columns: {id: txn, time: at}\noutputs: [p]\nfeatures: []\n")
    maps[1].write_text("kind: label\ncolumns: {prediction_id: of, time: at}\nlabels: {p: fraud}\n")
    summary = tmp_path / "summary.json"
    options = [part for file in maps for part in ("--mapping", file)]
    result = run("replay", predictions, labels, *options, "--summary", summary)
    assert result.exit_code == 0, result.output
    assert "p.csv: predictions" in result.stderr
    assert "l.csv: labels" in result.stderr
    counted = orjson.loads(summary.read_bytes())
    assert (counted["events"], counted["rejected"]) == (40, {})


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("evaluate", []),
        ("baseline build", ["--out", "x.baseline"]),
        ("tune", ["--most-replays", "1"]),
    ],
)
def test_every_command_that_reads_events_reads_rows(
    command: str, options: list[str], parquet: Path, config: Path, tmp_path: Path
) -> None:
    """A history that can be replayed but not tuned on would have to be exported after all."""
    arguments = [str(tmp_path / option) if option == "x.baseline" else option for option in options]
    result = run(command, parquet, "--config", config, *arguments)
    assert result.exit_code == 0, result.output
    assert result.stderr.count("rides.parquet: predictions") == 1


def test_labels_come_at_their_own_time(tmp_path: Path) -> None:
    """Labels that were known a day later would be judged as if they had been known at once."""
    rows, kinds = drifting(11)
    rows["labelled_at"] = [time + timedelta(minutes=7) for time in rows["time"]]
    file, signals = tmp_path / "late.parquet", tmp_path / "signals"
    polars(rows, {**kinds, "labelled_at": "moment"}).write_parquet(file)
    result = run("replay", file, "--signals", signals, "--alerts", tmp_path / "alerts")
    assert "label_time from labelled_at" in result.stderr
    errors = [
        each
        for line in signals.read_bytes().splitlines()
        if (each := orjson.loads(line))["signal"] == "error:score" and each["seen"]
    ]
    tick = timedelta(seconds=10)  # a summary has the time of the tick before
    assert errors[0]["time"] >= (START + timedelta(minutes=7) - tick).isoformat()[:19]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.parquet", b"PAR1", "this is no Parquet file, or a damaged one"),
        ("x.csv", b"time,x\n2026-11-02T10:00:00Z,M\xfcnchen\n", "this is no CSV file in UTF-8"),
        ("x.csv", b"a,b\n1,2\n", "which column is the time? Say it in a mapping"),
        ("x.csv", b"", "there is no header"),
    ],
)
def test_a_file_that_makes_no_events_is_one_sentence(
    name: str, content: bytes, sentence: str, tmp_path: Path
) -> None:
    """A traceback of a library tells nobody which file, and what would be right."""
    file = tmp_path / name
    file.write_bytes(content)
    result = run("replay", file)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith(f"Error: {file}: {sentence}")


def test_without_pyarrow_one_sentence_says_which_extra(
    parquet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an optional dependency; its absence must not look like a bug."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = run("replay", parquet)
    assert result.exit_code == 1
    assert "to read Parquet, pip install 'driftline[parquet]' (pyarrow)." in result.stderr


def test_bad_rows_cost_only_themselves(tmp_path: Path) -> None:
    """One wrong time of a million would end an hour's work, or be looked for by hand."""
    file, letters = tmp_path / "x.csv", tmp_path / "letters"
    lines = [f"{n},{(START + timedelta(seconds=n)).isoformat()},1.5" for n in range(50)]
    lines[20], lines[30] = "20,yesterday,1", "30,2026-11-02T08:00:31Z"
    lines[40] = f"40,{START.isoformat()},1"
    file.write_text("\n".join(["id,time,x", *lines]))
    result = run("replay", file, "--dead-letters", letters)
    assert result.exit_code == 0, result.output
    assert "x.csv: 2 rows could not be read; the first: 22: time yesterday cannot be read" in result.stderr
    assert "x.csv: 1 rows are earlier than one before them, by 0.0108 h at most" in result.stderr
    reasons = [orjson.loads(line)["reason"] for line in letters.read_bytes().splitlines()]
    assert reasons == ["missing_field"] * 2


def test_progress_is_known_of_rows_too(parquet: Path) -> None:
    """Hours of a replay without a percent look like a hang."""
    meter = Meter([str(parquet)])
    seen = [meter.read_bytes for _ in records_of([str(parquet)], 100, meter)]
    assert seen == sorted(seen)
    assert 0 < seen[0] <= seen[-1] == meter.total_bytes


def test_rows_are_numbered_through(tmp_path: Path) -> None:
    """An offset that comes twice is a record that was read already: it would be skipped."""
    file = tmp_path / "long.csv"
    file.write_text("time,x\n" + "".join(f"{1_790_000_000 + number},1\n" for number in range(9_000)))
    offsets = [offset for batch in records_of([str(file)], 1000) for offset in batch.offsets.tolist()]
    assert offsets == list(range(9_000))


def test_rows_are_sent_with_their_labels(parquet: Path) -> None:
    """A label beside its prediction was sent as a feature, from which any model can be told."""
    result = run("send", parquet, "--model", "m", "--version", "1", "--dry-run")
    assert result.exit_code == 0, result.output
    labelled = sum(label is not None for label in drifting(11)[0]["label"])
    assert f"would be sent: 900 to predictions, {labelled} to feedback" in result.stderr


def test_one_mapping_is_saved_in_one_file(parquet: Path, tmp_path: Path) -> None:
    """The second would overwrite the first."""
    other = tmp_path / "other.csv"
    other.write_text("time,x\n")
    result = run("replay", parquet, other, "--save-mapping", tmp_path / "m.yaml")
    assert result.exit_code == 2
    assert "can hold one mapping" in result.stderr


def test_the_dashboard_shows_rows(parquet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture of a history would need another export."""
    served: list[Any] = []

    def serve(settings: Any, heard: Any, names: str, announce: Any) -> None:
        served.extend(heard)

    monkeypatch.setattr("driftline.stream_app.dashboard.serving.serve_recording", serve)
    result = run("dashboard", "--replay", parquet)
    assert result.exit_code == 0, result.output
    assert any(record.feed == "signals" for record in served)
