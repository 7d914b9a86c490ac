"""An incident from its first finding to its end, through the whole pipeline."""

from collections.abc import Iterable
from typing import Any

import orjson

from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline import Records, Shard, SourceRecord
from tests.streams import Stream

HOUR_MS = 3_600_000


def alerts_of(*streams: Stream) -> list[dict[str, Any]]:
    """Alerts of streams one after the other, as one topic would have them."""
    shard = Shard(0, Settings(), summaries=None)
    offsets: dict[str, int] = {}
    records: list[SourceRecord] = []
    for stream in streams:
        for record in stream.records():
            offsets[record.topic] = offsets.get(record.topic, -1) + 1
            records.append(record._replace(offset=offsets[record.topic]))
    shard.apply(Records.of(records))
    return [orjson.loads(alert.value) for alert in shard.take_alerts()]


def statuses(alerts: Iterable[dict[str, Any]]) -> list[str]:
    return [alert["status"] for alert in alerts]


def test_a_change_and_its_end_are_one_incident() -> None:
    """Nobody would know that it is over, or it would count as a second change."""
    alerts = alerts_of(Stream(count=5000, change_at=2500, recover_at=3500, shift=1.5))
    assert statuses(alerts)[0] == "firing"
    assert statuses(alerts)[-1] == "resolved"
    assert {alert["fingerprint"] for alert in alerts} == {alerts[0]["fingerprint"]}
    assert [alert["sequence"] for alert in alerts] == list(range(1, len(alerts) + 1))
    assert len({alert["id"] for alert in alerts}) == len(alerts)
    assert [("endsAt" in alert) for alert in alerts] == [status == "resolved" for status in statuses(alerts)]
    assert alerts[0]["annotations"]["signal"] == "feature:x"
    assert alerts[0]["drift"]["kind"] == "data_drift"


def test_the_alert_says_from_what_to_what_and_since_when() -> None:
    """A person who is paged would have to look for the numbers."""
    stream = Stream(count=3200, change_at=3000, shift=1.5)
    drift = alerts_of(stream)[0]["drift"]
    assert abs(drift["before"]["mean"]) < 0.2
    assert 1.0 < drift["after"]["mean"] < 2.2
    assert drift["direction"] == "up"
    assert drift["began_at"] <= drift["detected_at"]
    assert drift["positions"][0]["topic"] == "driftline.predictions"
    assert 3000 <= drift["positions"][0]["offset"] < 3100
    assert drift["coverage"]["seen"] > 3000


def test_what_lasts_is_repeated_every_four_hours() -> None:
    """An alert that nobody acted on would be forgotten."""
    alerts = alerts_of(Stream(count=4200, change_at=2500, shift=1.5, step_ms=20_000))
    repeated = [alert for alert in alerts if alert["status"] == "firing"][1:]
    lasted_ms = (4200 - 2500) * 20_000
    assert len(repeated) in (lasted_ms // (4 * HOUR_MS) - 1, lasted_ms // (4 * HOUR_MS))


def test_concept_drift_says_whether_the_features_moved() -> None:
    """Retraining on moved features and fixing a broken label are different nights."""
    still = alerts_of(Stream(count=3600, change_at=2500, error_rate=0.4))
    assert still[-1]["drift"]["kind"] == "concept_drift"
    assert still[-1]["drift"]["features_moved"] is False
    assert still[-1]["labels"]["severity"] == "critical"
    # By so little that errors are found first: else the incident is the feature's.
    moved = alerts_of(Stream(count=3600, change_at=2500, error_rate=0.4, shift=0.8))
    concept = [alert for alert in moved if alert["drift"]["kind"] == "concept_drift"]
    assert concept[-1]["drift"]["features_moved"] is True
    assert len({alert["fingerprint"] for alert in moved}) == 1


def test_a_worse_version_is_named_with_the_one_it_is_compared_with() -> None:
    """A roll-out could not be stopped before the new version had learned to call itself normal."""
    old = Stream(count=2600, change_at=2600)
    new = Stream(count=500, first=2600, change_at=0, error_rate=0.4, version="2", seed=8)
    alerts = alerts_of(old, new)
    assert alerts
    assert {alert["labels"]["version"] for alert in alerts} == {"2"}
    assert alerts[0]["drift"]["compared_with"] == "1"
    assert alerts[0]["annotations"]["signal"] == "error:intent"


def test_a_healthy_stream_is_silent() -> None:
    """People mute what cries wolf."""
    assert alerts_of(Stream(count=6000, change_at=6000, seed=5)) == []
