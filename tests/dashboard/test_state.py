"""What the dashboard makes of records, and what it keeps of them."""

import shlex
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.stream_app.dashboard.history import History
from driftline.stream_app.dashboard.pages.commands import command_of
from driftline.stream_app.dashboard.records import Heard, Said
from driftline.stream_app.dashboard.signals import PAGE, Query
from driftline.stream_app.dashboard.state import State
from tests.dashboard.world import HOUR_MS, alert, audited, heard, now_ms, summary

WORDS = [alert(1), alert(1, sequence=2, status="updated"), alert(1, sequence=3, status="resolved"), alert(2)]


def told(*said: Any) -> State:
    """A state that has heard this."""
    state = State()
    for each in heard(said):
        state.apply(each)
    return state


@given(st.permutations([*WORDS, *WORDS[:2]]))
@settings(max_examples=40, deadline=None)
def test_the_order_of_alerts_and_their_repetition_do_not_matter(words: list[Any]) -> None:
    """Partitions come in any order, and a worker that takes over repeats itself: incidents would flap."""
    state = told(*words)
    assert [(each.id[-3:], each.is_open) for each in state.incidents.ranked()] == [
        ("2-1", True),
        ("1-1", False),
    ]
    assert [word.sequence for word in state.incidents.ranked()[1].words] == [1, 2, 3]


def test_an_earlier_episode_is_over_when_a_later_one_is_heard_of() -> None:
    """Compaction keeps one alert of a fingerprint: an incident of last week would stay open for ever."""
    feed, key, later = alert(1, sequence=1)
    later = {
        **later,
        "id": later["id"].replace("-1-1", "-2-1"),
        "labels": {**later["labels"], "incident": f"{1:016x}-2"},
    }
    for words in ([alert(1), (feed, key, later)], [(feed, key, later), alert(1)]):
        state = told(*words)
        assert [(each.id[-2:], each.is_open) for each in state.incidents.ranked()] == [
            ("-2", True),
            ("-1", False),
        ]


@pytest.mark.parametrize(
    "value", [b"", b"{", b"[]", b"null", b'{"id":1}', b"\xff", b'{"id":"x","labels":{}}']
)
@pytest.mark.parametrize("feed", ["alerts", "signals", "audit", "control", "dead_letters"])
def test_a_record_that_nobody_can_read_costs_only_itself(feed: Any, value: bytes) -> None:
    """One stray record would end the dashboard, or hide what comes after it."""
    state = State()
    state.apply(Heard(feed, b"\xfe|", value, now_ms()))
    for each in heard([alert(1)]):
        state.apply(each)
    assert len(state.incidents.open()) == 1


def test_records_of_older_and_newer_releases_are_read() -> None:
    """Topics keep 90 days, and workers are updated one by one: what others wrote would be lost."""
    feed, key, value = alert(1)
    drift = {name: value["drift"][name] for name in ("kind", "began_at", "detected_at")}
    old = {**value, "drift": drift, "labels": {"model": "m", "severity": "info"}, "unheard_of": {"x": 1}}
    del old["time"], old["ended"], old["related"]
    state = told(
        (feed, key, old), ("signals", b"status|search", {"type": "model-status", "model": "search", "new": 1})
    )
    assert state.unreadable == 0
    assert state.incidents.open()[0].id == f"{1:016x}-1"
    assert state.statuses["search"]["new"] == 1


def test_words_and_answers_find_each_other_in_any_order() -> None:
    """Two topics are read side by side: an answer may be read first, and a deed would stay `sent`."""
    word = (
        "control",
        b"search",
        {"type": "control", "action": "accept", "model": "search", "id": "c1", "time": 1},
    )
    for said in ([word, audited("c1")], [audited("c1"), word]):
        assert told(*said).deeds.by_id["c1"].outcome == "done"
    assert told(word).deeds.by_id["c1"].outcome == "sent"
    ignored = audited("c1", "ignored", reason="It is over.")
    assert told(word, ignored).deeds.by_id["c1"].outcome == "ignored"
    assert told(word, ignored, audited("c1", id="other")).deeds.by_id["c1"].outcome == "done"


