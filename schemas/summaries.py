"""The record on the signals topic: how a signal is doing, for dashboards, comparison and baselines."""

from typing import Literal

from msgspec import Struct, field

from driftline.schemas.alerts import Instant, Number
from driftline.schemas.kinds import Kind


class Quantiles(Struct, frozen=True):
    """Values below which 5, 25, 50, 75, 95 and 99 per cent lie."""

    p05: Number
    p25: Number
    p50: Number
    p75: Number
    p95: Number
    p99: Number


class Distribution(Struct, frozen=True, kw_only=True):
    """Values of a signal: ``count`` present and ``missing`` absent ones; null: no such figure yet."""

    count: int
    missing: int
    mean: Number = None
    sd: Number = None
    minimum: Number = field(name="min", default=None)
    maximum: Number = field(name="max", default=None)
    quantiles: Quantiles | None = None


class Reference(Distribution, frozen=True, kw_only=True):
    """What the signal was when it was healthy, and where that is known from.

    ``learned_from`` is ``warm_up``, ``baseline`` or ``version X``.
    """

    learned_from: str


class WaitsFor(Struct, frozen=True, kw_only=True):
    """What a signal whose warm-up goes on has of the values that it learns from.

    ``ready_at`` is when it will have them all at its rate; null: not within a week, or nobody knows.
    """

    values: int
    of: int
    ready_at: Instant | None = None


Phase = Literal["warm_up", "rough", "local_level", "reference"]
"""What a signal is measured against: nothing yet; the first part of its warm-up, which sees clear changes
alone; a local level, since no cycle is known; its reference."""


class CategoryShares(Struct, frozen=True):
    """A category and its share of the recent values and of the reference's (null: not armed).

    A null category is all that have no name here: those beyond the twenty largest.
    """

    category: str | None
    share: Number
    reference: Number


class SignalSummary(Struct, frozen=True, kw_only=True):
    """One signal of one stream at one moment of event time.

    ``segment`` names the part of the predictions that it is about (``country=DE``); empty: all of them.
    ``seen`` counts all values since the stream began, ``recent`` describes the sliding window.
    ``effect_size_sd`` is the recent mean against the reference's, in sd of the reference; null: not armed.
    ``firing`` says that an open incident shows the signal, ``watch_only`` that it makes no alerts because it
    only ever made noise. ``sampling_rate`` is the share of predictions that wait for feedback.

    ``waits_for`` says what a signal lacks that has no reference of its whole warm-up; null: it has one, or is
    kept without detectors.

    ``kind`` is the kind of drift that a change of it would be, ``incident`` the id of the open incident that
    shows it. ``nearness`` says how near it is to a finding: the largest of its tests' statistics as a part of
    their thresholds (of evidence, which multiplies, their logarithms), 0 to 1; null: not armed. ``unit`` is
    ``share`` for a part of 1. ``categories`` are those of a categorical signal, the largest twenty first;
    null: it has none.

    ``requested_false_alarms_per_30d`` is the signal's share of the model's budget at its present rate of
    values (null: not known yet), ``realised_alerts_per_30d`` how often it was part of an alert over the
    budget's period.
    """

    model: str
    version: str
    role: str
    segment: str = ""
    signal: str
    kind: Kind
    time: Instant
    armed: bool
    phase: Phase = "reference"
    seen: int
    recent: Distribution
    reference: Reference | None = None
    effect_size_sd: Number = None
    firing: bool
    watch_only: bool = False
    sampling_rate: float
    requested_false_alarms_per_30d: Number = None
    realised_alerts_per_30d: Number = None
    waits_for: WaitsFor | None = None
    incident: str | None = None
    nearness: Number = None
    unit: str = ""
    categories: list[CategoryShares] | None = None


def summary_key(*, model: str, version: str, role: str, signal: str, segment: str = "") -> bytes:
    """The key of a summary's record: ``model|version|role|signal``, of a segment
    ``model|version|role|segment|signal``.
    """
    place = (model, version, role, segment, signal) if segment else (model, version, role, signal)
    return "|".join(place).encode()


def called(signal: str, segment: str) -> str:
    """A signal as people read it: ``error:intent``, ``error:intent in country=DE``."""
    return f"{signal} in {segment}" if segment else signal
