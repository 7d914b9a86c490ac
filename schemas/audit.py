"""The record on the audit topic: what driftline changed about its own watching, why, and who said so."""

from typing import Annotated

from msgspec import Meta, Struct

from driftline.schemas.alerts import Instant, Number

ACTIONS = [
    *("weighed", "decayed", "demoted", "promoted", "accepted"),
    *("undone", "acknowledged", "commented", "ignored"),
]
Action = Annotated[str, Meta(extra_json_schema={"enum": ACTIONS})]


class AuditRecord(Struct, frozen=True, kw_only=True):
    """One change, and its reason in a sentence.

    ``weighed``: a verdict changed the weight with which a signal takes part in the false-alarm budget, from
    ``old_weight`` to ``new_weight`` (1: as if nobody had judged it; 0: watched without alerts). ``decayed``:
    time brought it back to 1. ``demoted``: from now on the signal is watched and makes no alerts.
    ``promoted``: it makes alerts again. ``accepted``: its present level becomes its reference; ``undone``:
    the reference before that is back. ``acknowledged``: an incident is not repeated for a while, since
    somebody looks after it. ``commented``: what somebody wrote. ``ignored``: nothing changed, and why.
    ``id`` is the same whenever the same record is published again.

    ``signal`` is null when a record is not about one signal; ``version`` and ``role`` when it is about all,
    ``segment`` when it is about no part of the predictions.
    ``control_id``, ``alert_id``, ``by``, ``comment`` and ``until`` are those of the operator's event.
    """

    id: str
    time: Instant
    model: str
    action: Action
    reason: str
    signal: str | None = None
    version: str | None = None
    role: str | None = None
    segment: str | None = None
    old_weight: Number = None
    new_weight: Number = None
    control_id: str | None = None
    alert_id: str | None = None
    by: str | None = None
    comment: str | None = None
    until: Instant | None = None
