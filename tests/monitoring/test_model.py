from typing import Any

import pytest

from driftline.schemas import Event, Feedback, Prediction, Serving, Unusable, decode, encode
from driftline.stream_app.config import BehaviorPlan, LabelsPlan, Limits, ModelPlan, SignalPlan
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.monitoring.notices import Why
from driftline.stream_app.monitoring.rows.oddities import ANY_VALUE
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.monitoring.streams.stream import Stream
from driftline.stream_app.pipeline.codec import pack, unpack

START_MS = 1_790_000_000_000
MINUTE_MS = 60_000


class Model:
    """A monitor fed with small events one by one, ticking as its owner would let it."""

    def __init__(self, plan: ModelPlan | None = None, limits: Limits | None = None) -> None:
        self.monitor = ModelMonitor("search", plan or ModelPlan(), limits or Limits())
        self.offset = 0

    def take(self, event: Event) -> None:
        if not isinstance(event, Feedback) and self.monitor.clock.advance(event.time_ms):
            self.monitor.flush()
            self.monitor.tick()
        self.offset += 1
        if isinstance(event, Prediction):
            self.monitor.predictions([event], [self.offset])
        elif isinstance(event, Feedback):
            self.monitor.feedback(event, self.offset)
        else:
            self.monitor.serving(event, self.offset)
        self.monitor.flush()

    def predict(self, identifier: str, at_ms: int = 0, **fields: Any) -> None:
        defaults: dict[str, Any] = {"version": "1", "features": {"x": 1.0}, "outputs": {"intent": "call"}}
        self.take(Prediction(id=identifier, model="search", time_ms=START_MS + at_ms, **(defaults | fields)))

    def label(self, identifier: str, value: Any, at_ms: int = 0, annotator: str | None = None) -> None:
        labels = {"intent": value}
        self.feedback(identifier, at_ms, kind="label", labels=labels, annotator=annotator)

    def behave(self, identifier: str | None, name: str, at_ms: int = 0) -> None:
        self.feedback(identifier, at_ms, kind="behavior", behavior=name)

    def feedback(self, identifier: str | None, at_ms: int, **fields: Any) -> None:
        self.take(Feedback(model="search", time_ms=START_MS + at_ms, prediction_id=identifier, **fields))

    def wait(self, at_ms: int) -> None:
        """Let the clock reach a time: it is the smallest of the last three."""
        for number in range(4):
            self.predict(f"later-{at_ms}-{number}", at_ms)

    def stream(self, version: str = "1", role: str = "live") -> Stream:
        return self.monitor.streams[StreamKey(version, role)]

    def seen(self, signal: str, version: str = "1", table: str = "labels") -> tuple[int, float]:
        """How many values a signal has had, and their mean."""
        state = self.stream(version).table(table).bank.state_of(signal)
        assert state is not None, signal
        return state.recent.count, state.recent.mean


def test_a_label_is_joined_with_its_prediction() -> None:
    """Concept drift would not be seen at all."""
    model = Model()
    model.predict("a")
    model.predict("b")
    model.label("a", "call")
    model.label("b", "navigate")
    assert model.seen("error:intent") == (2, 0.5)


def test_a_label_may_come_before_its_prediction() -> None:
    """Two topics are read at their own paces."""
    model = Model()
    model.label("a", "navigate")
    model.predict("a")
    assert model.seen("error:intent") == (1, 1.0)


def test_a_correction_is_counted_and_changes_no_value() -> None:
    """A corrected label would count twice, or a reference would be corrected away from its detectors.

    Until issue 17 a correction changed the statistics and not what the detectors had read.
    """
    model = Model()
    model.predict("a")
    model.label("a", "navigate")
    model.label("a", "call")
    model.label("a", "call")
    assert model.seen("error:intent") == (1, 1.0)
    assert model.monitor.joins.counts["labels_corrected"] == 1


def test_the_same_label_again_counts_once() -> None:
    """A labelling tool's retry would move the error rate."""
    model = Model()
    model.predict("a")
    model.label("a", "navigate")
    model.label("a", "navigate")
    assert model.seen("error:intent") == (1, 1.0)


