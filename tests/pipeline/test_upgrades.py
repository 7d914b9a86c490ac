"""A worker that is upgraded goes on where the release before it stopped."""

from pathlib import Path

import pytest

from driftline.stream_app.monitoring.notices import Why
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.pipeline import recover
from driftline.stream_app.pipeline.codec import pack, unpack
from tests.pipeline.upgrades import GOLDEN, SETTINGS, before_and_after, opened, read, state_after, told


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json.gz")), ids=lambda path: path.name)
def test_an_upgrade_forgets_nothing(path: Path) -> None:
    """All signals would be unarmed for a week, and an open incident never be resolved."""
    golden = read(path)
    recovery = recover(0, SETTINGS, golden.state)
    assert recovery.unreadable == []
    model = recovery.shard.models["m"].watch
    assert {notice.why for notice in model.monitor.notices.all()} <= {Why.LABEL_DECIDED}
    stream = model.monitor.streams[StreamKey("2", "live")]
    assert stream.predictions.bank.is_armed("feature:amount")
    assert not stream.predictions.bank.is_armed("feature:late")
    recovery.shard.apply(before_and_after()[1])
    alerts = told(recovery.shard.take_alerts())
    assert opened(alerts) == opened(golden.told)
    ended = [id.rpartition("-")[0] for id, status, signal in golden.told if signal == "feature:amount"]
    assert any(id.startswith(ended[0]) and status == "resolved" for id, status, _ in alerts)


def test_what_a_later_release_adds_is_passed_over() -> None:
    """A roll-back would begin with nothing: what the newer release wrote beside known names is ignored."""
    before, _ = before_and_after()
    _, log = state_after(before)
    with_more = []
    for key, value in log:
        content = unpack(value or b"")
        if isinstance(content, dict):
            content |= {"of_tomorrow": 1}
            for part in content.values():
                if isinstance(part, dict) and "bank" in part:
                    signals = part["bank"]["arrays"]["signals"]
                    rows, size = signals["rows"], len(signals["bytes"]) // max(signals["rows"], 1)
                    lines = [signals["bytes"][row * size : (row + 1) * size] for row in range(rows)]
                    signals["layout"] += " of_tomorrow:f8"
                    signals["bytes"] = b"".join(line + bytes(8) for line in lines)
        with_more.append((key, pack(content)))
    recovery = recover(0, SETTINGS, with_more)
    assert recovery.unreadable == []
    stream = recovery.shard.models["m"].watch.monitor.streams[StreamKey("2", "live")]
    assert stream.predictions.bank.is_armed("feature:amount")
