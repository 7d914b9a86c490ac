"""Truth files: what really happened to a model, as `driftline simulate --truth` or a person writes it.

One JSON object a line. ``model`` and ``began_at`` are all it takes; the rest says more:

    {"model": "search", "began_at": "2026-11-02T08:00:00Z", "ended_at": "2026-11-02T14:00:00Z",
     "change": "snr-missing", "kind": "data_quality", "signals": ["missing:snr_db"], "version": "7"}
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from driftline.schemas import Kind, epoch_ms
from driftline.stream_app.evaluation.errors import EvaluationError
from driftline.stream_app.simulator import Truth

KNOWN = (
    *("model", "began_at", "ended_at", "change", "kind", "signals", "version", "role", "alarm_due"),
    *("scenario", "seed", "gradual", "first_prediction"),
)


def read_truth(path: Path) -> list[Truth]:
    """The changes of a truth file in its order; a file without lines is a history without changes.

    Raises:
        EvaluationError: a line is no truth; says which line, what is wrong and what would be right.
        OSError: the file cannot be read.
    """
    truths: list[Truth] = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            truths.append(truth_of(orjson.loads(line), f"change {len(truths) + 1}"))
        except ValueError as error:  # orjson's own is one too
            raise EvaluationError(f"{path}:{number}: this is no truth: {error}.") from error
    check_names(truths)
    return truths


def truth_of(record: Any, name: str) -> Truth:
    """One record of a truth file; ``name`` is what the change is called when the record does not say.

    Raises:
        ValueError: says what is wrong.
    """
    if not isinstance(record, dict):
        raise ValueError("a line must be a JSON object")
    for key in record:
        if key not in KNOWN:
            raise ValueError(f"there is no key {key!r}; there are {', '.join(KNOWN[:9])}")
    began_ms = _instant(record, "began_at")
    if began_ms is None:
        raise ValueError("began_at is missing: write the time as 2026-11-22T10:00:00Z")
    ended_ms = _instant(record, "ended_at")
    if ended_ms is not None and ended_ms < began_ms:
        raise ValueError("ended_at is before began_at")
    kind = record.get("kind") or ""
    if kind and kind not in list(Kind):
        raise ValueError(f"kind is {kind!r}: it must be one of {', '.join(Kind)}")
    return Truth(
        scenario=str(record.get("scenario") or ""),
        seed=int(record.get("seed") or 0),
        change=_text(record, "change") or name,
        model=_text(record, "model", needed=True) or "",
        version=_text(record, "version"),
        role=_text(record, "role") or "live",
        kind=kind,
        signals=_signals(record),
        began_ms=began_ms,
        ended_ms=ended_ms,
        gradual=_flag(record, "gradual", False),
        alarm_due=_flag(record, "alarm_due", True),
        first_prediction=0,  # counted in the history itself
    )


def check_names(truths: list[Truth]) -> None:
    """Nobody could tell two changes of one name apart.

    Raises:
        EvaluationError: two changes have the same name.
    """
    names = [truth.change for truth in truths]
    for name in names:
        if names.count(name) > 1:
            raise EvaluationError(
                f"Two changes of the truth are called {name!r}: give each a name of its own."
            )


def _instant(record: dict[str, Any], key: str) -> int | None:
    written = record.get(key)
    if written is None:
        return None
    try:
        instant = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        instant = None
    if instant is None or instant.tzinfo is None:
        raise ValueError(f"{key} is {written!r}: write a time with an offset, as 2026-11-22T10:00:00Z")
    return epoch_ms(instant)


def _text(record: dict[str, Any], key: str, needed: bool = False) -> str | None:
    value = record.get(key)
    if value is None and not needed:
        return None
    if not isinstance(value, str) or not value:
        raise ValueError(
            f"{key} is {value!r}: it must be a text" if value is not None else f"{key} is missing"
        )
    return value


def _flag(record: dict[str, Any], key: str, default: bool) -> bool:
    value = record.get(key, default)
    if not isinstance(value, bool):
        raise ValueError(f"{key} is {value!r}: it must be true or false")
    return value


def _signals(record: dict[str, Any]) -> tuple[str, ...]:
    value = record.get("signals") or []
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError('signals must be a list of names such as "feature:clip_seconds"')
    return tuple(value)
