"""The events that producers write: the one definition.

The decoder, the published JSON Schemas and the type checker all read these classes. msgspec reads events
because it validates and types them while it parses, at what orjson needs to parse alone; orjson, which has no
notion of types, writes everything that driftline writes.

On the wire a ``time`` is RFC 3339 with an offset or an integer of epoch milliseconds, and what has a default
may be null; `schemas.decode` settles both, so that a decoded event holds what the type checker is told here.

The names of features, outputs, labels and serving values are not bounded here: testing every name of every
event would cost a quarter of the decoding. Whoever makes a signal of a name holds it against LONGEST_NAME.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field

from driftline.schemas.times import EARLIEST_MS, LATEST_MS

LONGEST_NAME = 256
"""Characters. Names become keys, labels of metrics and parts of topic keys, and are kept in memory."""

DEFAULT_ROLE = "live"

Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
Remark = Annotated[str, Meta(max_length=LONGEST_NAME)]

Value = float | bool | str | None | list[float]
"""What a feature, an output, a label or a decision may be. Numbers always come out of decoding as float."""


class Unusable(Struct, frozen=True):
    """Stands in a decoded event for a value that no event can have: it costs itself, not the event.

    ``found`` says in words what it was: "an object". Events are not written with it.
    """

    found: str


Verdict = Literal["useful", "noise", "expected_change"]
"""What an alert was to the person who got it; an expected change is accepted as well."""

_VALUES = Meta(
    description="By name: a number, a string, a boolean, null, or a list of numbers; "
    "anything else costs that value and counts as one of a wrong type. "
    f"Names of more than {LONGEST_NAME} characters are not watched."
)
_FIGURES = Meta(
    description="By name: a number or null; anything else costs that value. "
    f"Names of more than {LONGEST_NAME} characters are not watched."
)
_TIME = Meta(
    description="RFC 3339 with an offset, or integer epoch milliseconds; "
    "from 2000 to 2099, and no more than a day after the record's Kafka timestamp."
)

_LOST = Meta(
    ge=0,
    le=2**53,
    description="Events of the model that were lost on their way since the last such report; "
    "they stand in the coverage of its alerts.",
)

if TYPE_CHECKING:  # what a decoded event holds
    Time = int
    OptionalTime = int | None
    Role = str
    ReportedVersion = str
    Values = dict[str, Value | Unusable]
    Figures = dict[str, float | Unusable | None]
    Segments = dict[str, str | Unusable]
    Signals = list[str]
    Lost = int
else:  # what the wire may hold
    Time = Annotated[
        Annotated[datetime, Meta(tz=True)]
        # How early a time may be is the decoder's to say: histories are older than what Kafka brings.
        | Annotated[int, Meta(lt=LATEST_MS, extra_json_schema={"minimum": EARLIEST_MS})],
        _TIME,
    ]
    OptionalTime = Time | None
    Role = Name | None
    ReportedVersion = Name | None
    Values = Annotated[dict[str, Value] | None, _VALUES]
    Figures = Annotated[dict[str, float | None] | None, _FIGURES]
    Segments = dict[str, str] | None
    Signals = list[Name] | None
    Lost = Annotated[int, _LOST] | None


class Prediction(Struct, tag_field="type", tag="prediction", gc=False, omit_defaults=True):
    """What a model saw and said, once."""

    id: Name
    model: Name
    version: Name
    time_ms: Time = field(name="time")
    features: Values = {}
    outputs: Values = {}
    serving: Figures = {}
    role: Role = DEFAULT_ROLE
    automation: Remark | None = None
    segments: Segments = {}
    session: Remark | None = None


class Feedback(Struct, tag_field="type", tag="feedback", gc=False, omit_defaults=True):
    """What happened after a prediction: a label, something the user did, or what a person decided."""

    kind: Literal["label", "behavior", "decision"]
    model: Name
    time_ms: Time = field(name="time")
    id: Name | None = None
    prediction_id: Name | None = None
    version: Name | None = None
    labels: Values = {}
    behavior: Name | None = None
    decision: Values = {}
    annotator: Remark | None = None
    actor: Remark | None = None


class Serving(Struct, tag_field="type", tag="serving", gc=False, omit_defaults=True):
    """How a serving host is doing, and how many events of the model were lost on their way.

    Without a host and without values it is a report of losses alone, and no sign of life of any host.
    """

    model: Name
    time_ms: Time = field(name="time")
    id: Name | None = None
    version: ReportedVersion = ""
    role: Role = DEFAULT_ROLE
    host: Remark | None = None
    values: Figures = {}
    lost: Lost = 0


class Control(Struct, tag_field="type", tag="control", gc=False, omit_defaults=True):
    """What an operator says: a verdict on an alert, or that what an alert or some signals show is normal now.

    ``alert_id`` may be the id of any alert of an incident, or its fingerprint. Without ``version`` (or
    ``role``) signals are accepted in all of them. ``acknowledge`` says that somebody looks after an incident:
    it is not repeated ``until`` then (or until it is over), and nothing else changes. ``undo`` takes back the
    accept whose control event has the id ``accept_id``, within 24 hours. ``comment`` is only written down.
    """

    action: Literal["verdict", "accept", "acknowledge", "undo", "comment"]
    model: Name
    time_ms: Time = field(name="time")
    id: Name | None = None
    alert_id: Name | None = None
    verdict: Verdict | None = None
    signals: Signals = []
    version: Name | None = None
    role: Name | None = None
    by: Remark | None = None
    comment: Remark | None = None
    until_ms: OptionalTime = field(name="until", default=None)
    accept_id: Name | None = None


class Heartbeat(Struct, tag_field="type", tag="heartbeat", gc=False, omit_defaults=True):
    """Time went on in a partition in which nothing else was written; a worker writes it into the log."""

    time_ms: Time = field(name="time")


ModelEvent = Prediction | Feedback | Serving | Control
"""An event that belongs to a model."""
Event = ModelEvent | Heartbeat

REMARKS = ("automation", "session", "annotator", "actor", "host", "by", "comment")
"""Fields that are texts for people and programs downstream: one that cannot be used is left out or cut."""

EVENT_TYPES: dict[
    str, type[Prediction] | type[Feedback] | type[Serving] | type[Control] | type[Heartbeat]
] = {
    "prediction": Prediction,
    "feedback": Feedback,
    "serving": Serving,
    "control": Control,
    "heartbeat": Heartbeat,
}

REQUIRED_BY_KIND = {
    "label": ("prediction_id", "labels"),
    "behavior": ("behavior",),
    "decision": ("prediction_id", "decision"),
}
"""What each kind of feedback needs besides what all need; a map needs at least one entry."""

NEEDED_BY_ACTION = {
    "verdict": ("alert_id", "verdict"),
    "acknowledge": ("alert_id", "until_ms"),
    "undo": ("accept_id",),
    "comment": ("alert_id", "comment"),
}
"""What each action needs besides what all need; an accept needs an alert or signals."""