def test_annotators_agree_or_not() -> None:
    """A change of the labels themselves would look like a change of the model."""
    model = Model()
    model.predict("a")
    model.label("a", "call", annotator="a17")
    model.label("a", "navigate", annotator="a18")
    assert model.seen("annotators:intent") == (1, 0.0)


def test_a_label_that_comes_too_late_is_late() -> None:
    """A late labeller would show as silence, or as one who labels what nobody predicted."""
    model = Model(ModelPlan(labels=LabelsPlan(wait_ms=MINUTE_MS)))
    model.predict("a")
    model.wait(2 * MINUTE_MS)
    model.label("a", "call", at_ms=2 * MINUTE_MS)
    model.wait(5 * MINUTE_MS)
    assert model.monitor.joins.counts["labels_late"] == 1
    assert model.monitor.joins.counts["misses"] == 0
    assert [notice.why for notice in model.monitor.notices.all()] == [Why.LABEL_LATE]
    assert "error:intent" not in model.stream().outcomes["labels"].cells


def test_a_label_of_what_nobody_predicted_is_missed() -> None:
    """A wrong partitioner would show as silence."""
    model = Model(ModelPlan(labels=LabelsPlan(wait_ms=MINUTE_MS)))
    model.predict("a")
    model.label("b", "call")
    model.wait(5 * MINUTE_MS)
    assert model.monitor.joins.counts["misses"] == 1
    assert [notice.why for notice in model.monitor.notices.all()] == [Why.LABEL_UNKNOWN]


def test_a_label_without_a_value_is_no_answer() -> None:
    """An unlabelled row of an export would be a wrong prediction, and keep the real label from counting."""
    model = Model()
    model.predict("a")
    model.label("a", None)
    model.label("a", "call")
    assert model.seen("error:intent") == (1, 0.0)
    assert model.monitor.notices.all()[0].sentence.endswith('output "call" is a text, label is null')


def test_how_labels_fare_is_known() -> None:
    """A status page could not say how late labels are, nor how many find their predictions."""
    model = Model(ModelPlan(labels=LabelsPlan(wait_ms=MINUTE_MS)))
    health = model.monitor.joins.health
    assert (health.label_delay_ms, health.join_rate, health.labelled_share) == (None, None, None)
    for number in range(8):
        model.predict(f"p-{number}")
    for number in range(4):
        model.label(f"p-{number}" if number else "unknown", "call", at_ms=30_000)
    model.wait(10 * MINUTE_MS)
    assert health.label_delay_ms == 30_000
    assert health.join_rate == 0.75
    assert health.labelled_share == 3 / 8


def test_numeric_labels_give_absolute_errors() -> None:
    """A regression model's error would be 0 or 1."""
    model = Model()
    model.predict("a", outputs={"intent": 3.0})
    model.label("a", 1.5)
    assert model.seen("error:intent") == (1, 1.5)


def test_a_prediction_without_a_behaviour_counts_zero() -> None:
    """The rate would be 100 % of those who clicked."""
    model = Model()
    for identifier in ("a", "b", "c", "d"):
        model.predict(identifier)
    model.behave("a", "click", at_ms=1000)
    model.wait(3 * MINUTE_MS)
    assert model.seen("rate:click", table="behaviors") == (4, 0.25)


def test_a_behaviour_counts_once_and_in_time_only() -> None:
    """Two clicks, or one next day, would count as a better model."""
    model = Model(ModelPlan(behaviors={"click": BehaviorPlan(within_ms=10_000)}))
    model.predict("a")
    model.predict("b")
    model.behave("a", "click", at_ms=5_000)
    model.behave("a", "click", at_ms=6_000)
    model.behave("b", "click", at_ms=11_000)
    model.wait(3 * MINUTE_MS)
    assert model.seen("rate:click", table="behaviors") == (2, 0.5)
    assert model.monitor.joins.counts["late"] == 1


def test_behaviours_belong_to_the_version_that_predicted() -> None:
    """A worse version would hide behind the better one."""
    model = Model()
    model.predict("a", version="1")
    model.predict("b", version="2")
    model.behave("b", "redo_search", at_ms=1000)
    model.wait(3 * MINUTE_MS)
    assert model.seen("rate:redo_search", "1", "behaviors")[1] == 0.0
    assert model.seen("rate:redo_search", "2", "behaviors") == (1, 1.0)


