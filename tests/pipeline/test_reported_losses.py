"""Events that were lost before they were written stand in the coverage of alerts."""

from functools import cache
from typing import Any

import orjson

from driftline.stream_app.pipeline import Record
from tests.pipeline.traffic import alerts_of
from tests.streams import PREDICTIONS, Stream


def with_report(records: list[Record], place: int, **fields: Any) -> list[Record]:
    """The records with a report of losses before one of them."""
    before = records[place]
    report = {"type": "serving", "model": "search", "time": before.timestamp, **fields}
    records.insert(place, before._replace(topic=PREDICTIONS, value=orjson.dumps(report)))
    offsets: dict[str, int] = {}
    numbered = []
    for record in records:
        offset = offsets[record.topic] = offsets.get(record.topic, -1) + 1
        numbered.append(record._replace(offset=offset))
    return numbered


@cache
def alerts(lost: int) -> list[Any]:
    """What is told of a change, with a report of so many losses before it or, of none, without."""
    records = list(Stream(count=3600, shift=2.0).records())
    return alerts_of(with_report(records, 2000, lost=lost) if lost else records)


def told(alerts: list[Any]) -> list[Any]:
    """What alerts say, but for where that stands and what they have seen."""
    return [(alert["id"], alert["status"], alert["annotations"]) for alert in alerts]


def test_losses_that_a_sender_reports_stand_in_the_coverage() -> None:
    """An alert from half of the traffic would say that it has seen all of it."""
    plain, reported = alerts(lost=0), alerts(lost=7)
    assert plain and all(alert["drift"]["coverage"]["lost"] == 0 for alert in plain)
    assert {alert["drift"]["coverage"]["lost"] for alert in reported} == {7}
    assert len(told(reported)) == len(told(plain))


def test_a_report_of_losses_alone_is_no_host() -> None:
    """A gateway that loses nothing more would be told as a host that fell silent."""
    assert not [each for each in alerts(lost=7) if "host" in str(each["drift"]["signals"])]
    assert told(alerts(lost=7)) == told(alerts(lost=0))