def test_what_was_saved_makes_the_same_state(tmp_path: Path) -> None:
    """After a restart the page would be another one than before."""
    letters = ("dead_letters", b"m", {"sentence": "s", "source": {"topic": "t", "partition": 0, "offset": 1}})
    word = (
        "control",
        b"search",
        {"action": "comment", "model": "search", "id": "c1", "time": 1, "comment": "x"},
    )
    said = [*WORDS, summary(), summary(mean=23.0), audited("c1"), word, letters, letters]
    state, history = told(*said), History(tmp_path / "h.sqlite", "here")
    history.save(*state.take_unsaved(), {("alerts", 0): 7})
    history.close()
    again, restored = History(tmp_path / "h.sqlite", "here"), State()
    restored.restore(again.kept())
    assert again.positions() == {("alerts", 0): 7}
    assert [each.words for each in restored.incidents.ranked()] == [
        each.words for each in state.incidents.ranked()
    ]
    assert restored.signals.by_key.keys() == state.signals.by_key.keys()
    assert restored.deeds.by_id["c1"].answers == state.deeds.by_id["c1"].answers
    assert [group.count for group in restored.letters.ranked()] == [2]
    assert restored.unsaved == {} and restored.points == {}
    again.close()


def test_a_minute_has_one_point_however_often_it_is_heard(tmp_path: Path) -> None:
    """After a crash the last seconds are read again: a chart would have every point twice."""
    at_ms = now_ms() // 60_000 * 60_000
    history = History(tmp_path / "h.sqlite", "here")
    for mean in (20.0, 21.0, 22.0):
        state = told(summary(mean=mean, at_ms=at_ms))
        history.save(*state.take_unsaved(), {})
    (point,) = history.points("search|1|live|feature:snr_db", 0)
    assert point.mean == 22.0
    history.close()


@pytest.mark.parametrize("content", [b"", b"no database at all" * 500])
def test_a_file_of_something_else_is_made_anew(tmp_path: Path, content: bytes) -> None:
    """A damaged disk, or topics of another cluster under the same name, would show what never was."""
    path = tmp_path / "h.sqlite"
    path.write_bytes(content)
    history = History(path, "here")
    history.save(*told(*WORDS).take_unsaved(), {("alerts", 0): 1})
    history.close()
    other = History(path, "elsewhere")
    assert (other.kept(), other.positions()) == ([], {})
    other.close()


def test_the_table_sorts_filters_and_turns_pages() -> None:
    """Of ten thousand signals nobody would find the one that matters."""
    said = [
        summary(f"feature:f{place:03d}", mean=22 + place / 10, nearness=place / 200) for place in range(120)
    ]
    signals = told(*said, summary("error:x", kind="concept_drift", firing=True, nearness=0.0)).signals
    found = signals.find(Query("search"))
    assert (found.total, found.pages, len(found.signals)) == (121, 3, PAGE)
    assert found.signals[0].summary.signal == "error:x", "what fires comes first"
    assert found.signals[1].summary.signal == "feature:f119"
    assert signals.find(Query("search", page=99)).page == 3
    assert signals.find(Query("search", kind="concept_drift")).total == 1
    assert signals.find(Query("search", text="F00")).total == 10
    assert signals.find(Query("search", only="near")).total == 20
    assert (
        signals.find(Query("search", sort="signal", descending=False)).signals[0].summary.signal == "error:x"
    )


@pytest.mark.parametrize(
    ("fields", "command"),
    [
        (
            {"action": "verdict", "alert_id": "a-1-1", "verdict": "expected_change"},
            "verdict a-1-1 expected --model m",
        ),
        ({"action": "accept", "signals": ["feature:a b"]}, "accept --signal 'feature:a b' --model m"),
        ({"action": "undo", "accept_id": "c1", "by": "anna"}, "undo c1 --model m --by anna"),
        ({"action": "acknowledge", "alert_id": "a", "until": 15_400_000}, "acknowledge a --for 4h --model m"),
        (
            {"action": "comment", "alert_id": "a", "comment": "it's fine"},
            """comment a 'it'"'"'s fine' --model m""",
        ),
    ],
)
def test_each_button_has_a_command(fields: dict[str, Any], command: str) -> None:
    """What is done by hand must be repeatable in a script, also with names that a shell would take apart."""
    from driftline.stream_app.cli import main
    from tests.shape.test_containers import parse

    said = Said(model="m", time=1_000_000, **fields)
    assert command_of(said) == f"driftline {command}"
    parse(main, shlex.split(command))


def test_signals_of_a_version_that_is_gone_are_forgotten() -> None:
    """A year of weekly versions would fill the first page with tiles that nobody feeds."""
    state = State()
    (old,) = heard([summary(version="1")])
    (new,) = heard([summary(version="2")])
    state.apply(old)
    state.apply(new._replace(time_ms=old.time_ms + 8 * 24 * HOUR_MS))
    state.signals.forget_silent()
    assert [stream.version for stream in state.signals.tallies()] == ["2"]
