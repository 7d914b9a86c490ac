"""What travels through Kafka: events in; alerts, summaries and dead letters out; their published schemas."""

from driftline.schemas.alerts import (
    PUBLISHED_AT,
    Alert,
    Annotations,
    CategoryShare,
    Coverage,
    Drift,
    Ended,
    Labels,
    Moments,
    Position,
    RankedSignal,
    cloud_event_headers,
    encode_alert,
)
from driftline.schemas.audit import AuditRecord
from driftline.schemas.encoding import encode
from driftline.schemas.events import (
    LONGEST_NAME,
    Control,
    Event,
    Feedback,
    Heartbeat,
    ModelEvent,
    Prediction,
    Serving,
    Unusable,
    Value,
    Verdict,
)
from driftline.schemas.identity import alert_id, fingerprint_of
from driftline.schemas.kinds import Kind
from driftline.schemas.outputs import outputs_text, read_outputs
from driftline.schemas.rejections import DeadLetter, Reason, Rejection, Source, dead_letter
from driftline.schemas.status import ModelStatus, status_key
from driftline.schemas.summaries import (
    CategoryShares,
    Distribution,
    Quantiles,
    Reference,
    SignalSummary,
    WaitsFor,
    summary_key,
)
from driftline.schemas.times import EARLIEST_MS, OLDEST_MS, epoch_ms, rfc3339
from driftline.schemas.wire import decode, named_in

__all__ = [
    "EARLIEST_MS",
    "LONGEST_NAME",
    "OLDEST_MS",
    "PUBLISHED_AT",
    "Alert",
    "Annotations",
    "AuditRecord",
    "CategoryShare",
    "CategoryShares",
    "Control",
    "Coverage",
    "DeadLetter",
    "Distribution",
    "Drift",
    "Ended",
    "Event",
    "Feedback",
    "Heartbeat",
    "Kind",
    "Labels",
    "ModelEvent",
    "ModelStatus",
    "Moments",
    "Position",
    "Prediction",
    "Quantiles",
    "RankedSignal",
    "Reason",
    "Reference",
    "Rejection",
    "Serving",
    "SignalSummary",
    "Source",
    "Unusable",
    "Value",
    "Verdict",
    "WaitsFor",
    "alert_id",
    "cloud_event_headers",
    "dead_letter",
    "decode",
    "encode",
    "encode_alert",
    "epoch_ms",
    "fingerprint_of",
    "named_in",
    "outputs_text",
    "read_outputs",
    "rfc3339",
    "status_key",
    "summary_key",
]
