"""Hosts that come and go, as feeds of a model that keeps predicting."""

from driftline.stream_app.monitoring.traffic.feeds import FEEDS_MAX, Feeds
from driftline.stream_app.monitoring.traffic.hosts import GONE_MAX, HOST
from driftline.stream_app.pipeline.codec import pack, unpack

START_MS = 1_794_787_200_000
MINUTE_MS, HOUR_MS = 60_000, 3_600_000


def play(spans: dict[str, tuple[float, float]], until_h: float, restored: bool = False) -> Feeds:
    """Feeds that have heard each host once a minute from one hour to another, looked at each minute."""
    feeds = Feeds()
    for minute in range(round(60 * until_h)):
        now_ms = START_MS + minute * MINUTE_MS
        for host, (from_h, until) in spans.items():
            if from_h * 60 <= minute < until * 60:
                feeds.hear_one(f"{HOST}{host}", now_ms, now_ms, False)
        feeds.look(now_ms)
        if restored:
            after = Feeds()
            after.restore(unpack(pack(feeds.snapshot())))
            feeds = after
    return feeds


def test_pods_of_hours_do_not_take_the_room_of_others() -> None:
    """After sixty pods no behaviour, label or new host would be watched for silence any more."""
    feeds = play({f"p{hour}": (hour, hour + 1) for hour in range(100)}, 100)
    assert feeds.crowded == 0
    assert len(feeds.others) <= FEEDS_MAX


def test_of_hosts_that_are_gone_few_are_remembered_and_not_for_long() -> None:
    """Each deployment would make the state larger."""
    spans = {f"{name}{day}": (30.0 * day, 30.0 * (day + 1)) for day in range(8) for name in "abcdefghijkl"}
    feeds = play(spans, 240)
    assert 12 <= len(feeds.hosts.gone) <= 24 <= GONE_MAX
    assert [feed.signal for feed in feeds.others.values() if feed.told is not None] == []


def test_a_restored_model_judges_its_hosts_the_same() -> None:
    """A worker that takes over would call a pod missed that was replaced, or forget one that is."""
    spans = {"a": (0.0, 40.0), "b": (0.0, 40.0), "c": (40.0, 70.0), "d": (40.0, 67.0), "e": (0.0, 70.0)}
    found = [play(spans, 70, restored=restored).snapshot() for restored in (False, True)]
    assert pack(found[0]) == pack(found[1])
    assert len(found[0][4]) == 2
