"""Events as producers write them, for the tests of the schemas."""

import json
from typing import Any

TIME_MS = 1_795_341_600_120  # 2026-11-22T10:00:00.120Z
TIME = "2026-11-22T10:00:00.120Z"

PREDICTION: dict[str, Any] = {
    "type": "prediction",
    "id": "p-81",
    "model": "voice-search",
    "version": "2026-11-01",
    "time": TIME,
    "features": {
        "clip_seconds": 2.4,
        "volume_dbfs": -23.1,
        "silence_before_ms": 180,
        "snr_db": None,
        "language": "en",
        "device": "phone",
    },
    "outputs": {"intent": "navigate", "confidence": 0.93, "transcript": ""},
    "serving": {"latency_ms": 43.0},
    "role": "live",
    "automation": "full",
    "segments": {"country": "US"},
    "session": "9f2c",
}
LABEL: dict[str, Any] = {
    "type": "feedback",
    "id": "f-12",
    "kind": "label",
    "prediction_id": "p-81",
    "model": "voice-search",
    "time": TIME,
    "labels": {"intent": "call"},
    "annotator": "a17",
}
BEHAVIOR: dict[str, Any] = {
    "type": "feedback",
    "id": "f-13",
    "kind": "behavior",
    "prediction_id": "p-81",
    "model": "voice-search",
    "time": TIME,
    "behavior": "redo_search",
}
DECISION: dict[str, Any] = {
    "type": "feedback",
    "id": "f-14",
    "kind": "decision",
    "prediction_id": "p-81",
    "model": "voice-search",
    "time": TIME,
    "decision": {"intent": "navigate"},
    "actor": "human",
}
SERVING: dict[str, Any] = {
    "type": "serving",
    "id": "s-3",
    "model": "voice-search",
    "version": "2026-11-01",
    "time": TIME,
    "host": "srv-3",
    "values": {"memory_mb": 5120, "cpu": 0.71, "queue_depth": 4, "load": 2.3},
}
VERDICT: dict[str, Any] = {
    "type": "control",
    "id": "c-1",
    "model": "voice-search",
    "time": TIME,
    "action": "verdict",
    "alert_id": "5e0ac4b1f3a86c1f-1-1",
    "verdict": "noise",
    "by": "anna",
    "comment": "a test call centre",
}
ACCEPT: dict[str, Any] = {
    "type": "control",
    "id": "c-2",
    "model": "voice-search",
    "time": TIME,
    "action": "accept",
    "signals": ["feature:volume_dbfs", "missing:snr_db"],
    "version": "2026-11-01",
    "role": "live",
    "by": "anna",
}
EXAMPLES = {
    "prediction": PREDICTION,
    "label": LABEL,
    "behavior": BEHAVIOR,
    "decision": DECISION,
    "serving": SERVING,
    "verdict": VERDICT,
    "accept": ACCEPT,
}


def written(record: Any, **changes: Any) -> bytes:
    """The record as Python's json module writes it, NaN tokens included, with fields changed."""
    return json.dumps(record | changes if changes else record).encode()


def without(record: dict[str, Any], name: str) -> bytes:
    """The record, written, without a field."""
    return written({key: value for key, value in record.items() if key != name})
