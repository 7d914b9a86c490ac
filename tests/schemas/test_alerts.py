"""Alerts: one record for Alertmanager, for CloudEvents consumers and for people."""

import json
import math
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from driftline.schemas import (
    Alert,
    Annotations,
    Coverage,
    Drift,
    Labels,
    Moments,
    Position,
    RankedSignal,
    alert_id,
    cloud_event_headers,
    encode_alert,
    epoch_ms,
    fingerprint_of,
    rfc3339,
)
from tests.schemas.examples import TIME_MS

BEFORE, AFTER = Moments(0.06, 0.24, 2000), Moments(0.15, 0.36, 640)
SIGNAL = RankedSignal(
    signal="error:intent",
    kind="concept_drift",
    direction="up",
    unit="share",
    began_at=rfc3339(TIME_MS - 60_000),
    detected_at=rfc3339(TIME_MS),
    before=BEFORE,
    after=AFTER,
    now=None,
    effect_size_sd=0.38,
    detectors=["adwin"],
    compared_with=None,
    categories=None,
)


def an_alert(**changes: Any) -> Alert:
    """A firing alert with fields changed."""
    fingerprint = fingerprint_of(model="voice search", version="v2", role="live", signal="error:intent")
    alert = Alert(
        labels=Labels(
            alertname="ConceptDrift",
            model="voice search",
            version="v2",
            role="live",
            incident=f"{fingerprint}-1",
            severity="critical",
        ),
        annotations=Annotations(
            summary="Errors doubled.",
            description="From 6 % to 15 %.",
            signal="error:intent",
            runbook_url="docs/runbook.md#concept-drift",
        ),
        time=rfc3339(TIME_MS),
        ended=None,
        related=[],
        starts_at=rfc3339(TIME_MS),
        generator_url="",
        id=alert_id(fingerprint, 1, 1),
        status="firing",
        fingerprint=fingerprint,
        sequence=1,
        drift=Drift(
            kind="concept_drift",
            direction="up",
            detectors=["adwin"],
            unit="share",
            now=None,
            before=BEFORE,
            after=AFTER,
            effect_size_sd=0.38,
            statistic=7.5,
            threshold=6.0,
            began_at=rfc3339(TIME_MS - 60_000),
            detected_at=rfc3339(TIME_MS),
            positions=[Position("driftline.feedback", 3, 41)],
            signals=[SIGNAL],
            features_moved=False,
            coverage=Coverage(seen=2640, rejected=1, sampled=1.0, lost=0),
        ),
    )
    return msgspec.structs.replace(alert, **changes)


def test_alertmanager_finds_what_it_needs() -> None:
    """A label that is no string, or endsAt: null, makes Alertmanager refuse the whole post."""
    record = json.loads(encode_alert(an_alert()))
    assert all(isinstance(value, str) for value in (record["labels"] | record["annotations"]).values())
    assert {"alertname", "model", "version", "role", "incident", "severity"} == set(record["labels"])
    assert record["startsAt"] == "2026-11-22T10:00:00.120Z"
    assert record["generatorURL"] == ""
    assert "endsAt" not in record
    over = json.loads(encode_alert(an_alert(status="resolved", ends_at=rfc3339(TIME_MS + 1))))
    assert over["endsAt"] == "2026-11-22T10:00:00.121Z"


def test_the_drift_object_has_every_figure() -> None:
    """Retraining jobs read these fields by name."""
    drift = json.loads(encode_alert(an_alert()))["drift"]
    assert drift["before"] == {"mean": 0.06, "sd": 0.24, "count": 2000}
    assert drift["positions"] == [{"topic": "driftline.feedback", "partition": 3, "offset": 41}]
    [signal] = drift["signals"]
    assert (signal["effect_size_sd"], signal["before"]["mean"], signal["unit"]) == (0.38, 0.06, "share")
    assert drift["coverage"] == {"seen": 2640, "rejected": 1, "sampled": 1.0, "lost": 0}
    assert drift["features_moved"] is False
    assert drift["compared_with"] is None


def test_figures_that_are_not_finite_are_null() -> None:
    """An infinite effect size written as a token would make the alert unreadable for every consumer."""
    drift = msgspec.structs.replace(an_alert().drift, effect_size_sd=math.inf, statistic=math.nan)
    record = json.loads(encode_alert(an_alert(drift=drift)))
    assert record["drift"]["effect_size_sd"] is None
    assert record["drift"]["statistic"] is None


def test_figures_from_arrays_are_numbers() -> None:
    """Detectors compute with numpy; one forgotten conversion must not cost an alarm."""
    drift = msgspec.structs.replace(
        an_alert().drift, statistic=np.float64(1.5), after=Moments(np.float32(0.5), 0.1, np.int64(7))
    )
    record = json.loads(encode_alert(an_alert(drift=drift)))
    assert record["drift"]["statistic"] == 1.5
    assert record["drift"]["after"] == {"mean": 0.5, "sd": 0.1, "count": 7}


def test_the_same_alert_is_the_same_bytes() -> None:
    """Replay promises the same alerts byte for byte."""
    assert encode_alert(an_alert()) == encode_alert(an_alert())


def test_cloud_events_attributes() -> None:
    """Brokers and functions route by these headers, and drop events without them."""
    alert = an_alert()
    headers = dict(cloud_event_headers(alert))
    assert headers == {
        "ce_specversion": b"1.0",
        "ce_id": alert.id.encode(),
        "ce_source": b"/driftline/models/voice%20search",
        "ce_type": b"driftline.alert.firing",
        "ce_subject": b"error:intent",
        "ce_time": b"2026-11-22T10:00:00.120Z",
        "content-type": b"application/json",
    }


def test_ids_are_the_same_in_every_run() -> None:
    """Consumers drop alerts they know by id; an id that depends on the process would page twice."""
    fingerprint = fingerprint_of(model="m", version="v", role="live", signal="feature:x")
    assert fingerprint == "d214d836185aa503"
    assert alert_id(fingerprint, 2, 3) == f"{fingerprint}-2-3"


names = st.text(max_size=4)


@given(st.tuples(names, names, names, names, names), st.tuples(names, names, names, names, names))
def test_only_the_same_identity_has_the_same_fingerprint(one: Any, other: Any) -> None:
    """Joining labels without a separator would make two models share their alarms."""
    fields = ("model", "version", "role", "signal", "segment")
    same = fingerprint_of(**dict(zip(fields, one, strict=True))) == fingerprint_of(
        **dict(zip(fields, other, strict=True))
    )
    assert same == (one == other)


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_times_survive_writing(time_ms: int) -> None:
    """A time that is off by a rounding would differ between the alert and its truth."""
    assert epoch_ms(datetime.fromisoformat(rfc3339(time_ms))) == time_ms
