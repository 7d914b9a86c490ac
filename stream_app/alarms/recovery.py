"""When a change is over: the states of a signal that fired, and what leads from one to the next.

    healthy ──finding──▶ changed ──at its reference again (`still_changed`, `endings.recover`)──▶ over
                         │  ▲ │
        another level,   │  │ ├──an operator says that it is normal (`acceptance`)──▶ accepted
        certain (`news`) └──┘ └──it stayed for so long that detectors measure from it,
                                 where no cycle is known yet (`SignalState.followed`)──▶ followed

Detectors say that a signal changed, in what (its mean, its spread), from which level it did, and whether it
is away still; here is decided what that means. It is over when it is in all that was found of it; when what
was told is over and something else is not, that is told (`Member.turn_to`). An incident is over when each of
its signals is, and the least reassuring end is told. Only `over` is "back at its reference".
"""

from math import ceil

from driftline.detectors import SignalState
from driftline.schemas.alerts import Changed
from driftline.stream_app.alarms.incident import Evidence, Member
from driftline.stream_app.config import ModelPlan

# A signal is back when its recent blocks are this close to its reference (half way, for a small change).
RECOVERED_SD = 0.25
SURE_STANDARD_ERRORS = 3.0
BLOCKS_MIN = 2  # one may be of an hour that is never like the others


def tolerance_sd(effect_size_sd: float) -> float:
    """How near to its reference a signal is back that was found so far away."""
    return min(RECOVERED_SD, abs(effect_size_sd) / 2)


def still_changed(member: Member, signal: SignalState, plan: ModelPlan, block: int) -> Changed | None:
    """In what a signal is another one still, first of what was told of it; None: in nothing."""
    for evidence in (*member.told, *member.others.values()):
        changed = evidence.finding.of
        if changed == "mean":
            over = mean_is_back(member, evidence, signal, plan, block)
        else:  # a detection takes effect with the value after it
            since = signal.seen - max(member.seen_at_start, evidence.finding.seen)
            over = since >= block and changed not in signal.differs_in
        if not over:
            return changed
    return None


def blocks_of_recovery(signal: SignalState, plan: ModelPlan) -> int:
    """How many of its last blocks say whether a signal is back: M of what varies by its sd, fewer of what has
    a cycle and hardly varies around it. Six blocks of values that come once an hour are eight days.
    """
    most = plan.alerts.of_blocks
    return min(max(ceil(most * signal.noise_sd**2), BLOCKS_MIN), most)


def mean_is_back(
    member: Member, evidence: Evidence, signal: SignalState, plan: ModelPlan, block: int
) -> bool:
    """The mean is back within the tolerance, on so many values that chance cannot have put it there.

    The mean of n independent scores has a standard error of 1 / sqrt(n) sd, that of autocorrelated ones a
    larger one. Where the last blocks can tell the tolerance from noise they decide, soon; for a small
    change it takes the whole recent window. A signal that is still another one for its detectors is back only
    when the whole window says so clearly: the effect that was told may have been larger than the change is.
    """
    since = signal.seen - member.seen_at_start
    is_first = evidence is member.evidence
    tolerance = tolerance_sd(member.effect_size_sd if is_first else evidence.finding.effect_size_sd)
    blocks = blocks_of_recovery(signal, plan)
    values = blocks * block
    settled = since >= signal.recent.count
    effect = abs(signal.effect_size_sd)
    if signal.away and not (settled and effect <= tolerance / 2):
        return False
    if tolerance >= SURE_STANDARD_ERRORS * signal.standard_error_sd(values):
        effects = signal.block_effects[-blocks:]
        enough = since >= values and len(effects) == blocks
        return enough and abs(sum(effects) / len(effects)) <= tolerance
    return settled and effect <= tolerance
