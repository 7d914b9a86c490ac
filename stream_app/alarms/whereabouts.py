"""In which segments of the predictions a change shows: only in some, or everywhere.

Each segment is a stream of its own with its own reference. What it has been since the change began is held
against that, by the means of its last blocks without the time of the week. A segment shows the change when
it moved the same way, for sure, and by a good part of the largest effect; it does not when its values would
have shown that.
"""

from collections import Counter
from enum import IntEnum
from typing import Final, NamedTuple

from driftline.schemas import Extent, Whereabouts
from driftline.stream_app.alarms.incident import Evidence, Incident
from driftline.stream_app.monitoring.streams.segments import name_of_segment
from driftline.stream_app.monitoring.streams.stream import Stream
from driftline.stream_app.monitoring.streams.streams import Streams

# Judged: what moved by less than a quarter of the largest effect is told not to show it; at a half "only" is
# said of changes that are everywhere and differ, at an eighth hardly ever, as it takes four times the values.
GOOD_PART: Final = 0.25
SURE: Final = 3.0  # standard errors
# Judged: the largest of several effects is a lucky one, so what shows the change has half of it or more.
LIKELY, HALF = 2.0, 0.5
# Judged: who reads "only in" can do something about three, and "everywhere" is not said of a few small ones.
FEW: Final = 3
MOST_OF_ALL: Final = 0.8
NAMED: Final = 20


UNKNOWN: Final = Whereabouts(name="", extent=Extent.UNKNOWN, segments=[], showing=0, looked_at=0, watched=0)


class Shows(IntEnum):
    """Whether a segment shows a change."""

    NOBODY_KNOWS = 0
    NO = 1
    YES = 2


class Look(NamedTuple):
    """A segment: its predictions so far, and its effect since the change with a standard error, in sd."""

    segment: str
    events: int
    effect_sd: float
    error_sd: float

    def shows(self, largest_sd: float) -> Shows:
        """Whether it moved, where the one that moved most did so by so many sd."""
        needed_sd = GOOD_PART * largest_sd
        if self.effect_sd >= max(needed_sd, SURE * self.error_sd):
            return Shows.YES
        healthy = self.effect_sd + LIKELY * self.error_sd < HALF * largest_sd
        return Shows.NO if healthy else Shows.NOBODY_KNOWS


def whereabouts(incident: Incident, streams: Streams) -> Whereabouts | None:
    """Of the name that says most about the incident's cause; None where no segment shows it.

    A change in one country shows on all devices: it is everywhere only by every name.

    What is known once stays: later, levels have followed the change in some segments and not in others.
    """
    known = incident.where is not None and incident.where.extent is not Extent.UNKNOWN
    if known or incident.standing or incident.first.recovered:
        return incident.where
    by_name: dict[str, list[Stream]] = {}
    for stream in streams.segments_of(incident.stream):
        by_name.setdefault(name_of_segment(stream.segment), []).append(stream)
    found = [_of_name(name, parts, incident) for name, parts in by_name.items() if len(parts) > 1]
    return min(filter(None, found), key=says_most, default=None)


def says_most(where: Whereabouts) -> tuple[int, int]:
    """Smallest for what says most: fewest segments that show it alone, or most of all of them."""
    order = (Extent.ONLY, Extent.SOME, Extent.UNKNOWN, Extent.EVERYWHERE)
    return order.index(where.extent), where.showing if where.extent is Extent.ONLY else -where.showing


def _of_name(name: str, parts: list[Stream], incident: Incident) -> Whereabouts | None:
    evidence = incident.first.evidence
    looks = list(filter(None, (look(stream, evidence) for stream in parts)))
    largest_sd = max((each.effect_sd for each in looks), default=0.0)
    verdicts = {each.segment: each.shows(largest_sd) for each in looks}
    if name_of_segment(incident.segment) == name:
        verdicts[incident.segment] = Shows.YES
    events = Counter({stream.segment: stream.events for stream in parts})
    showing = [segment for segment, verdict in verdicts.items() if verdict is Shows.YES]
    if not showing:
        return UNKNOWN if len(looks) < len(parts) else None
    showing.sort(key=lambda segment: (-_effect_of(segment, looks), segment))
    healthy = [segment for segment, verdict in verdicts.items() if verdict is Shows.NO]
    return Whereabouts(
        name=name,
        extent=extent_of(showing, healthy, events),
        segments=showing[:NAMED],
        showing=len(showing),
        looked_at=len(showing) + len(healthy),
        watched=len(parts),
    )


def extent_of(showing: list[str], healthy: list[str], events: Counter[str]) -> Extent:
    """What can be said from the segments that show it or do not, and the predictions of each."""
    of_showing, of_healthy = (sum(events[segment] for segment in each) for each in (showing, healthy))
    if not healthy:
        most = of_showing >= MOST_OF_ALL * events.total()
        return Extent.EVERYWHERE if most and len(showing) > 1 else Extent.UNKNOWN
    if of_healthy < MOST_OF_ALL * (events.total() - of_showing):
        return Extent.UNKNOWN  # of too many nobody knows
    return Extent.ONLY if len(showing) <= min(FEW, len(healthy)) else Extent.SOME


def look(stream: Stream, evidence: Evidence) -> Look | None:
    """What a segment's signal has been since a change began; None while too few values or none say so."""
    if evidence.finding.of != "mean":
        return None  # what varies or is distributed otherwise cannot be told from means
    bank = stream.table(evidence.table).bank
    state = bank.state_of(evidence.signal)
    if state is None or not state.armed:
        return None
    block = bank.settings.block
    # A block that was complete before the last values may have begun before the change.
    blocks = int((bank.values_since(evidence.signal, evidence.began_ms) - block) // block)
    effects = state.block_effects[-blocks:] if blocks > 0 else ()
    if not effects:
        return None
    sign = 1.0 if evidence.finding.effect_size_sd > 0 else -1.0
    error_sd = state.standard_error_sd(block * len(effects))
    return Look(stream.segment, stream.events, sign * sum(effects) / len(effects), error_sd)


def _effect_of(segment: str, looks: list[Look]) -> float:
    return next((each.effect_sd for each in looks if each.segment == segment), 0.0)


def is_of_more(incident: Incident, streams: Streams) -> bool:
    """Whether all predictions have moved by more than the segment in which a change was found explains."""
    part, whole = streams.get(incident.stream), streams.get(incident.stream.whole)
    if not incident.segment or part is None or whole is None:
        return False
    evidence = incident.first.evidence
    of_part, of_whole = look(part, evidence), look(whole, evidence)
    if of_whole is None:
        return False
    effect_sd = max(abs(evidence.finding.effect_size_sd), of_part.effect_sd if of_part is not None else 0.0)
    explained_sd = effect_sd * part.events / max(whole.events, 1)
    return of_whole.effect_sd - SURE * of_whole.error_sd > explained_sd


def is_news(before: Whereabouts | None, now: Whereabouts | None) -> bool:
    """Whether it is known now, and was not when it was told."""
    unknown = before is None or before.extent is Extent.UNKNOWN
    return unknown and now is not None and now.extent is not Extent.UNKNOWN
