"""Alerts and summaries as frames of the caller's own library: a row each, a column for each figure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import narwhals as nw

Record = Mapping[str, Any]
TIME: Final = nw.Datetime("ms", "UTC")


def at(*path: str) -> Callable[[Record], Any]:
    """Reads what stands at a path; None where nothing is."""

    def read(record: Record) -> Any:
        found: Any = record
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    return read


def moment(*path: str) -> Callable[[Record], datetime | None]:
    """Reads a time."""
    read = at(*path)
    return lambda record: None if read(record) is None else datetime.fromisoformat(read(record))


Columns = Mapping[str, tuple[Any, Callable[[Record], Any]]]
ALERTS: Final[Columns] = {
    "time": (TIME, moment("time")),
    "status": (nw.String, at("status")),
    "severity": (nw.String, at("labels", "severity")),
    "kind": (nw.String, at("drift", "kind")),
    "signal": (nw.String, at("annotations", "signal")),
    "summary": (nw.String, at("annotations", "summary")),
    "model": (nw.String, at("labels", "model")),
    "version": (nw.String, at("labels", "version")),
    "began_at": (TIME, moment("drift", "began_at")),
    "detected_at": (TIME, moment("drift", "detected_at")),
    "before": (nw.Float64, at("drift", "before", "mean")),
    "after": (nw.Float64, at("drift", "after", "mean")),
    "effect_size_sd": (nw.Float64, at("drift", "effect_size_sd")),
    "incident": (nw.String, at("labels", "incident")),
    "id": (nw.String, at("id")),
}
SIGNALS: Final[Columns] = {
    "model": (nw.String, at("model")),
    "version": (nw.String, at("version")),
    "role": (nw.String, at("role")),
    "segment": (nw.String, at("segment")),
    "signal": (nw.String, at("signal")),
    "kind": (nw.String, at("kind")),
    "time": (TIME, moment("time")),
    "armed": (nw.Boolean, at("armed")),
    "firing": (nw.Boolean, at("firing")),
    "nearness": (nw.Float64, at("nearness")),
    "effect_size_sd": (nw.Float64, at("effect_size_sd")),
    "seen": (nw.Int64, at("seen")),
    "mean": (nw.Float64, at("recent", "mean")),
    "reference_mean": (nw.Float64, at("reference", "mean")),
    "incident": (nw.String, at("incident")),
}


def frame_of(records: Iterable[Record], columns: Columns, library: Any) -> Any:
    """The records as a frame of a library."""
    rows = list(records)
    data = {name: [read(row) for row in rows] for name, (_, read) in columns.items()}
    schema = {name: kind for name, (kind, _) in columns.items()}
    return nw.from_dict(data, schema, backend=library).to_native()
