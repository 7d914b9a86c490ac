"""AsyncAPI 3 description of the topics: what is written where, under which key, and what Kafka keeps."""

from dataclasses import dataclass
from typing import Any

from driftline.schemas.alerts import PUBLISHED_AT, STATUSES

BINDING_VERSION = "0.5.0"
DESCRIPTION_VERSION = "1.0.0"
"""Of what travels, not of the program: the first number grows when a consumer must change."""


@dataclass(frozen=True)
class Topic:
    """One topic; ``action`` is driftline's own: it receives events and sends everything else."""

    name: str
    action: str
    records: tuple[str, ...]
    key: dict[str, Any]
    cleanup: tuple[str, ...]
    description: str


MODEL_KEY = {"type": "string", "description": "The model's name, in UTF-8. Partitioned by murmur2."}
DEAD_LETTER_KEY = {"type": ["string", "null"], "description": "The key of the rejected record."}
FINGERPRINT_KEY = {"type": "string", "pattern": "^[0-9a-f]{16}$", "description": "The fingerprint."}
SIGNAL_KEY = {"type": "string", "description": "model|version|role|signal, or status|model"}

TOPICS = (
    Topic(
        "predictions",
        "receive",
        ("prediction", "serving"),
        MODEL_KEY,
        ("delete",),
        "What models saw and said, and how their hosts are doing.",
    ),
    Topic(
        "feedback",
        "receive",
        ("feedback",),
        MODEL_KEY,
        ("delete",),
        "What happened after predictions. Has as many partitions as predictions.",
    ),
    Topic(
        "control",
        "receive",
        ("control", "heartbeat"),
        MODEL_KEY,
        ("delete",),
        "What operators say: verdicts on alerts, levels that are normal now. As many partitions as above. "
        "Heartbeats, without a key, are the workers' own.",
    ),
    Topic(
        "alerts",
        "send",
        ("alert",),
        FINGERPRINT_KEY,
        ("compact", "delete"),
        "Incidents: firing, updated, resolved. An alert may be published again, always with the same id.",
    ),
    Topic(
        "signals",
        "send",
        ("signal-summary", "model-status"),
        SIGNAL_KEY,
        ("compact", "delete"),
        "How every signal and every model is doing: what ails or has changed every 10 seconds of event time, "
        "all else every minute. Compressed with gzip.",
    ),
    Topic(
        "audit",
        "send",
        ("audit",),
        MODEL_KEY,
        ("delete",),
        "What driftline changed about its own watching, and why. May come again, always with the same id.",
    ),
    Topic(
        "dead-letters",
        "send",
        ("dead-letter",),
        DEAD_LETTER_KEY,
        ("delete",),
        "Records that could not be used, and why. A dead letter has up to 1.4 MiB.",
    ),
)

CLOUD_EVENT_HEADERS = {
    "ce_specversion": {"const": "1.0"},
    "ce_id": {"type": "string", "description": "The alert's id."},
    "ce_source": {"type": "string", "format": "uri-reference"},
    "ce_type": {"enum": [f"driftline.alert.{status}" for status in STATUSES]},
    "ce_subject": {"type": "string", "description": "The signal that was found first, the cause."},
    "ce_time": {"type": "string", "format": "date-time", "description": "Event time."},
    "content-type": {"const": "application/json"},
    PUBLISHED_AT: {
        "type": "string",
        "format": "date-time",
        "description": "The time on the wall at which a worker published it.",
    },
}
ADDED_BY_WORKERS = {PUBLISHED_AT}
"""Headers that a record need not have."""
HEADERS: dict[str, dict[str, Any]] = {
    "alert": CLOUD_EVENT_HEADERS,
    "dead-letter": {
        "content-type": {"const": "application/json"},
        "driftline-reason": {"type": "string", "description": "The reason's code."},
    },
}


def asyncapi() -> dict[str, Any]:
    """The document, without the schemas of the payloads: it refers to the files beside it."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "driftline",
            "version": DESCRIPTION_VERSION,
            "description": "Prediction and feedback events in, drift alarms out. "
            "The topic {prefix}.state is the workers' own and not described here.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {f"{topic.action}-{topic.name}": _operation(topic) for topic in TOPICS},
        "components": {
            "messages": {name: _message(name, topic) for topic in TOPICS for name in topic.records}
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": f"{{prefix}}.{topic.name}",
        "description": topic.description,
        "parameters": {
            "prefix": {"default": "driftline", "description": "kafka.prefix of the configuration."}
        },
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in topic.records},
        "bindings": {
            "kafka": {
                "topicConfiguration": {"cleanup.policy": list(topic.cleanup)},
                "bindingVersion": BINDING_VERSION,
            }
        },
    }


def _operation(topic: Topic) -> dict[str, Any]:
    return {
        "action": topic.action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{name}"} for name in topic.records],
    }


def _message(name: str, topic: Topic) -> dict[str, Any]:
    message = {
        "name": name,
        "contentType": "application/json",
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"./schemas/{name}.json"},
        },
        "bindings": {"kafka": {"key": topic.key, "bindingVersion": BINDING_VERSION}},
    }
    if name in HEADERS:
        required = [header for header in HEADERS[name] if header not in ADDED_BY_WORKERS]
        message["headers"] = {"type": "object", "properties": HEADERS[name], "required": required}
    return message
