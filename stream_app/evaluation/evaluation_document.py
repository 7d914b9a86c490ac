"""An evaluation as a report."""

from typing import Any, Final

from driftline.stream_app.evaluation.document import Bar, Bars, Block, Document, Figures, Lane, Notes, Table
from driftline.stream_app.evaluation.document import Timeline as TimelineBlock
from driftline.stream_app.evaluation.evaluating import GROUPED, Contestant, Evaluation
from driftline.stream_app.evaluation.scoring import Score, alerts_by_signal
from driftline.stream_app.evaluation.timelines import LEGEND, marks_of, spans_of
from driftline.stream_app.evaluation.wording import (
    ABSENT,
    counted,
    days_of,
    duration,
    number,
    share,
    time_of,
    words,
)
from driftline.stream_app.simulator import Row

SIGNALS_SHOWN: Final = 15
ALERTS_LISTED: Final = 50
COUNTS: Final = ("", "alerts", "a day", "changes found", "missed", "further alerts", "false alerts")
QUALITY: Final = (
    *("", "precision", "recall", "F1", "exactly one alert"),
    *("delay: median", "mean", "90 %"),
)
NOTES: Final = (
    "An alert is an incident with all its signals, however often it was updated; it matches a change of the "
    "same model that it began or was detected in, up to a tolerance after the change's end. The same rule "
    "holds for every row.",
    "Precision counts as right the first alert of each change; a further alert about it is as needless as a "
    "false one. Recall is changes found ÷ changes due an alert. Side effects need no alert and excuse one.",
    "always-fire raises an alert for each version as often as alerts could be told apart (group_within), "
    "never-fire none.",
    "river's rows are ADWIN and PageHinkley with their default parameters on the plain values: numbers and "
    "booleans of features, outputs and serving values, missing and null rates, errors, behaviours, "
    "predictions per second; one at a time, a detector per signal and version, from the first value on. Each "
    "detection is an alert; the rows “grouped” keep at most one within group_within per version. Texts are "
    "left out, which river's detectors cannot read.",
)


def verdict_of(evaluation: Evaluation) -> str:
    """One sentence."""
    score = evaluation.driftline.score
    said = f"{counted(score.alerts, 'alert')} in {days_of(score.days)}"
    if evaluation.truths is None:
        return f"{said}; no truth was given, so the history is taken as healthy and every alert as false."
    found = (
        f"{score.found} of {counted(score.due, 'change')} found"
        if score.due
        else "no change was due an alert"
    )
    delay = score.delay_s
    after = f", half of them within {duration(delay.median)}" if delay is not None and score.found > 1 else ""
    return f"{found}{after}; {said}, {score.false_alarms} of them false."


def evaluation_document(evaluation: Evaluation) -> Document:
    """The figures, the score of everybody, the charts, and every change and alert."""
    blocks: list[Block] = [figures_of(evaluation), *scores_of(evaluation), timeline_of(evaluation)]
    rows = evaluation.driftline.report.rows
    if rows:
        blocks += [delays_of(rows), changes_of(rows)]
    blocks.append(signals_of(evaluation))
    if evaluation.driftline.report.false_alarms:
        blocks.append(false_alarms_of(evaluation.driftline))
    outside = tuple(f"{each.change} lies outside the history and is left out." for each in evaluation.outside)
    blocks.append(Notes("How this is counted", (*outside, *NOTES)))
    return Document("driftline: evaluation on a history", verdict_of(evaluation), tuple(blocks))


def evaluation_builtins(evaluation: Evaluation) -> dict[str, Any]:
    """The same for machines."""
    driftline, history = evaluation.driftline, evaluation.history
    return {
        "verdict": verdict_of(evaluation),
        "truth_given": evaluation.truths is not None,
        "days": history.days,
        "predictions": history.predictions,
        "scores": [contestant.score.to_builtins() for contestant in evaluation.contestants],
        "changes": [
            {
                "change": row.truth.change,
                "model": row.truth.model,
                "alarm_due": row.truth.alarm_due,
                "found": row.incident is not None,
                "right_kind": row.right_kind,
                "alert": None if row.incident is None else row.incident.id,
                "delay_s": row.delay_s,
                "delay_predictions": row.delay_predictions,
                "further_alerts": row.further_incidents,
            }
            for row in driftline.report.rows
        ],
        "outside": [truth.change for truth in evaluation.outside],
        "false_alarms": [incident.id for incident in driftline.report.false_alarms],
        "alerts_by_signal": alerts_by_signal(driftline.incidents),
        "replay": evaluation.summary.to_builtins(),
    }


def figures_of(evaluation: Evaluation) -> Figures:
    score, history = evaluation.driftline.score, evaluation.history
    delay = score.delay_s
    median, p90 = (duration(delay.median), duration(delay.p90)) if delay else (ABSENT, ABSENT)
    return Figures(
        (
            ("history", days_of(history.days), f"{history.predictions:,} predictions"),
            ("changes found", f"{score.found} of {score.due}", f"{score.single} with exactly one alert"),
            ("false alerts", f"{score.false_alarms}", f"of {counted(score.alerts, 'alert')}"),
            ("median delay", median, f"90 %: {p90}"),
        )
    )  # fmt: skip


