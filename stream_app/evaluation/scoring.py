"""How well alerts tell of changes: the same few figures for whatever raised them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from driftline.stream_app.evaluation.history import History
from driftline.stream_app.simulator import TOLERANCE_S, Incident, Report, Row, Truth, match


class Spread(NamedTuple):
    """Median, mean and 90 % quantile of delays."""

    median: float
    mean: float
    p90: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread | None":
        """None when there are no values."""
        if not values:
            return None
        return cls(float(np.median(values)), float(np.mean(values)), float(np.quantile(values, 0.9)))


@dataclass(frozen=True)
class Score:
    """What a contestant said of one history.

    ``due`` changes were to be found, ``found`` were. Each of the ``alerts`` is the first word about a change,
    one of ``further`` about a change found already, ``explained`` by a side effect that needed no alert, or
    false. ``single`` changes got exactly one alert. Delays run from a change's beginning to the detection.
    """

    name: str
    alerts: int
    days: float
    due: int
    found: int
    further: int
    explained: int
    false_alarms: int
    single: int
    delays_s: tuple[float, ...]
    delays_predictions: tuple[int, ...]

    @property
    def missed(self) -> int:
        return self.due - self.found

    @property
    def alerts_per_day(self) -> float | None:
        """None for a history without length."""
        return self.alerts / self.days if self.days > 0 else None

    @property
    def precision(self) -> float | None:
        """Of the alerts that needed an explanation, those that were the first word about a change."""
        judged = self.found + self.further + self.false_alarms
        return self.found / judged if judged else None

    @property
    def recall(self) -> float | None:
        """Of the changes that were due an alert, those that got one."""
        return self.found / self.due if self.due else None

    @property
    def f1(self) -> float | None:
        """2·found / (alerts judged + changes due): the harmonic mean of precision and recall."""
        whole = self.found + self.further + self.false_alarms + self.due
        return 2 * self.found / whole if whole else None

    @property
    def one_alert_rate(self) -> float | None:
        """Of the changes that were due an alert, those that got exactly one."""
        return self.single / self.due if self.due else None

    @property
    def delay_s(self) -> Spread | None:
        return Spread.of(self.delays_s)

    @property
    def delay_predictions(self) -> Spread | None:
        return Spread.of(self.delays_predictions)

    def to_builtins(self) -> dict[str, Any]:
        """For JSON; figures that do not exist are None."""
        counted = (
            "name",
            "alerts",
            "due",
            "found",
            "missed",
            "further",
            "explained",
            "false_alarms",
            "single",
        )
        rates = ("alerts_per_day", "precision", "recall", "f1", "one_alert_rate")
        delays = {"delay_s": self.delay_s, "delay_predictions": self.delay_predictions}
        return {
            **{name: getattr(self, name) for name in (*counted, *rates)},
            **{name: None if each is None else each._asdict() for name, each in delays.items()},
        }


def matched(
    incidents: Iterable[Incident], truths: Iterable[Truth], history: History, tolerance_s: float = TOLERANCE_S
) -> Report:
    """The simulator's matching, model by model, with delays in each model's own predictions."""
    ordered = sorted(incidents, key=lambda incident: (incident.detected_ms, incident.id))
    told = [
        replace(truth, first_prediction=history.predictions_before(truth.model, truth.began_ms))
        for truth in truths
    ]
    rows: list[Row] = []
    false_alarms: list[Incident] = []
    for model in sorted({each.model for each in ordered} | {each.model for each in told}):
        of_model = match(
            (incident for incident in ordered if incident.model == model),
            (truth for truth in told if truth.model == model),
            history.times_ms(model),
            tolerance_s=tolerance_s,
        )
        rows += of_model.rows
        false_alarms += of_model.false_alarms
    rows.sort(key=lambda row: row.truth.began_ms)
    false_alarms.sort(key=lambda incident: incident.detected_ms)
    return Report(tuple(rows), tuple(false_alarms))


def score(name: str, report: Report, days: float) -> Score:
    """The figures of a report over this many days."""
    due = [row for row in report.rows if row.truth.alarm_due]
    found = [row for row in due if row.incident is not None]
    heard = [row for row in report.rows if row.incident is not None]
    further = sum(row.further_incidents for row in found)
    explained = sum(1 + row.further_incidents for row in heard if not row.truth.alarm_due)
    return Score(
        name=name,
        alerts=len(found) + further + explained + len(report.false_alarms),
        days=days,
        due=len(due),
        found=len(found),
        further=further,
        explained=explained,
        false_alarms=len(report.false_alarms),
        single=sum(row.further_incidents == 0 for row in found),
        delays_s=tuple(row.delay_s for row in found if row.delay_s is not None),
        delays_predictions=tuple(row.delay_predictions for row in found if row.delay_predictions is not None),
    )


def alerts_by_signal(incidents: Iterable[Incident]) -> Mapping[str, int]:
    """How many alerts showed each signal, the busiest first."""
    counts: dict[str, int] = {}
    for incident in incidents:
        for signal in incident.all_signals:
            counts[signal] = counts.get(signal, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
