"""A tuning as a report."""

from driftline.stream_app.evaluation.backtest import Outcome
from driftline.stream_app.evaluation.document import (
    Bar,
    Bars,
    Block,
    Code,
    Document,
    Figures,
    Lane,
    Notes,
    Table,
    Timeline,
)
from driftline.stream_app.evaluation.timelines import LEGEND, marks_of, spans_of
from driftline.stream_app.evaluation.tuning import Step, Tuning
from driftline.stream_app.evaluation.wording import counted, days_of, duration

HEADINGS = ("step", "tried", "false alerts", "all alerts", "changes found", "median delay", "taken")
HEALTHY = "No truth was given: the history is taken as healthy, and every alert in it as false."
NOTES = (
    "Each proposal is replayed on top of those taken above it, so the figures are its replay's.",
    "It is taken when it leaves fewer false alerts, or as many with fewer signals in them, and every change "
    "that was found is still found, not more than twice as late (and ten minutes).",
    "What is ignored is not watched at all, and a direction that is not bad never alerts: look at each line "
    "before using it. A setting that fits one history may not fit the next.",
)


def verdict_of(tuning: Tuning) -> str:
    """One sentence or two."""
    before, after, days = tuning.before.score, tuning.after.score, tuning.backtest.history.days
    allowed = f"the budget of {tuning.budget}"
    if not tuning.steps and not tuning.over_budget:
        raised = f"{counted(before.false_alarms, 'false alert')} in {days_of(days)}"
        said = f"{raised} keep {allowed}: nothing to change."
    else:
        kept = "above" if tuning.over_budget else "within"
        said = (
            f"{before.false_alarms} → {counted(after.false_alarms, 'false alert')} in {days_of(days)} with "
            f"{counted(len(tuning.taken), 'proposal')}, {kept} {allowed}."
        )
    if tuning.cut_short:
        said += " More could be tried with more replays."
    if tuning.backtest.truths is None:
        return f"{said} {HEALTHY}"
    return f"{said} {after.found} of {counted(after.due, 'change')} found, {before.found} before."


def tuning_document(tuning: Tuning, text: str) -> Document:
    """What was tried, what it changed, and the configuration ``text`` that came of it."""
    before, after = tuning.before.score, tuning.after.score
    figures = Figures(
        (
            (
                "false alerts",
                f"{before.false_alarms} → {after.false_alarms}",
                f"budget: {tuning.budget} per model",
            ),
            ("changes found", f"{before.found} → {after.found}", f"of {after.due}"),
            ("median delay", f"{_delay(tuning.before)} → {_delay(tuning.after)}", "before → after"),
            ("proposals taken", f"{len(tuning.taken)}", f"of {len(tuning.steps)} tried"),
        )
    )
    blocks: list[Block] = [figures]
    if tuning.steps:
        blocks += [*steps_of(tuning), progress_of(tuning)]
    blocks += [timeline_of(tuning), Code("The configuration", text or "# the defaults, nothing to change")]
    blocks.append(Notes("How this was tried", NOTES))
    return Document("driftline: tuning on a history", verdict_of(tuning), tuple(blocks))


def steps_of(tuning: Tuning) -> tuple[Table, Table]:
    """What each proposal changed, and why it was tried."""
    rows = tuple(step_row(number, step) for number, step in enumerate(tuning.steps, 1))
    reasons = tuple((str(number), step.proposal.reason) for number, step in enumerate(tuning.steps, 1))
    note = HEALTHY if tuning.backtest.truths is None else ""
    return (
        Table("What was tried, and what it changed", HEADINGS, rows, frozenset({2, 3, 4, 5}), note),
        Table("Why it was tried", ("step", "reason"), reasons),
    )


def step_row(number: int, step: Step) -> tuple[str, ...]:
    """One proposal: its keys, the figures before and after, and what became of it."""
    before, after = step.before.score, step.after.score
    return (
        str(number),
        "; ".join(str(edit).removeprefix("models.") for edit in step.proposal.edits),
        f"{before.false_alarms} → {after.false_alarms}",
        f"{before.alerts} → {after.alerts}",
        f"{before.found} → {after.found}",
        f"{_delay(step.before)} → {_delay(step.after)}",
        "yes" if step.taken else f"no: {step.refused}",
    )


def progress_of(tuning: Tuning) -> Bars:
    """False alerts after each proposal that was taken."""
    counts = [("as it was", tuning.before), *((step.proposal.kind, step.after) for step in tuning.taken)]
    bars = tuple(
        Bar(
            label,
            outcome.score.false_alarms,
            str(outcome.score.false_alarms),
            "bad" if not place else "quiet",
        )
        for place, (label, outcome) in enumerate(counts)
    )
    told = ", ".join(f"{bar.label} {bar.text}" for bar in bars)
    return Bars("False alerts after each proposal taken", f"From top to bottom: {told}.", bars)


def timeline_of(tuning: Tuning) -> Timeline:
    """Changes on top, then the alerts before and after."""
    history = tuning.backtest.history
    spans = spans_of(tuning.backtest.inside, history)
    lanes = [Lane("changes", spans=spans)] if spans else []
    for label, outcome in (("before", tuning.before), ("after", tuning.after)):
        lanes.append(Lane(label, marks=marks_of(outcome.incidents, outcome.report)))
    counts = f"{tuning.before.score.alerts} before, {tuning.after.score.alerts} after"
    summary = f"The alerts over time: {counts}."
    return Timeline(
        "Alerts before and after", summary, history.began_ms, history.ended_ms, tuple(lanes), LEGEND
    )


def _delay(outcome: Outcome) -> str:
    spread = outcome.score.delay_s
    return duration(None if spread is None else spread.median)


def remarks_of(tuning: Tuning) -> tuple[str, ...]:
    """What stands on top of the configuration: where it comes from, and why each key is in it."""
    reasons = (f"{'; '.join(map(str, step.proposal.edits))}: {step.proposal.reason}" for step in tuning.taken)
    return ("Written by driftline tune. " + verdict_of(tuning), *reasons)
