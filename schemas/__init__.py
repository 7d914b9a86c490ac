"""What travels through Kafka: events in; alerts, summaries and dead letters out; their published schemas."""

from driftline.schemas.alerts import (
    Alert,
    Annotations,
    Coverage,
    Drift,
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
    Value,
    Verdict,
)
from driftline.schemas.identity import alert_id, fingerprint_of
from driftline.schemas.outputs import outputs_text, read_outputs
from driftline.schemas.rejections import DeadLetter, Reason, Rejection, Source, dead_letter
from driftline.schemas.summaries import (
    CategoryShares,
    Distribution,
    Quantiles,
    Reference,
    SignalSummary,
    summary_key,
)
from driftline.schemas.times import epoch_ms, rfc3339
from driftline.schemas.wire import decode

__all__ = [
    "LONGEST_NAME",
    "Alert",
    "Annotations",
    "AuditRecord",
    "CategoryShares",
    "Control",
    "Coverage",
    "DeadLetter",
    "Distribution",
    "Drift",
    "Event",
    "Feedback",
    "Labels",
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
    "Value",
    "Verdict",
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
    "summary_key",
]