def test_behaviours_without_a_prediction_count_for_the_model() -> None:
    """An app that cannot name the prediction would not be heard."""
    model = Model()
    model.predict("a")
    model.behave(None, "switch_to_typing")
    model.behave(None, "switch_to_typing")
    model.predict("b")
    model.predict("c")
    assert model.seen("rate:switch_to_typing", "*", "behaviors") == (2, 1.0)


def test_decisions_are_compared_with_the_output() -> None:
    """People who overrule the model would not be seen."""
    model = Model()
    model.predict("a")
    model.feedback("a", 0, kind="decision", decision={"intent": "navigate"})
    model.feedback("a", 0, kind="decision", decision={"intent": "navigate"})
    assert model.seen("agreement:intent", table="decisions") == (1, 0.0)


def test_a_duplicate_prediction_counts_once() -> None:
    """A producer's retry would count twice."""
    model = Model()
    model.predict("a")
    model.predict("a")
    assert model.seen("feature:x", table="predictions")[0] == 1
    assert model.monitor.counts["duplicates"] == 1


def test_serving_reports_are_signals() -> None:
    """Memory and load of the hosts would not be watched."""
    model = Model()
    model.take(Serving(model="search", time_ms=START_MS, version="1", values={"cpu": 0.5, "gpu": None}))
    assert model.seen("host:cpu", table="reports") == (1, 0.5)
    assert "host:gpu" not in model.stream().outcomes["reports"].cells


def test_throughput_is_predictions_per_unit_of_time() -> None:
    """A bot or a dead client would not be noticed.

    Counts are handed on once they make a reference, in steps that hold ten or more (issue 17, section 5).
    """
    model = Model()
    at_ms = 0
    for step in range(18_000):
        at_ms += 500 + 400 * (step % 7 - 3) // 4
        model.predict(f"p-{step}", at_ms=at_ms)
    count, mean = model.seen("volume:predictions", "*", "volume")
    assert count >= 700
    assert mean == pytest.approx(2.0, rel=0.02)


def test_a_new_version_begins_with_its_predecessors_references() -> None:
    """A worse version would be healthy by definition for its first 2,000 predictions."""
    model = Model(ModelPlan(warm_up=20))
    for step in range(30):
        model.predict(f"p-{step}", features={"x": float(step % 7)}, outputs={"score": float(step % 5)})
    model.predict("q", version="2")
    stream = model.stream("2")
    feature = stream.predictions.bank.state_of("feature:x")
    output = stream.predictions.bank.state_of("output:score")
    assert feature is not None
    assert feature.armed
    assert stream.compares("feature:x") == "1"
    assert output is not None
    assert output.armed
    assert stream.compares("output:score") == "1"


def test_outputs_of_a_version_may_begin_afresh() -> None:
    """A model that is meant to answer differently would page on each release."""
    plan = ModelPlan(warm_up=20, outputs={"score": SignalPlan(new_version="fresh")})
    model = Model(plan)
    for step in range(30):
        model.predict(f"p-{step}", outputs={"score": float(step % 5)})
    model.predict("q", version="2")
    output = model.stream("2").predictions.bank.state_of("output:score")
    assert output is not None
    assert not output.armed


def test_a_version_inherits_what_its_predecessor_s_labels_teach_later() -> None:
    """Labels come a day late: the version they are about has gone by then, and the new one knows nothing."""
    model = Model(ModelPlan(warm_up=20))
    for step in range(30):
        model.predict(f"p-{step}")
    for step in range(4):
        model.predict(f"q-{step}", version="2")
    model.label("q-0", "navigate")
    for step in range(30):
        model.label(f"p-{step}", "call" if step % 10 else "navigate", at_ms=MINUTE_MS)
    for step in range(4):
        model.predict(f"later-{step}", at_ms=2 * MINUTE_MS, version="2")
    error = model.stream("2").outcomes["labels"].bank.state_of("error:intent")
    assert error is not None
    assert error.armed
    assert model.stream("2").compares("error:intent") == "1"
    for step in range(4):
        model.predict(f"latest-{step}", at_ms=3 * MINUTE_MS, version="3")
    for step in range(4):
        model.predict(f"last-{step}", at_ms=4 * MINUTE_MS, version="3")
    assert model.stream("3").outcomes["labels"].bank.is_armed("error:intent")


