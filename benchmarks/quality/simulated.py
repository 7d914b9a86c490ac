"""The whole system on the simulator's scenarios: is every change found, as what it is, and nothing else?"""

from typing import Any

from driftline.stream_app.adapters.memory import records_of_messages
from driftline.stream_app.adapters.replay import batches, replay
from driftline.stream_app.config import Settings
from driftline.stream_app.outputs import MemorySink
from driftline.stream_app.simulator import Report, report, scenarios


def run(scenario: str, seed: int) -> dict[str, Any]:
    """One scenario and seed under the default configuration.

    An extra alert is an incident that matches no change, or one that repeats what was told of a change. What
    a change moves hours after it was found first is an incident of its own, and no extra one.
    """
    played = scenarios()[scenario]
    sink = MemorySink("alerts")
    summary = replay(batches(records_of_messages(played.events(seed))), Settings(), sink)
    found = report(sink.decoded("alerts"), played.truth(seed), played.prediction_times(seed).tolist())
    return {
        "scenario": scenario,
        "seed": seed,
        "events": summary.events,
        "extra_alerts": [incident.summary for incident in found.false_alarms],
        "delays_s": {row.truth.change: row.delay_s for row in found.rows if row.truth.alarm_due},
        "seconds": round(summary.seconds, 1),
    } | figures(found)


def figures(found: Report) -> dict[str, Any]:
    """How many changes were due, found, and found as what they are; extra alerts; delays."""
    due = [row for row in found.rows if row.truth.alarm_due]
    repeated = sum(row.repetitions for row in due)
    return {
        "due": len(due),
        "found": sum(row.incident is not None for row in due),
        "right_kind": sum(row.right_kind for row in due),
        "extra": len(found.false_alarms) + repeated,
        "delays_predictions": {row.truth.change: row.delay_predictions for row in due},
    }
