"""An error inside one model costs that model, and no other."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from driftline.stream_app.alarms.desk import AlarmDesk
from driftline.stream_app.alarms.verdicts.control import ControlDesk
from driftline.stream_app.config import Settings
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.pipeline import Record, Records, Shard, recover
from driftline.stream_app.pipeline.reporter import Reporter
from driftline.stream_app.pipeline.watch import ModelWatch
from tests.pipeline.traffic import MINUTE_MS, START_MS, Timed, every, prediction, written

STEP_MS = 5_000
END_MS = 20 * MINUTE_MS


def model_of(subject: Any) -> str:
    """The model that something belongs to."""
    monitor = getattr(subject, "monitor", getattr(subject, "_monitor", subject))
    return str(monitor.model)


def planted(patch: pytest.MonkeyPatch, owner: type, name: str) -> None:
    """From now on this step raises, for the model "bad" alone."""
    before: Callable[..., Any] = getattr(owner, name)

    def step(subject: Any, *arguments: Any, **named: Any) -> Any:
        if model_of(subject) == "bad":
            raise RuntimeError("planted")
        return before(subject, *arguments, **named)

    patch.setattr(owner, name, step)


def events(begin_ms: int, end_ms: int) -> list[Timed]:
    found: list[Timed] = []
    for model in ("bad", "good"):
        found += every(STEP_MS, begin_ms, end_ms, model=model)
        for at_ms in range(begin_ms, end_ms, 10 * STEP_MS):
            said = {"type": "control", "action": "accept", "model": model, "signals": ["feature:x"]}
            found.append((START_MS + at_ms + 1, said | {"time": START_MS + at_ms + 1}))
            found.append((START_MS + at_ms + 2, prediction(at_ms + 2, model=model)[1]))
    return found


def records(begin_ms: int, end_ms: int) -> list[Record]:
    """The same records whenever they are read, of both models."""
    return [
        each for each in written(events(0, end_ms)) if orjson.loads(each.value)["time"] >= START_MS + begin_ms
    ]


STAGES = [
    (ModelWatch, "apply"),
    (ModelMonitor, "take_run"),
    (ModelMonitor, "flush"),
    (ModelMonitor, "tick"),
    (AlarmDesk, "tick"),
    (ControlDesk, "take"),
    (Reporter, "tick"),
    (ModelWatch, "summarise"),
    (ModelWatch, "snapshot"),
    (ModelMonitor, "snapshot"),
]


@pytest.mark.parametrize(
    ("owner", "name"), STAGES, ids=[f"{owner.__name__}.{name}" for owner, name in STAGES]
)
def test_an_error_sets_its_model_aside_and_no_other(
    owner: type, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One record would end the worker for every model of its partition, and again after every restart."""
    shard = Shard(0, Settings(), summaries="latest")
    shard.apply(Records.of(records(0, END_MS)))
    (good_cut, bad_cut) = sorted(shard.cut(["good", "bad"]), key=lambda cut: cut.model == "bad")
    for cut in (good_cut, bad_cut):
        shard.confirm(cut)
    planted(monkeypatch, owner, name)
    shard.apply(Records.of(records(END_MS, 2 * END_MS)))
    shard.take_summaries()  # which are made then
    cuts = shard.cut(shard.dirty)
    assert [cut.model for cut in cuts] == ["good"]
    for cut in cuts:
        shard.confirm(cut)
    assert shard.counters.models_aside == 1
    (service,) = [orjson.loads(alert.value) for alert in shard.take_service()]
    assert service["labels"]["alertname"] == "WatchingStopped"
    assert (service["labels"]["model"], service["drift"]["kind"]) == ("bad", "service")
    assert "planted" in service["annotations"]["summary"]
    assert any("bad is set aside" in notice for notice in shard.take_notices())
    # Its events are lost coverage, and its positions hold nobody up.
    shard.apply(Records.of(records(2 * END_MS, 3 * END_MS)))
    assert shard.counters.aside > 0
    for cut in shard.cut(shard.dirty):
        shard.confirm(cut)
    assert shard.acknowledgeable() == shard.positions
    # A restart tries it again, from what it had durably.
    monkeypatch.undo()
    log = [(each.key, each.value) for cut in (good_cut, bad_cut) for each in cut.records]
    again = recover(0, Settings(), log).shard
    assert set(again.models) == {"bad", "good"}
    again.apply(Records.of(records(3 * END_MS, 4 * END_MS)))
    assert not again.counters.models_aside


def test_an_error_in_restoring_costs_its_model_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state that raises while it is read would keep the worker from starting."""
    shard = Shard(0, Settings())
    shard.apply(Records.of(records(0, END_MS)))
    log = [(each.key, each.value) for cut in shard.cut(["good", "bad"]) for each in cut.records]
    planted(monkeypatch, ModelWatch, "restore")
    recovery = recover(0, Settings(), log)
    assert set(recovery.shard.models) == {"good"}
    assert any("planted" in sentence for sentence in recovery.unreadable)


def test_the_service_alert_comes_once_with_alerts_of_a_run() -> None:
    """A replay would end without a word about the model it did not watch."""
    with pytest.MonkeyPatch.context() as patch:
        planted(patch, ModelMonitor, "tick")
        shard = Shard(0, Settings(), summaries=None)
        shard.apply(Records.of(records(0, END_MS)))
        said = [orjson.loads(alert.value)["drift"]["kind"] for alert in shard.take_alerts()]
    assert said.count("service") == 1
