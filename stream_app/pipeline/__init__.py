"""The deterministic core: records in, alerts and state out. No clock, no I/O."""

from driftline.stream_app.pipeline.counters import Counters
from driftline.stream_app.pipeline.records import (
    Headers,
    ModelCut,
    OutputRecord,
    Record,
    Records,
    SourceRecord,
    StateRecord,
    concatenated,
)
from driftline.stream_app.pipeline.recovery import Recovery, recover
from driftline.stream_app.pipeline.shard import Shard, claim

__all__ = [
    "Counters",
    "Headers",
    "ModelCut",
    "OutputRecord",
    "Record",
    "Records",
    "Recovery",
    "Shard",
    "SourceRecord",
    "StateRecord",
    "claim",
    "concatenated",
    "recover",
]
