"""A configuration that raises no more false alerts than asked for, found by replays, step by step."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from driftline.stream_app.config import Settings
from driftline.stream_app.evaluation.backtest import Backtest, Outcome
from driftline.stream_app.evaluation.budget import Budget
from driftline.stream_app.evaluation.draft import Draft
from driftline.stream_app.evaluation.proposals import KINDS, Kind, Proposal, Situation

LATER_RATIO: Final = 2.0
LATER_S: Final = 600.0
MOST_REPLAYS: Final = 40

Listener = Callable[[int, str], object]
"""Told before each replay: its number, and what is tried."""


@dataclass(frozen=True)
class Step:
    """A proposal, and the history's alerts without it and with it; ``refused`` says why it is not taken."""

    proposal: Proposal
    before: Outcome
    after: Outcome
    refused: str = ""

    @property
    def taken(self) -> bool:
        return not self.refused


@dataclass
class Tuning:
    """How it began, every step, how it ended and with which configuration."""

    backtest: Backtest
    budget: Budget
    before: Outcome
    after: Outcome
    draft: Draft
    steps: list[Step] = field(default_factory=list)
    cut_short: bool = False

    @property
    def taken(self) -> list[Step]:
        return [step for step in self.steps if step.taken]

    @property
    def over_budget(self) -> list[str]:
        """Models that still raise more false alerts than the budget allows in this history."""
        return over_budget(self.backtest, self.budget, self.after)


def tune(
    backtest: Backtest,
    draft: Draft,
    budget: Budget,
    most_replays: int = MOST_REPLAYS,
    listen: Listener = lambda number, what: None,
) -> Tuning:
    """Try proposals, the mildest kinds first, each on top of those taken, until the budget is kept.

    A proposal is taken when it leaves fewer false alerts (or the same with fewer signals in them) and every
    change is still found, not much later.
    """
    listen(1, "the configuration as it is")
    before = backtest.run(draft.settings())
    tuning = Tuning(backtest, budget, before, before, draft)
    for kind in KINDS:
        tried: set[str] = set()
        while tuning.over_budget and (proposal := untried(kind, tuning, tried)) is not None:
            if backtest.replays >= most_replays:
                tuning.cut_short = True
                return tuning
            tried.add(str(proposal.edits))
            candidate = tuning.draft.edited(proposal.edits)
            listen(backtest.replays + 1, ", ".join(map(str, proposal.edits)))
            after = backtest.run(candidate.settings())
            step = Step(proposal, tuning.after, after, objection(tuning.after, after))
            tuning.steps.append(step)
            if step.taken:
                tuning.draft, tuning.after = candidate, after
    return tuning


def untried(kind: Kind, tuning: Tuning, tried: set[str]) -> Proposal | None:
    """The next proposal of a kind in the situation as it is now; a global knob is turned only once."""
    settings = tuning.draft.settings()
    proposals = (each for case in situations(tuning, settings) for each in kind(case))
    once = {step.proposal.kind for step in tuning.taken} & {"budget", "warm-up", "effect"}
    return next((each for each in proposals if str(each.edits) not in tried and each.kind not in once), None)


def situations(tuning: Tuning, settings: Settings) -> Iterator[Situation]:
    """Every model that is over its budget."""
    outcome, history = tuning.after, tuning.backtest.history
    false, useful = outcome.false_mentions, outcome.useful_mentions
    for model in tuning.over_budget:
        yield Situation(
            model,
            settings.plan(model),
            history.models[model],
            tuning.budget,
            tuple(each for each in false if each.model == model),
            tuple(each for each in useful if each.model == model),
        )


def over_budget(backtest: Backtest, budget: Budget, outcome: Outcome) -> list[str]:
    """Models with more false alerts than the budget allows in the length of the history."""
    allowed = budget.allowed(backtest.history.days)
    return [model for model in sorted(backtest.history.models) if outcome.false_alarms(model) > allowed]


def objection(before: Outcome, after: Outcome) -> str:
    """Why a proposal is not taken; empty when it is."""
    for old, new in zip(before.report.rows, after.report.rows, strict=True):
        if old.incident is None or not old.truth.alarm_due:
            continue
        if new.incident is None:
            return f"misses {old.truth.change}"
        was_s, is_s = old.delay_s or 0.0, new.delay_s or 0.0
        if is_s > LATER_RATIO * was_s + LATER_S:
            return f"finds {old.truth.change} much later"
    if cost(after) >= cost(before):
        return "no fewer false alerts"
    return ""


def cost(outcome: Outcome) -> tuple[int, int]:
    """False alerts, and the signals in them."""
    return outcome.score.false_alarms, len(outcome.false_mentions)


def tuning_builtins(tuning: Tuning) -> dict[str, Any]:
    """For machines: the same as the report."""

    def figures(outcome: Outcome) -> dict[str, Any]:
        kept = ("alerts", "false_alarms", "found", "due", "delay_s", "delay_predictions")
        every = outcome.score.to_builtins()
        return {name: every[name] for name in kept}

    return {
        "budget": str(tuning.budget),
        "truth_given": tuning.backtest.truths is not None,
        "days": tuning.backtest.history.days,
        "before": figures(tuning.before),
        "after": figures(tuning.after),
        "over_budget": tuning.over_budget,
        "replays": tuning.backtest.replays,
        "cut_short": tuning.cut_short,
        "proposals": [
            {
                "kind": step.proposal.kind,
                "edits": {".".join(edit.path): edit.value for edit in step.proposal.edits},
                "reason": step.proposal.reason,
                "before": figures(step.before),
                "after": figures(step.after),
                "taken": step.taken,
                "refused": step.refused or None,
            }
            for step in tuning.steps
        ],
    }
