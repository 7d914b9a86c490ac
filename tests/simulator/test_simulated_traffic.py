"""Healthy voice search: ordered, reproducible, well-formed, and the same from beginning to end."""

import hashlib
import tracemalloc
from collections import Counter, deque
from itertools import islice

import numpy as np
import orjson
import pytest

from driftline.stream_app.simulator import scenarios
from driftline.stream_app.simulator.feedback import BEHAVIORS
from tests.simulator.simulated_history import History, read

SCENARIOS = scenarios()


@pytest.fixture(scope="module")
def steady() -> History:
    """Two days of the steady week."""
    return read(SCENARIOS["steady-week"].events(seed=11, scale=2 / 7))


def digest(scenario: str, seed: int) -> str:
    """A hash over everything of the first three thousand events."""
    hashed = hashlib.blake2b()
    for event in islice(SCENARIOS[scenario].events(seed), 3_000):
        hashed.update(repr(event).encode())
    return hashed.hexdigest()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_same_seed_same_bytes_and_another_seed_others(scenario: str) -> None:
    """A run that cannot be repeated proves nothing: the seed alone decides every byte."""
    assert digest(scenario, 3) == digest(scenario, 3)
    assert digest(scenario, 3) != digest(scenario, 4)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_events_come_in_order_of_time_and_within_the_duration(scenario: str) -> None:
    """Feedback let out at the wrong moment would play the future before the past."""
    world = SCENARIOS[scenario].scaled(0.02)
    times_ms = [event.time_ms for event in world.events(seed=1)]
    assert times_ms == sorted(times_ms)
    assert world.start_ms <= times_ms[0]
    assert times_ms[-1] < world.end_ms
    assert times_ms[-1] > world.end_ms - 60_000


def test_records_carry_the_time_topic_and_key_they_say(steady: History) -> None:
    """A record on the wrong topic, or keyed unlike its model, would land at another worker."""
    for event in steady.events[:5000]:
        record = orjson.loads(event.value)
        assert event.key == record["model"].encode()
        assert event.topic == ("feedback" if record["type"] == "feedback" else "predictions")
        assert np.datetime64(record["time"].removesuffix("Z"), "ms").astype(np.int64) == event.time_ms


def test_ids_are_unique_and_feedback_follows_a_prediction_that_exists(steady: History) -> None:
    """Two events of one id would count once; feedback of an unknown prediction would count for nothing."""
    ids = Counter(orjson.loads(event.value)["id"] for event in steady.events)
    assert max(ids.values()) == 1
    known = {prediction["id"] for prediction in steady.predictions}
    referred = set(steady.labels) | set(steady.decisions) | set().union(*steady.behaviors.values())
    assert referred <= known


def test_runs_of_other_seeds_and_starts_share_no_id() -> None:
    """Playing a second run into the same topics would be taken for duplicates of the first."""
    scenario = SCENARIOS["new-words"]
    runs = (scenario.run(1), scenario.run(2), scenario.starting_at(scenario.start_ms + 1).run(1))
    assert len({run.id for run in runs}) == 3


def test_healthy_rates_are_as_published(steady: History) -> None:
    """The documentation promises these figures; alarms are judged against them."""
    assert np.nanmean(steady.errors()) == pytest.approx(0.06, abs=0.012)
    healthy = {"redo_search": 0.05, "switch_to_typing": 0.03, "click": 0.45}
    assert {behavior.name for behavior in BEHAVIORS} == set(healthy)
    for behavior, rate in healthy.items():
        assert steady.did(behavior).mean() == pytest.approx(rate, abs=0.009)
    assert np.isnan(steady.feature("snr_db")).mean() == pytest.approx(0.01, abs=0.002)
    transcripts = [prediction["outputs"]["transcript"] for prediction in steady.predictions]
    assert transcripts.count("") / len(transcripts) == pytest.approx(0.02, abs=0.003)
    assert len(steady.labels) / len(steady.predictions) == pytest.approx(0.2, abs=0.01)


def test_some_labels_come_twice_and_the_annotators_mostly_agree(steady: History) -> None:
    """Agreement between annotators needs predictions that two of them have seen."""
    twice = [labels for labels in steady.labels.values() if len(labels) == 2]
    assert len(twice) / len(steady.labels) == pytest.approx(0.15, abs=0.02)
    assert 0.005 < np.mean([first != second for first, second in twice]) < 0.06


def test_every_host_reports_at_its_interval(steady: History) -> None:
    """A host that falls silent, or reports twice, would be an incident of its own."""
    world = SCENARIOS["steady-week"]
    due = 2 * 86_400 / world.serving_every_s
    assert Counter(report["host"] for report in steady.reports) == {"srv-1": due, "srv-2": due}


def test_steady_week_is_the_same_in_both_halves(steady: History) -> None:
    """A drift of the generator itself would be taken for a false alarm of the detectors."""
    half = len(steady.predictions) // 2
    features = ("clip_seconds", "volume_dbfs", "silence_before_ms", "silence_after_ms", "snr_db", "words")
    columns = [steady.feature(name) for name in features]
    columns += [steady.did(behavior.name) for behavior in BEHAVIORS]
    columns += [
        np.array([prediction["outputs"]["confidence"] for prediction in steady.predictions]),
        np.log([prediction["serving"]["latency_ms"] for prediction in steady.predictions]),
        steady.errors(),
        np.diff(steady.times(), prepend=SCENARIOS["steady-week"].start_ms).astype(np.float64),
    ]
    for column in columns:
        first, second = (part[~np.isnan(part)] for part in (column[:half], column[half:]))
        standard_error = np.sqrt(first.var() / len(first) + second.var() / len(second))
        # Thirteen columns, two-sided: beyond 4 standard errors once in about 1,200 seeds.
        assert abs(first.mean() - second.mean()) < 4 * standard_error


def test_quiet_week_swings_with_the_day(steady: History) -> None:
    """Without a real cycle the scenario could not show the false alarms that cycles cause."""
    quiet = read(SCENARIOS["quiet-week"].events(seed=11, scale=1 / 7))

    def evening_over_morning(history: History) -> float:
        hours = history.times() // 3_600_000 % 24
        return float(((hours >= 15) & (hours < 21)).sum() / ((hours >= 3) & (hours < 9)).sum())

    assert evening_over_morning(quiet) > 2.5
    assert evening_over_morning(steady) == pytest.approx(1.0, abs=0.05)
    hours = quiet.times() // 3_600_000 % 24
    volume = quiet.feature("volume_dbfs")
    assert volume[(hours >= 15) & (hours < 21)].mean() > volume[(hours >= 3) & (hours < 9)].mean() + 4


def test_generating_needs_little_memory_however_long_the_run() -> None:
    """A week must not be held in memory before its first event is out."""
    events = SCENARIOS["steady-week"].events(seed=5)
    tracemalloc.start()
    deque(islice(events, 10_000), maxlen=0)
    early = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    deque(islice(events, 15_000), maxlen=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000
    assert peak < early + 6_000_000
