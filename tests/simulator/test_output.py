"""Where events go: files that repeat byte for byte, and a pace that holds."""

import gzip
from itertools import islice
from pathlib import Path

import pytest

from driftline.schemas import Rejection, decode
from driftline.stream_app.simulator import noting_changes, play, scenarios, write_file

SCENARIO = scenarios()["new-words"].scaled(0.01)


class FakeClock:
    """Time passes only while asleep."""

    def __init__(self) -> None:
        self.now_s = 50.0

    def monotonic(self) -> float:
        """Seconds."""
        return self.now_s

    def sleep(self, seconds: float, /) -> None:
        """Move on."""
        self.now_s += seconds


@pytest.mark.parametrize("scenario", scenarios())
def test_every_event_is_one_the_engine_takes(scenario: str) -> None:
    """A simulated event that became a dead letter would hide what the scenario is to show."""
    for event in islice(scenarios()[scenario].events(seed=2), 2_000):
        decoded = decode(event.value, event.time_ms)
        assert not isinstance(decoded, Rejection), decoded
        assert decoded.time_ms == event.time_ms
        assert decoded.model.encode() == event.key


def test_file_holds_the_events_line_by_line(tmp_path: Path) -> None:
    """Replay reads this file."""
    events = list(SCENARIO.events(seed=2))
    assert write_file(tmp_path / "events.jsonl", events) == len(events)
    assert (tmp_path / "events.jsonl").read_bytes().splitlines() == [event.value for event in events]


def test_compressed_file_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    """A time or name in the gzip header would make equal files differ."""
    first, second = tmp_path / "first.jsonl.gz", tmp_path / "second.jsonl.gz"
    for path in (first, second):
        write_file(path, SCENARIO.events(seed=2))
    assert first.read_bytes() == second.read_bytes()
    assert gzip.decompress(first.read_bytes()).count(b"\n") == len(list(SCENARIO.events(seed=2)))


def test_play_keeps_the_pace() -> None:
    """A demo that runs ahead of its pace ends before anybody has seen it."""
    clock, sent = FakeClock(), []
    events = list(islice(SCENARIO.events(seed=2), 500))
    assert play(events, lambda event: sent.append((clock.now_s, event)), rate=100.0, clock=clock) == 500
    assert [event for _, event in sent] == events
    assert clock.now_s - 50.0 == pytest.approx(4.99, abs=0.01)
    assert sent[100][0] - 50.0 == pytest.approx(1.0, abs=0.01)


def test_play_without_a_rate_never_sleeps() -> None:
    """As fast as possible means that."""
    clock = FakeClock()
    play(islice(SCENARIO.events(seed=2), 500), lambda event: None, clock=clock)
    assert clock.now_s == 50.0


def test_play_refuses_a_rate_of_zero() -> None:
    """A rate of 0 would wait for ever."""
    with pytest.raises(ValueError, match="rate must be above 0"):
        play([], lambda event: None, rate=0)


def test_noting_changes_takes_the_time_when_a_change_begins() -> None:
    """The delay on the clock counts from here."""
    clock, injected_s, sent = FakeClock(), {}, []
    (truth,) = SCENARIO.truth(seed=2)
    events = noting_changes(SCENARIO.events(seed=2), [truth], injected_s, clock)
    play(events, sent.append, rate=1000.0, clock=clock)
    index = sum(event.time_ms < truth.began_ms for event in sent)
    assert injected_s == {"words": pytest.approx(50.0 + index / 1000, abs=0.01)}
