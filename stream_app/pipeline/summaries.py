"""Periodic summaries of every active signal, for dashboards, comparison and baselines."""

import orjson

from detectors import Level, SignalState
from schemas import LevelSummary, SignalSummary, encode_summary, rfc3339
from stream_app.monitoring.model import ModelMonitor
from stream_app.monitoring.stream import Stream
from stream_app.pipeline.records import OutputRecord

QUANTILES = ("p05", "p25", "p50", "p75", "p95", "p99")
HEADERS = [("content-type", b"application/json")]
