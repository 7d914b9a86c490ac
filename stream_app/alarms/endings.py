"""Why an incident is over: a signal is back where it was, or it is not and counts as normal all the same."""

from collections.abc import Callable
from math import isnan
from operator import attrgetter
from typing import Final

from driftline.detectors import Moments, SignalState
from driftline.schemas import Ended, Kind
from driftline.schemas.alerts import Changed
from driftline.schemas.status import ALL_VERSIONS
from driftline.stream_app.alarms.incident import Incident, Member
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.monitoring.streams.streams import Streams

# Back is nearer to what it was than to what it became.
NEARER = 0.5
SHOWN_BY: Final[dict[Changed, Callable[[Moments], float]]] = {
    "mean": attrgetter("mean"),
    "variance": attrgetter("sd"),
}
"""What of some values shows that something of their distribution is what it was."""
# What a level that stayed moves the level by, in sd, to count as such, or half of a small change: less is in
# the noise of its mean.
FOLLOWED_SD = 0.25


def remember_start(member: Member, signal: SignalState) -> None:
    """What a signal was when it was first looked at after it fired."""
    member.seen_at_start = signal.seen
    member.followed_at_start = signal.followed
    member.reference_at_start = signal.reference.mean if signal.reference is not None else 0.0


def is_back(member: Member, now: Moments) -> bool:
    """Whether the last values themselves are what they were before the change, and none of what it became."""
    healthy: dict[Changed, float] = {}
    for evidence in member.told:
        finding = evidence.finding
        figure = SHOWN_BY.get(finding.of)
        if evidence.again and finding.of not in healthy:
            continue  # told from where it had stayed
        if figure is None or isnan(figure(finding.before)):
            continue  # nothing was told that the values could be held against
        before = healthy.setdefault(finding.of, figure(finding.before))
        if not abs(figure(now) - before) <= NEARER * abs(figure(finding.after) - before):
            return False
    return True


def has_followed(member: Member, signal: SignalState) -> bool:
    """Whether the level, or the reference, of a signal moved while its incident was open."""
    finding, reference = member.evidence.finding, signal.reference
    enough_sd = min(FOLLOWED_SD, NEARER * member.effect_size_sd)
    if abs(signal.followed - member.followed_at_start) >= enough_sd > 0.0:
        return True
    moved = abs(reference.mean - member.reference_at_start) if reference is not None else 0.0
    change = abs(finding.after.mean - finding.before.mean)
    return not finding.categories and not isnan(change) and moved > NEARER * change > 0.0


def recover(member: Member, signal: SignalState, now: Moments | None) -> None:
    """Note why a signal is normal for its detectors: it is back, or its level was followed.

    Where the time of the week moves a signal, its values of now say little; whether its level moved does.
    Where its last values are not back and no level moved either, they may be of before the recovery still:
    it is looked at again until a whole window is of after it. What is back at a level that had been followed
    earlier is not back at its reference. What it is said to be now are the values that this was judged by.
    """
    follows = has_followed(member, signal)
    back = not follows and (now is None or signal.seasonal or is_back(member, now))
    settled = signal.seen - member.normal_at >= signal.recent.count
    if back or follows or settled or member.recovered:
        member.recovered, member.back, member.now = True, back, now or member.now
        member.followed = not back or abs(member.followed_at_start) >= FOLLOWED_SD


def ending_of_all(incident: Incident) -> Ended:
    """Why an incident is over of which no signal fires any more; the least reassuring reason counts."""
    members = incident.members.values()
    if any(member.followed for member in members):
        return Ended.FOLLOWED
    return Ended.ACCEPTED if any(member.accepted for member in members) else Ended.BACK_AT_REFERENCE


def ending_of_condition(incident: Incident) -> Ended:
    """Why a condition is over, when its reporter says no more than that."""
    return Ended.MET if incident.kind is Kind.TARGET else Ended.OVER


def vanished(incident: Incident, streams: Streams, now_ms: int) -> Ended | None:
    """Whether nothing is heard any more of what an incident is about: the version, or the whole model."""
    if not streams.is_gone(incident.stream, now_ms):
        return None
    all_gone = streams.is_gone(StreamKey(ALL_VERSIONS, incident.role, incident.segment), now_ms)
    of_version = streams.is_gone(incident.stream.whole, now_ms)  # else it is the segment that is gone
    return Ended.VERSION_GONE if of_version and not all_gone else Ended.NO_TRAFFIC
