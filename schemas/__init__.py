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
    Distribution,
    Quantiles,
    Reference,
    SignalSummary,
    WaitsFor,
    summary_key,
)
from driftline.schemas.times import epoch_ms, rfc3339
from driftline.schemas.wire import decode

__all__ = [
    "LONGEST_NAME",
    "PUBLISHED_AT",
    "Alert",
    "Annotations",
    "AuditRecord",
    "CategoryShare",
    "Control",
    "Coverage",
    "DeadLetter",
    "Distribution",
    "Drift",
    "Ended",
    "Event",
    "Feedback",
    "Kind",
    "Labels",
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
    "outputs_text",
    "read_outputs",
    "rfc3339",
    "status_key",
    "summary_key",
]
