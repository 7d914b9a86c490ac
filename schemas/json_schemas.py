"""JSON Schema (2020-12) of everything that travels, generated from the records' definitions."""

from inspect import cleandoc
from typing import Any

import msgspec

from driftline.schemas.alerts import Alert
from driftline.schemas.audit import AuditRecord
from driftline.schemas.events import (
    NEEDED_BY_ACTION,
    REQUIRED_BY_KIND,
    Control,
    Feedback,
    Heartbeat,
    Prediction,
    Serving,
)
from driftline.schemas.rejections import DeadLetter
from driftline.schemas.status import ModelStatus
from driftline.schemas.summaries import SignalSummary

DIALECT = "https://json-schema.org/draft/2020-12/schema"

RECORDS: dict[str, type[msgspec.Struct]] = {
    "prediction": Prediction,
    "feedback": Feedback,
    "serving": Serving,
    "control": Control,
    "heartbeat": Heartbeat,
    "alert": Alert,
    "signal-summary": SignalSummary,
    "model-status": ModelStatus,
    "audit": AuditRecord,
    "dead-letter": DeadLetter,
}
"""File name without suffix: what is in it."""


def json_schema(name: str) -> dict[str, Any]:
    """The schema of one of RECORDS, complete in itself."""
    record = RECORDS[name]
    generated = _with_descriptions(msgspec.json.schema(record))
    definition = generated["$defs"][record.__name__]
    if record is Feedback:
        definition["allOf"] = [_needs_of(kind, names) for kind, names in REQUIRED_BY_KIND.items()]
    if record is Control:
        definition["allOf"] = _needs_of_actions()
    return {"$schema": DIALECT, "$id": f"urn:driftline:{name}", **generated}


def _with_descriptions(node: Any) -> Any:
    """The schema with its docstrings as Markdown, without the indentation that Python 3.13 takes away."""
    if isinstance(node, list):
        return [_with_descriptions(item) for item in node]
    if not isinstance(node, dict):
        return node
    described = {key: _with_descriptions(item) for key, item in node.items()}
    if isinstance(text := node.get("description"), str):
        described["description"] = cleandoc(text).replace("``", "`")
    return described


def _needs_of(kind: str, names: tuple[str, ...]) -> dict[str, Any]:
    needed = {
        name: {"type": "object", "minProperties": 1} if name in ("labels", "decision") else {"type": "string"}
        for name in names
    }
    return {
        "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
        "then": {"properties": needed, "required": list(names)},
    }


def _needs_of_actions() -> list[dict[str, Any]]:
    def when(action: str, then: dict[str, Any]) -> dict[str, Any]:
        return {"if": {"properties": {"action": {"const": action}}, "required": ["action"]}, "then": then}

    def needs(names: tuple[str, ...]) -> dict[str, Any]:
        wire = [name.removesuffix("_ms") for name in names]
        not_null: dict[str, Any] = {name: {"type": ["string", "integer"]} for name in wire}
        return {"properties": not_null, "required": wire}

    one_of = [
        {"properties": {"alert_id": {"type": "string"}}, "required": ["alert_id"]},
        {"properties": {"signals": {"type": "array", "minItems": 1}}, "required": ["signals"]},
    ]
    return [
        *(when(action, needs(names)) for action, names in NEEDED_BY_ACTION.items()),
        when("accept", {"anyOf": one_of}),
    ]
