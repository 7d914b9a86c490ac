"""Conditions that are certain by themselves, as evidence for the desk: silence, refusals, throughput."""

from math import inf, nan, sqrt
from typing import NamedTuple

from driftline.detectors import Finding, Moments
from driftline.schemas import Kind
from driftline.schemas.status import ALL_VERSIONS
from driftline.stream_app.alarms.incident import Evidence
from driftline.stream_app.alarms.words.quantities import PER_SECOND, clock, duration, from_to, quantities
from driftline.stream_app.config.units import SHARE
from driftline.stream_app.monitoring.refusals import Change
from driftline.stream_app.monitoring.signals.families import name_of
from driftline.stream_app.monitoring.signals.units import unit_of
from driftline.stream_app.monitoring.streams.stream import Stream
from driftline.stream_app.monitoring.targets.target import Standing
from driftline.stream_app.monitoring.targets.targets import Turn
from driftline.stream_app.monitoring.traffic.clockwork import Turn as LevelTurn
from driftline.stream_app.monitoring.traffic.feed import Told
from driftline.stream_app.monitoring.traffic.feeds import JOINED, VERSION
from driftline.stream_app.monitoring.traffic.volume import VOLUME

LARGEST_SD = 100.0  # as detectors have it
SHADOW = "shadow"  # the role of a version whose answers nobody sees
PERCENT = 100


class Place(NamedTuple):
    """Where in the input something was found, and the model's state of affairs there."""

    model: str
    topic: str
    partition: int
    offset: int
    sequence: int


def silence(told: Told, place: Place) -> Evidence:
    """A feed from which nothing comes any more, or comes again."""
    detected_ms = told.since_ms + told.silent_ms
    finding = Finding(
        signal=told.signal,
        detector="silence",
        direction="down",
        row=0,
        detected_ms=detected_ms,
        detected_offset=place.offset,
        began_ms=told.since_ms,
        began_offset=place.offset,
        before=Moments(told.usual_per_s, 0.0, max(told.events, 1)),
        after=Moments(0.0, 0.0, max(round(told.expected), 1)),
        effect_size_sd=-min(told.expected**0.5, LARGEST_SD),
        statistic=told.expected,
        threshold=told.needed,
    )
    sentence = silence_sentence(told) if told.what == "silent" else over_sentence(told)
    return _evidence(finding, place, About(Kind.SILENCE, table_of(told.signal), told.role), sentence)


def is_missed(told: Told) -> bool:
    """Whether users may be without it now: not where other hosts or versions go on, nor of a shadow."""
    return not told.reporting and not told.signal.startswith(VERSION) and told.role != SHADOW


def silence_sentence(told: Told) -> str:
    """``no predictions since 2026-11-22 06:00:00 UTC; usually one every 2 s at this time``."""
    words, since = feed_words(told.signal), clock(told.since_ms)
    if told.reporting:
        report = "reports" if told.reporting == 1 else "report"
        return f"no {words} since {since}; {told.reporting} of {told.hosts} hosts still {report}"
    if told.hosts > 1:
        return (
            f"no reports of any of {told.hosts} hosts since {since}; {name_of_feed(told.signal)} was the last"
        )
    usual = f"; usually {often(told.usual_per_s)} at this time" if told.usual_per_s > 0 else ""
    if told.signal == JOINED:
        return f"labels come, but none matches a prediction since {since}{usual}"
    if told.signal.startswith(VERSION):
        return f"no {words} since {since}{usual}; other versions are heard"
    return f"no {words} since {since}{usual}"


def over_sentence(told: Told) -> str:
    """Why a silence is over; a silence is never a recovery. What came late has times of before its end."""
    words, name = feed_words(told.signal), name_of_feed(told.signal)
    if told.what == "replaced":
        as_many = f"as many report as the day before ({told.reporting})"
        return f"Host {name} did not come back but was replaced: {as_many}."
    if told.what == "fewer":
        return (
            f"Not healthy: host {name} did not come back. For a day fewer hosts report than before, "
            f"{told.reporting} of {told.hosts}: so many are usual from now on; nobody accepted it."
        )
    if told.what == "gone":
        return f"Version {name} did not come back; other versions are heard in its place."
    if told.what == "others":
        return f"Hosts report again since {clock(told.back_ms)}: {told.reporting} of {told.hosts}."
    heard = f"{words[0].upper()}{words[1:]} are heard again"
    if told.back_ms - told.since_ms < told.silent_ms:
        return f"{heard}; they came late: the first is of {clock(told.back_ms)}."
    return f"{heard} since {clock(told.back_ms)}, after {duration(told.back_ms - told.since_ms)} without any."


def name_of_feed(signal: str) -> str:
    """``srv-3`` of ``silence:host srv-3``."""
    return signal.partition(" ")[2]


def feed_words(signal: str) -> str:
    """What a feed is for people."""
    what, _, name = signal.partition(":")[2].partition(" ")
    words = {
        "predictions": "predictions",
        "labels": "labels",
        "joined": "labels that match a prediction",
        "behavior": f"behaviours {name}",
        "host": f"reports of host {name}",
        "version": f"predictions of version {name}",
        "segment": f"predictions with {name}",
    }
    return words[what]


def table_of(signal: str) -> str:
    """The table that a feed's signal would belong to."""
    what = signal.partition(":")[2].partition(" ")[0]
    tables = {"labels": "labels", "joined": "labels", "behavior": "behaviors", "host": "reports"}
    return tables.get(what, "volume")