def scores_of(evaluation: Evaluation) -> tuple[Table, Table]:
    """How many alerts and what they were worth; how good that is, and how soon they came."""
    scores = [contestant.score for contestant in evaluation.contestants]
    counts, quality = tuple(map(counts_row, scores)), tuple(map(quality_row, scores))
    numeric = frozenset(range(1, len(QUALITY)))
    note = "In brackets: the delay in predictions. Exactly one alert: the share of changes that got it."
    return (
        Table("Alerts, and what they were worth", COUNTS, counts, numeric),
        Table("How good, and how soon", QUALITY, quality, numeric, note),
    )


def counts_row(score: Score) -> tuple[str, ...]:
    counts = (score.found, score.missed, score.further, score.false_alarms)
    return (score.name, f"{score.alerts:,}", number(score.alerts_per_day), *(f"{each:,}" for each in counts))


def quality_row(score: Score) -> tuple[str, ...]:
    rates = (score.precision, score.recall, score.f1, score.one_alert_rate)
    delays = [
        f"{duration(time)} ({number(predictions)})"
        for time, predictions in zip(score.delay_s or (), score.delay_predictions or (), strict=False)
    ]
    return (score.name, *map(share, rates), *(delays or [ABSENT] * 3))


def timeline_of(evaluation: Evaluation) -> TimelineBlock:
    """Changes on top, then a lane per contestant that decides anything."""
    history = evaluation.history
    spans = spans_of(evaluation.truths or (), history)
    shown = [each for each in evaluation.contestants if each.incidents and GROUPED not in each.score.name]
    lanes = [Lane("changes", spans=spans)] if spans else []
    lanes += [Lane(each.score.name, marks=marks_of(each.incidents, each.report)) for each in shown]
    if evaluation.driftline not in shown:
        lanes.insert(len(lanes[:1]) if spans else 0, Lane(evaluation.driftline.score.name))
    counts = "; ".join(f"{each.score.name} {counted(each.score.alerts, 'alert')}" for each in shown)
    summary = f"{counted(len(spans), 'change')} and the alerts over time: {counts or 'no alert at all'}."
    return TimelineBlock(
        "Alerts against the truth", summary, history.began_ms, history.ended_ms, tuple(lanes), LEGEND
    )


def delays_of(rows: tuple[Row, ...]) -> Bars:
    bars = tuple(
        Bar(row.truth.change, row.delay_s or 0.0, duration(row.delay_s), "good")
        if row.incident is not None
        else Bar(row.truth.change, 0.0, "missed", "bad")
        for row in rows
        if row.truth.alarm_due
    )
    told = ", ".join(f"{bar.label} {bar.text}" for bar in bars)
    return Bars("Delay per change", f"From each change's beginning to its first alert: {told}.", bars)


def changes_of(rows: tuple[Row, ...]) -> Table:
    headings = ("change", "began", "kind", "found as", "after", "in predictions", "further alerts")
    listed = tuple(
        (
            row.truth.change,
            time_of(row.truth.began_ms),
            words(row.truth.kind),
            found_as(row),
            duration(row.delay_s),
            number(row.delay_predictions),
            str(row.further_incidents),
        )
        for row in rows
    )
    return Table("What happened, and what was found", headings, listed, frozenset({4, 5, 6}))


def found_as(row: Row) -> str:
    """What found a change, in words."""
    if row.incident is None:
        return "nothing" if row.truth.alarm_due else "nothing (none was due)"
    return f"{words(row.incident.kind)}: {row.incident.signals[0]}"


def signals_of(evaluation: Evaluation) -> Bars:
    days = evaluation.history.days or 1.0
    score, report = evaluation.driftline.score, evaluation.driftline.report
    false = set(alerts_by_signal(report.false_alarms))
    counts = list(alerts_by_signal(evaluation.driftline.incidents).items())
    bars = tuple(
        Bar(signal, count / days, f"{number(count / days)} ({count})", "bad" if signal in false else "good")
        for signal, count in counts[:SIGNALS_SHOWN]
    )
    rest = f" {len(counts) - SIGNALS_SHOWN} more had some." if len(counts) > SIGNALS_SHOWN else ""
    told = ", ".join(f"{bar.label} {bar.text}" for bar in bars) or "none"
    summary = (
        f"Alerts a day that show each signal, of {score.alerts} in all (in brackets: how many): {told}.{rest}"
    )
    return Bars("Alerts per day and signal", summary, bars)


def false_alarms_of(contestant: Contestant) -> Table:
    every = contestant.report.false_alarms
    rows = tuple(
        (time_of(each.detected_ms), words(each.kind), ", ".join(each.all_signals), each.summary)
        for each in every[:ALERTS_LISTED]
    )
    note = f"The first {ALERTS_LISTED} of {len(every)}." if len(every) > ALERTS_LISTED else ""
    return Table("False alerts", ("detected", "kind", "signals", "summary"), rows, note=note)