def test_one_event_far_ahead_expires_nothing() -> None:
    """A phone with a wrong clock would close every open join of its model."""
    model = Model()
    model.predict("a")
    model.predict("future", at_ms=20 * 3_600_000)
    model.predict("b", at_ms=1000)
    model.behave("a", "click", at_ms=2000)
    model.wait(3 * MINUTE_MS)
    assert model.seen("rate:click", table="behaviors")[1] > 0


def test_beyond_the_limits_nothing_new_is_watched_and_it_is_said_once() -> None:
    """A producer with endless names would take the worker down, or be ignored in silence."""
    model = Model(limits=Limits(signals_per_stream=12, streams_per_model=1))
    for step in range(5):
        model.predict(f"p-{step}", features={f"x{number}": 1.0 for number in range(10)})
    model.predict("q", version="2")
    model.predict("r", version="2")
    assert model.stream().signals() <= 12
    assert ("2", "live") not in model.monitor.streams
    said = [notice.sentence for notice in model.monitor.notices.take_unsaid()]
    assert len(said) == len(set(said))
    assert any("2 live" in sentence for sentence in said)
    assert model.monitor.notices.take_unsaid() == []


def test_waiting_predictions_are_bounded_by_a_fair_sample() -> None:
    """A day of labels at full traffic would not fit the memory."""
    model = Model(limits=Limits(predictions_waiting=50))
    for step in range(2000):
        model.predict(f"p-{step}")
    joins = model.monitor.joins
    assert len(joins.labels) <= 50
    for step in range(2000):
        model.label(f"p-{step}", "navigate" if step % 4 == 0 else "call")
    count, mean = model.seen("error:intent")
    assert 10 <= count <= 50
    assert 0.0 < mean < 0.6
    assert joins.counts["sampled_out"] == 2000 - count


def test_a_restored_model_goes_on_the_same() -> None:
    """A label or behaviour would be lost with the worker."""
    model = Model()
    for step in range(50):
        model.predict(f"p-{step}", at_ms=step * 1000)
    model.behave("p-40", "click", at_ms=45_000)
    copy = Model()
    copy.offset = model.offset
    copy.monitor.restore(model.monitor.snapshot())
    for stream in model.monitor.streams.values():
        copy.monitor.add_stream(stream.snapshot())
    copy.monitor.joins.restore_waiting(unpack(pack(model.monitor.joins.waiting_snapshot())), [])
    for each in (model, copy):
        each.label("p-3", "navigate")
        each.wait(5 * MINUTE_MS)
    assert copy.seen("error:intent") == model.seen("error:intent") == (1, 1.0)
    rate = model.seen("rate:click", table="behaviors")
    assert copy.seen("rate:click", table="behaviors") == rate
    assert rate[0] >= 50


def test_events_survive_their_encoding() -> None:
    """The tests above would prove nothing about events that travel."""
    event = Prediction(id="a", model="search", version="1", time_ms=START_MS, features={"x": 1.0})
    assert decode(encode(event), None) == event


def test_labels_and_reports_that_cannot_be_used_are_said() -> None:
    """Somebody would look for the missing errors of a model in its detectors."""
    model = Model()
    model.predict("a")
    unusable: Any = {"intent": Unusable("an object"), "score": 1.0}
    model.feedback("a", 0, kind="label", labels=unusable)
    model.feedback("a", 0, kind="decision", decision=unusable)
    figures: Any = {"cpu": Unusable("a string"), "load": 1.0}
    model.take(Serving(model="search", time_ms=START_MS, version="1", values=figures))
    assert model.seen("host:load", table="reports") == (1, 1.0)
    assert "error:intent" not in model.stream().outcomes["labels"].cells
    notices = model.monitor.notices.all()
    assert [notice.sentence for notice in notices if notice.why is Why.VALUE_UNUSABLE] == [
        f"search: {what} in some events, which costs that value: write {right}."
        for what, right in (
            ("label 'intent' is an object", ANY_VALUE),
            ("decision 'intent' is an object", ANY_VALUE),
            ("host value 'cpu' is a string", "a number or null"),
        )
    ]
