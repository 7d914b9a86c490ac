"""What workers would have published, made by hand, and a way to put it on real topics."""

import time
from collections.abc import Iterable
from typing import Any

import orjson
from kafka import KafkaProducer

from driftline.schemas import rfc3339
from driftline.stream_app.config import KafkaSettings
from driftline.stream_app.dashboard.records import Feed, Heard

HOUR_MS = 3_600_000
Said = tuple[Feed, bytes | None, dict[str, Any]]


def now_ms() -> int:
    """The time on the wall."""
    return int(time.time() * 1000)


def alert(number: int = 1, **about: Any) -> Said:
    """A word about incident ``number``; keyword arguments replace what is in it."""
    at_ms = about.pop("at_ms", None) or now_ms() - HOUR_MS
    sequence = about.pop("sequence", 1)
    status = about.pop("status", "firing")
    model, signal = about.pop("model", "search"), about.pop("signal", "feature:snr_db")
    summary = about.pop("summary", f"Data drift: {signal} fell from 22.1 to 14.3 ({model} 1)")
    fingerprint = f"{number:016x}"
    kind, severity = about.pop("kind", "data_drift"), about.pop("severity", "warning")
    showing = {
        "signal": signal,
        "kind": kind,
        "direction": "down",
        "changed": "mean",
        "unit": "dB",
        "began_at": rfc3339(at_ms - 300_000),
        "detected_at": rfc3339(at_ms),
        "before": {"mean": 22.1, "sd": 4.0, "count": 2000},
        "after": {"mean": 14.3, "sd": 4.1, "count": 200},
        "now": {"mean": 14.1, "sd": 4.0, "count": 500},
        "effect_size_sd": -1.95,
        "detectors": ["e_detector", "adwin"],
        "compared_with": None,
        "categories": about.pop("categories", None),
    }
    value = {
        "labels": {
            "alertname": "DataDrift",
            "model": model,
            "version": "1",
            "role": "live",
            "incident": f"{fingerprint}-1",
            "severity": severity,
        },
        "annotations": {
            "summary": summary,
            "description": f"Began about an hour ago; {signal} fell.",
            "signal": signal,
            "runbook_url": "https://example.org/runbook",
        },
        "startsAt": rfc3339(at_ms),
        "generatorURL": "",
        "id": f"{fingerprint}-1-{sequence}",
        "status": status,
        "time": rfc3339(at_ms + sequence * 1000),
        "fingerprint": fingerprint,
        "sequence": sequence,
        "ended": "back_at_reference" if status == "resolved" else None,
        "related": [],
        "drift": {
            "kind": kind,
            "direction": "down",
            "began_at": rfc3339(at_ms - 300_000),
            "detected_at": rfc3339(at_ms),
            "effect_size_sd": -1.95,
            "statistic": 9.1,
            "threshold": 8.0,
            "positions": [{"topic": "driftline.predictions", "partition": 0, "offset": 4711}],
            "signals": [showing, *about.pop("more", [])],
            "coverage": {"seen": 120_000, "rejected": 3, "sampled": 1.0, "lost": 0},
        },
    }
    if status == "resolved":
        value["endsAt"] = rfc3339(at_ms + HOUR_MS // 2)
    return "alerts", fingerprint.encode(), value | about


def summary(signal: str = "feature:snr_db", **about: Any) -> Said:
    """A signal's summary."""
    model, version = about.get("model", "search"), about.get("version", "1")
    mean = about.pop("mean", 22.0)
    at_ms = about.pop("at_ms", None) or now_ms()
    quantiles = {"p05": 15.0, "p25": 19.0, "p50": 22.0, "p75": 25.0, "p95": 29.0, "p99": 31.0}
    level = {
        "count": 500,
        "missing": 2,
        "mean": mean,
        "sd": 4.0,
        "min": 2.0,
        "max": 40.0,
        "quantiles": quantiles,
    }
    value = {
        "model": model,
        "version": version,
        "role": "live",
        "signal": signal,
        "time": rfc3339(at_ms),
        "armed": True,
        "phase": "reference",
        "seen": 12_000,
        "recent": level,
        "reference": {**level, "mean": 22.0, "learned_from": "warm_up"},
        "effect_size_sd": (mean - 22.0) / 4.0,
        "firing": False,
        "sampling_rate": 1.0,
        "requested_false_alarms_per_30d": 0.02,
        "realised_alerts_per_30d": 0.0,
        "kind": "data_drift",
        "nearness": 0.2,
        "unit": "dB",
    } | about
    return "signals", f"{model}|{version}|live|{signal}".encode(), value


def audited(control_id: str, action: str = "accepted", **about: Any) -> Said:
    """The worker's answer to an operator's word."""
    value = {
        "id": f"search-{control_id}",
        "time": rfc3339(now_ms()),
        "model": "search",
        "action": action,
        "reason": "Accepted as the new normal by anna.",
        "control_id": control_id,
    } | about
    return "audit", value["model"].encode(), value


def heard(said: Iterable[Said]) -> list[Heard]:
    """The same as if it had been read."""
    return [Heard(feed, key, orjson.dumps(value), now_ms()) for feed, key, value in said]


def publish(kafka: KafkaSettings, said: Iterable[Said]) -> None:
    """Put it on the topics, and come back when it is there."""
    producer = KafkaProducer(**kafka.kafka_python(), linger_ms=5)
    for feed, key, value in said:
        headers = [("driftline-reason", value["reason"].encode())] if feed == "dead_letters" else []
        producer.send(getattr(kafka, feed), key=key, value=orjson.dumps(value), headers=headers)
    producer.flush()
    producer.close()
