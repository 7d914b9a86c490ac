"""A history that is replayed under one configuration after the other, with what each one's alerts were."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from driftline.stream_app.adapters.replay import replay
from driftline.stream_app.config import Settings
from driftline.stream_app.evaluation.evaluating import within
from driftline.stream_app.evaluation.history import History, observed
from driftline.stream_app.evaluation.scoring import Score, matched, score
from driftline.stream_app.outputs import MemorySink
from driftline.stream_app.pipeline import Records
from driftline.stream_app.simulator import TOLERANCE_S, Incident, Report, Truth, incidents_of

Source = Callable[[], Iterable[Records]]


class Mention(NamedTuple):
    """One signal in one incident: how it moved, and which detectors saw it."""

    incident: str
    model: str
    signal: str
    direction: str
    detectors: frozenset[str]
    effect_size_sd: float


@dataclass(frozen=True)
class Outcome:
    """What one configuration's alerts were worth."""

    incidents: tuple[Incident, ...]
    report: Report
    score: Score
    mentions: tuple[Mention, ...]

    @property
    def false_mentions(self) -> list[Mention]:
        """Signals as they showed in false alerts."""
        false = {incident.id for incident in self.report.false_alarms}
        return [mention for mention in self.mentions if mention.incident in false]

    @property
    def useful_mentions(self) -> list[Mention]:
        """Signals as they showed in alerts of real changes."""
        false = {incident.id for incident in self.report.false_alarms}
        return [mention for mention in self.mentions if mention.incident not in false]

    def false_alarms(self, model: str) -> int:
        return sum(incident.model == model for incident in self.report.false_alarms)


class Backtest:
    """Replays one history as often as needed. ``truths`` None: nobody said what happened."""

    def __init__(self, records: Source, truths: list[Truth] | None, tolerance_s: float = TOLERANCE_S) -> None:
        self.records = records
        self.truths = truths
        self.tolerance_s = tolerance_s
        self.history = History()
        self.inside: list[Truth] = []
        self.replays = 0

    def run(self, settings: Settings) -> Outcome:
        """The alerts of a configuration, held against the truth.

        Raises:
            EvaluationError: as ``evaluate``.
        """
        sink = MemorySink("alerts")
        first = self.replays == 0
        records = observed(self.records(), self.history.take) if first else self.records()
        replay(records, settings, sink)
        if first:
            self.inside, _ = within(self.history, self.truths or ())
        self.replays += 1
        alerts = sink.decoded("alerts")
        incidents = incidents_of(alerts)
        report = matched(incidents, self.inside, self.history, self.tolerance_s)
        mentions = mentions_of(alerts)
        return Outcome(tuple(incidents), report, score("", report, self.history.days), tuple(mentions))


def mentions_of(alerts: Iterable[Mapping[str, Any]]) -> list[Mention]:
    """Every signal of every incident once, as it was last told with its largest effect."""
    first: dict[tuple[str, str], str] = {}
    found: dict[tuple[str, str], Mention] = {}
    for alert in sorted(alerts, key=lambda alert: alert["sequence"]):
        if alert["status"] == "resolved":
            continue
        incident = first.setdefault((alert["fingerprint"], alert["startsAt"]), alert["id"])
        for ranked in alert["drift"]["signals"]:
            key = (incident, ranked["signal"])
            effect = ranked["effect_size_sd"]
            direction = ranked["direction"] if effect is None else "up" if effect > 0 else "down"
            before = found.get(key)
            size = max(abs(effect or 0.0), before.effect_size_sd if before else 0.0)
            detectors = frozenset(ranked["detectors"]) | (before.detectors if before else frozenset())
            model = alert["labels"]["model"]
            found[key] = Mention(incident, model, ranked["signal"], direction, detectors, size)
    return list(found.values())
