"""What may make a configuration raise fewer false alerts: each kind of proposal is one function.

A kind looks at a situation and proposes edits with a reason, the most promising first. KINDS has them from
the mildest to the most drastic; a new kind is one more function there. Whether a proposal helps, only a
replay tells.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from driftline.stream_app.config import ModelPlan
from driftline.stream_app.evaluation.backtest import Mention
from driftline.stream_app.evaluation.budget import Budget
from driftline.stream_app.evaluation.draft import Edit
from driftline.stream_app.evaluation.history import ModelHistory
from driftline.stream_app.evaluation.subjects import Subject, subject_of_signal
from driftline.stream_app.evaluation.wording import counted
from driftline.stream_app.monitoring.signals.families import OPPOSITE, bad_direction

MOST_EFFECT_FLOOR_SD: Final = 2.0
STRICTER: Final = 10.0
LONGEST_WARM_UP_SHARE: Final = 0.25


@dataclass(frozen=True)
class Proposal:
    """Keys to set, and why."""

    kind: str
    edits: tuple[Edit, ...]
    reason: str


@dataclass(frozen=True)
class Situation:
    """One model that raises too many false alerts: its plan, its history, its signals in alerts."""

    model: str
    plan: ModelPlan
    history: ModelHistory
    budget: Budget
    false: tuple[Mention, ...]
    useful: tuple[Mention, ...]

    def edit(self, *path: str, value: object) -> Edit:
        """A key of the model's section."""
        return Edit(("models", self.model, *path), value)

    def false_by_subject(self) -> dict[Subject, list[Mention]]:
        """False mentions by what the configuration can name, the busiest first."""
        found: dict[Subject, list[Mention]] = {}
        for mention in self.false:
            subject = subject_of_signal(mention.signal)
            if subject is not None:
                found.setdefault(subject, []).append(mention)
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))

    def useful_of(self, subject: Subject) -> list[Mention]:
        """Mentions of the same subject in alerts of real changes."""
        return [each for each in self.useful if subject_of_signal(each.signal) == subject]


Kind = Callable[[Situation], Iterator[Proposal]]


def stricter_budget(case: Situation) -> Iterator[Proposal]:
    """The budget that was asked for, where the configuration has a larger one; then one that is stricter."""
    budget, now = case.budget, case.plan.false_alarm_budget.alarms_per_day
    asked = budget.alarms / budget.days
    if asked < now:
        value = {"alarms": budget.alarms, "per": budget.per}
        edit = case.edit("false_alarm_budget", value=value)
        yield Proposal("budget", (edit,), "this is the budget that was asked for")
    value = {"alarms": min(asked, now) * budget.days / STRICTER, "per": budget.per}
    edit = case.edit("false_alarm_budget", value=value)
    yield Proposal("budget", (edit,), f"asks every detector for false alarms {STRICTER:g} times as rare")


def one_direction(case: Situation) -> Iterator[Proposal]:
    """``bad`` for a signal whose false alarms all point to one side, where no real change ever did."""
    signals = dict.fromkeys(mention.signal for mention in case.false)
    for signal in signals:
        mentions = [each for each in case.false if each.signal == signal]
        subject = subject_of_signal(signal)
        directions = {each.direction for each in mentions}
        if subject is None or not subject.has_direction(signal, case.history) or len(directions) > 1:
            continue
        (direction,) = directions
        real = any(each.signal == signal and each.direction == direction for each in case.useful)
        if len(mentions) > 1 and not real and bad_direction(signal, case.plan) == "both":
            edit = case.edit(subject.section, subject.name, "bad", value=OPPOSITE[direction])
            side = "rose" if direction == "up" else "fell"
            reason = f"{signal} only {side} in {counted(len(mentions), 'false alert')}, and in no real change"
            yield Proposal("direction", (edit,), reason)


def without_detector(case: Situation) -> Iterator[Proposal]:
    """Off with a detector that alone raised every false alarm of a signal."""
    for subject, mentions in case.false_by_subject().items():
        if not subject.can_choose_detectors:
            continue
        plan = subject.plan(case.plan)
        chosen = (plan.detectors if plan is not None else None) or case.plan.detectors
        alone = {detectors for each in mentions for detectors in [each.detectors]}
        names = next(iter(alone)) if len(alone) == 1 else frozenset()
        kept = [name for name in chosen if name not in names]
        if len(names) == 1 and kept and not any(each.detectors == names for each in case.useful_of(subject)):
            (name,) = names
            edit = case.edit(subject.section, subject.name, "detectors", value=kept)
            reason = f"{name} alone saw {subject} in {counted(len(mentions), 'false mention')}"
            yield Proposal("detector", (edit,), reason)


def longer_warm_up(case: Situation) -> Iterator[Proposal]:
    """A reference learned from more values."""
    if case.plan.baseline is not None:
        return
    for factor in (2, 4):
        warm_up = case.plan.warm_up * factor
        if warm_up <= LONGEST_WARM_UP_SHARE * len(case.history.times_ms):
            edit = case.edit("warm_up", value=warm_up)
            yield Proposal("warm-up", (edit,), f"a reference from {warm_up:,} values is surer")


def higher_floor(case: Situation) -> Iterator[Proposal]:
    """An effect that is asked for, above what the false alarms show and below every real change."""
    shown_sd = max((each.effect_size_sd for each in case.false), default=0.0)
    floor_sd = ceil(shown_sd * 1.05 * 20) / 20
    largest: dict[str, float] = {}
    for each in case.useful:
        largest[each.incident] = max(largest.get(each.incident, 0.0), each.effect_size_sd)
    limit_sd = min([MOST_EFFECT_FLOOR_SD, *largest.values()])
    if case.plan.alerts.effect_size_floor_sd < floor_sd <= limit_sd:
        edit = case.edit("alerts", "effect_size_floor_sd", value=floor_sd)
        reason = f"no false alert showed an effect above {shown_sd:.2f} sd"
        yield Proposal("effect", (edit,), reason)


def ignored(case: Situation) -> Iterator[Proposal]:
    """Nothing at all from what only ever raised false alarms; what always did so together goes together."""
    together: dict[frozenset[str], list[Subject]] = {}
    for subject, mentions in case.false_by_subject().items():
        if subject.can_be_ignored and not case.useful_of(subject):
            together.setdefault(frozenset(each.incident for each in mentions), []).append(subject)
    groups = sorted(together.items(), key=lambda item: -len(item[0]))
    if len(groups) > 1:  # those that take turns help only as a whole
        groups.append((frozenset().union(*together), [each for group in together.values() for each in group]))
    for incidents, subjects in groups:
        edits = tuple(case.edit(each.section, each.name, "ignore", value=True) for each in subjects)
        named = ", ".join(map(str, subjects))
        reason = f"{named} showed in false alerts only ({len(incidents)} of them)"
        yield Proposal("ignore", edits, reason)


KINDS: Final[tuple[Kind, ...]] = (
    stricter_budget,
    one_direction,
    without_detector,
    longer_warm_up,
    higher_floor,
    ignored,
)
