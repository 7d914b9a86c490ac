"""`driftline.watch`: the engine over a frame in memory."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import narwhals as nw

from driftline.stream_app.adapters.files import lines_in
from driftline.stream_app.adapters.kernel_cache import ensure_kernel_cache
from driftline.stream_app.adapters.replay import replay
from driftline.stream_app.adapters.tables import LINES_AT_ONCE, Tables, texts_of
from driftline.stream_app.config import Settings, load_settings, settings_of
from driftline.stream_app.frames.held import MOMENTS, ColumnType, Held
from driftline.stream_app.frames.lines import Notes, lines_of
from driftline.stream_app.frames.mapping import Columns
from driftline.stream_app.frames.mapping_file import read_mapping
from driftline.stream_app.frames.showing import lines_about
from driftline.stream_app.frames.typed import Frame, frame_of, table_of
from driftline.stream_app.notebook.asking import Named, wanted_of
from driftline.stream_app.notebook.report import Report
from driftline.stream_app.notebook.signals import Signals
from driftline.stream_app.outputs import MemorySink
from driftline.stream_app.pipeline import Records

NAME: Final = "frame"
"""In place of a topic, in the positions of alerts."""
BATCHES_MIN: Final = 200
"""How many batches a frame is cut into at least: after each the levels of signals are looked at."""
Configuration = str | Path | Mapping[str, Any] | None


def watch(
    frame: Any,
    *,
    time: str | None = None,
    prediction: Named = None,
    label: Named = None,
    id: str | None = None,
    model: str | None = None,
    version: str | None = None,
    features: Named = None,
    label_time: str | None = None,
    timezone: str | None = None,
    mapping: str | Path | None = None,
    config: Configuration = None,
) -> Report:
    """Run the rows of a frame through the engine, in the order of their time.

    What is not said is guessed from the names and types of the columns; the report says what came of it.

    Args:
        frame: of pandas (an index of times is a column too), polars or pyarrow: a prediction a row.
        time: the column of times; those without a zone are of ``timezone``.
        prediction: what the model said: a column, several, or a dict of names and columns.
        label: what was true: a column about the first prediction, or a dict of predictions and columns.
        id: the column of ids; without one the rows are numbered.
        model, version: a column, or else the name itself; without one ``model`` and ``1``.
        features: columns to watch; without any, all that are nothing else.
        label_time: when the label was known; without one, with the prediction.
        timezone: ``UTC`` (if nothing is said), ``Europe/Berlin``, …
        mapping: a file that `driftline replay --save-mapping` wrote, in place of all these.
        config: a configuration: a file, or a dict of its sections.

    Raises:
        MappingError: the columns make no events, or the frame cannot be read.
        ConfigError: the configuration has mistakes; says all of them.
        OSError: a file cannot be read.
    """
    read = frame_of(frame)
    table = table_of(NAME, [read])
    said = {
        "time": time, "prediction": prediction, "label": label, "id": id, "model": model,
        "version": version, "features": features, "label_time": label_time,
    }  # fmt: skip
    wanted = wanted_of(table.header, said, timezone) if mapping is None else read_mapping(Path(mapping))
    settings = configured(config)
    columns = Tables([wanted]).columns_of(NAME, table)
    ordered = by_time(read, columns, table.types)
    notes = Notes()
    alerts, signals = MemorySink("alerts"), Signals()
    batches = records_of(ordered, columns, notes)
    summary = replay(batches, settings, alerts, signals, summaries="latest")
    about = tuple(lines_about(f"{len(read):,} rows", columns, table.types))
    told = about, tuple(notes.sentences(NAME))
    return Report(tuple(alerts.records["alerts"]), signals, summary, told, read.implementation)


def configured(config: Configuration) -> Settings:
    """Settings, for which the detectors must exist that they name."""
    ensure_kernel_cache()
    from driftline.detectors.plugins.registry import known_names, load_installed

    load_installed()
    if isinstance(config, Mapping):
        return settings_of(dict(config), detectors=known_names())
    return load_settings(config, detectors=known_names())


def by_time(frame: Frame, columns: Columns, types: Mapping[str, ColumnType]) -> Frame:
    """The rows in the order of their time, those of the same time in theirs; of texts as they are."""
    name = frame.columns[columns.fields["time"]]
    if types[str(name)].held not in (*MOMENTS, Held.NUMBER) or is_sorted(frame[name]):
        return frame
    order = "driftline row"
    numbered = frame.with_row_index(order)
    return numbered.sort(name, order, nulls_last=True).drop(order)


def is_sorted(times: "nw.Series[Any]") -> bool:
    """Whether there are no gaps and each is at least the one before."""
    return not times.is_null().any() and times.is_sorted()


def records_of(frame: Frame, columns: Columns, notes: Notes) -> Iterator[Records]:
    """The JSON lines of the rows as records."""
    number, at_once = 0, min(max(len(frame) // BATCHES_MIN, 1), LINES_AT_ONCE)
    for text in texts_of(lines_of(table_of(NAME, [frame]), columns, notes), at_once):
        records = lines_in(text, NAME, number)
        yield records
        number += len(records)