def refusals(change: Change, place: Place, now_ms: int) -> Evidence:
    """Records that cannot be used, as a share of all of the model; ``now_ms`` on the model's clock."""
    example = change.example
    finding = Finding(
        signal=f"refused:{example.reason}",
        detector="refused",
        direction="up",
        row=0,
        detected_ms=now_ms,
        detected_offset=example.offset,
        began_ms=min(change.since_ms, now_ms),
        began_offset=example.offset,
        before=Moments(change.usual_share, 0.0, max(change.records, 1)),
        after=Moments(change.share, 0.0, max(change.records, 1)),
        effect_size_sd=LARGEST_SD * max(change.share - change.usual_share, 0.0),
        statistic=change.share * change.records,
        threshold=change.usual_share * change.records,
    )
    where = f"{example.topic}-{place.partition}-{example.offset}"
    sentence = (
        f"{PERCENT * change.share:.3g} % of the last {change.records} records are refused "
        f"({example.reason}), as the one at {where}: {example.sentence}"
    )
    if change.what == "over":
        sentence = f"Refused records are rare again: {PERCENT * change.share:.3g} % of the last ones."
    there = place._replace(topic=example.topic, offset=example.offset)
    return _evidence(finding, there, About(Kind.DATA_QUALITY, "predictions", "live", unit=SHARE), sentence)


def throughput(turn: LevelTurn, stream: Stream, place: Place, now_ms: int) -> Evidence:
    """Throughput without any noise has left its level, or is back at it."""
    step_s = stream.volume.step_s
    before, after = turn.before / step_s, turn.after / step_s
    change = (after - before) / before if before else 1.0
    finding = Finding(
        signal=VOLUME,
        detector="clockwork",
        direction="up" if after >= before else "down",
        row=0,
        detected_ms=now_ms,
        detected_offset=place.offset,
        began_ms=min(turn.began * step_s * 1000, now_ms),
        began_offset=place.offset,
        before=Moments(before, 0.0, turn.of_steps),
        after=Moments(after, 0.0, 1),
        effect_size_sd=max(min(change * LARGEST_SD, LARGEST_SD), -LARGEST_SD),
        statistic=after,
        threshold=before,
    )
    verb = "rose" if after >= before else "fell"
    (level,) = quantities([after], PER_SECOND)
    sentences = {
        "off": f"predictions {verb} {from_to(before, after, PER_SECOND)}",
        "back": f"Predictions come as often as before again: {level}.",
        "followed": f"Not healthy: {level} lasts and is the usual level from now on; nobody accepted it.",
    }
    return _evidence(finding, place, About(Kind.VOLUME, "volume", stream.role), sentences[turn.what])


def missed(turn: Turn, stream: Stream, place: Place, now_ms: int) -> Evidence:
    """A target that is missed for sure, or met again."""
    target, standing = turn
    limit, window, figure = standing.limit, standing.window, standing.figure
    counts = target.is_rate or limit.cut is not None
    sd = sqrt(figure * (1.0 - figure)) if counts else window.sd
    finding = Finding(
        signal=f"target:{target.signal} {limit.key}",
        detector="confidence_sequence",
        direction="up" if limit.side == "most" else "down",
        row=0,
        detected_ms=now_ms,
        detected_offset=place.offset,
        began_ms=min(standing.since_ms, now_ms),
        began_offset=place.offset,
        before=Moments(nan, nan, 0),
        after=Moments(figure, sd, window.count),
        effect_size_sd=max(min((figure - limit.bound) / (sd or inf), LARGEST_SD), -LARGEST_SD),
        statistic=standing.log_evidence,
        threshold=standing.needed,
    )
    unit = unit_of(target.signal, stream.plan, share=target.is_rate)
    about = About(Kind.TARGET, "predictions", stream.role, stream.version, SHARE if counts else unit)
    sentence = target_sentence(standing, name_of(target.signal, unit), unit)
    met = "" if standing.is_beyond else "The target is met again: "
    return _evidence(finding, place, about, f"{met}{sentence}{'' if standing.is_beyond else '.'}")


def target_sentence(standing: Standing, name: str, unit: str) -> str:
    """``errors of intent: 12.4 % of 1,830, at most 10 % asked``."""
    limit, count = standing.limit, f"{standing.window.count:,}"
    bounds = {"most": "at most", "least": "at least"}
    if limit.cut is not None:
        (cut,) = quantities([limit.cut], unit)
        share, asked = quantities([standing.figure, limit.bound], SHARE)
        quantile = limit.key.partition("_")[0]
        return f"{name}: {share} of {count} above {cut}, {bounds[limit.side]} {asked} asked ({quantile})"
    figure, asked = quantities([standing.figure, limit.bound], unit)
    of = "of" if unit == SHARE else "on average of"
    return f"{name}: {figure} {of} {count}, {bounds[limit.side]} {asked} asked"


class About(NamedTuple):
    """What a condition is about."""

    kind: Kind
    table: str
    role: str
    version: str = ALL_VERSIONS
    unit: str = PER_SECOND


def _evidence(finding: Finding, place: Place, about: About, sentence: str) -> Evidence:
    return Evidence(
        model=place.model,
        version=about.version,
        role=about.role,
        table=about.table,
        topic=place.topic,
        kind=about.kind,
        compared_with=None,
        sequence=place.sequence,
        arrived_ms=finding.detected_ms,
        partition=place.partition,
        offset=place.offset,
        finding=finding,
        unit=about.unit,
        standing=True,
        told=sentence,
    )


def often(per_s: float) -> str:
    """A rate in words: ``25 a second``, ``one every 14 min``."""
    return f"{per_s:.3g} a second" if per_s > 1 else f"one every {duration(1000 / per_s)}"
