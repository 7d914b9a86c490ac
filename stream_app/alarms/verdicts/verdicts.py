"""What a verdict on an alert does to the signals that raised it."""

from math import log
from typing import Final

from driftline.schemas import Control, Verdict
from driftline.stream_app.alarms.desk import AlarmDesk
from driftline.stream_app.alarms.incident import Incident
from driftline.stream_app.alarms.standing import (
    HALF_LIFE_MS,
    LEAST,
    MOST,
    NEAR_ONE,
    NOISE_TO_DEMOTE,
    Standing,
)
from driftline.stream_app.alarms.state import AlarmState, ClosedIncident
from driftline.stream_app.alarms.verdicts.audit import AuditTrail

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
BOUNDS: Final = {LEAST: "the least there is", MOST: "the most there is"}


class Verdicts:
    """Weighs signals by what people say of their alerts, demotes those that only ever made noise.

    Every change goes into the audit trail with its reason.
    """

    def __init__(self, desk: AlarmDesk, trail: AuditTrail, standings_max: int) -> None:
        self._desk = desk
        self._trail = trail
        self._standings_max = standings_max

    @property
    def state(self) -> AlarmState:
        return self._desk.state

    def judge(self, incident: Incident | ClosedIncident, control: Control, now_ms: int) -> None:
        """Take the verdict on an incident; it replaces an earlier one."""
        verdict, earlier = control.verdict, incident.verdict
        assert verdict is not None
        incident.verdict = verdict
        for signal in incident.signals:
            self._weigh(signal, (verdict, earlier), control, now_ms)

    def promote_who_saw_first(
        self, incident: Incident | ClosedIncident, control: Control, within_ms: int, now_ms: int
    ) -> None:
        """A useful incident that a demoted signal saw no later than the others lets it make alerts again."""
        for signal, standing in self.state.standings.items():
            if standing.saw_first(incident.version, incident.role, incident.detected_ms, within_ms):
                reason = (
                    "It had seen a useful incident before it was detected, and said nothing because it makes "
                    "no alerts: it makes alerts again."
                )
                self._promote(signal, reason, control, now_ms)

    def tick(self, now_ms: int) -> None:
        """Each hour: signals that time has brought back to where they began are forgotten."""
        if now_ms // HOUR_MS == self.state.hour:
            return
        self.state.hour = now_ms // HOUR_MS
        for signal, standing in list(self.state.standings.items()):
            factor = standing.factor_at(now_ms)
            if standing.factor != 1.0 and not standing.watch_only and abs(log(factor)) < NEAR_ONE:
                standing.factor, standing.as_of_ms = 1.0, now_ms
                self.state.verdicts += 1
                days = HALF_LIFE_MS // DAY_MS
                reason = f"Verdicts fade, by half in {days} days: nothing is left of those on its alerts."
                self._trail.write(now_ms, "decayed", reason, signal=signal, old_weight=factor, new_weight=1.0)
            if standing == Standing(as_of_ms=standing.as_of_ms):
                del self.state.standings[signal]

    def _weigh(
        self, signal: str, verdicts: tuple[Verdict, Verdict | None], control: Control, now_ms: int
    ) -> None:
        verdict, earlier = verdicts
        standing = self._standing(signal)
        before = standing.factor_at(now_ms)
        standing.judge(verdict, earlier, now_ms)
        after = standing.factor_at(now_ms)
        if verdict != "expected_change" or before != after:
            self.state.verdicts += 1
            said = f"Its alert was judged {verdict}{f', not {earlier} any more' if earlier else ''}"
            stays = f"stays at {after:.3g}" + (f", {BOUNDS[after]}" if after in BOUNDS else "")
            moves = stays if before == after else f"goes from {before:.3g} to {after:.3g}"
            reason = f"{said}: its weight in the false-alarm budget {moves}."
            self._trail.write(
                control.time_ms,
                "weighed",
                reason,
                control,
                signal=signal,
                old_weight=before,
                new_weight=after,
            )
        if standing.watch_only and verdict == "useful":
            self._promote(signal, "One of its alerts was useful: it makes alerts again.", control, now_ms)
        elif standing.only_noise and not standing.watch_only:
            self._demote(signal, control, after)

    def _demote(self, signal: str, control: Control, weight: float) -> None:
        self.state.standings[signal].watch_only = True
        self.state.verdicts += 1
        reason = (
            f"{NOISE_TO_DEMOTE} of its alerts were noise and none was useful: it is watched without alerts "
            "from now on, and proposed for removal (ignore it in the configuration if nobody looks at it)."
        )
        self._trail.write(
            control.time_ms, "demoted", reason, control, signal=signal, old_weight=weight, new_weight=0.0
        )

    def _promote(self, signal: str, reason: str, control: Control, now_ms: int) -> None:
        self.state.standings[signal].promote(now_ms)
        self.state.verdicts += 1
        self._trail.write(
            control.time_ms, "promoted", reason, control, signal=signal, old_weight=0.0, new_weight=1.0
        )

    def _standing(self, signal: str) -> Standing:
        """The signal's standing; beyond the limit the one that was judged first is forgotten."""
        standings = self.state.standings
        if signal not in standings:
            standings[signal] = Standing()
            if len(standings) > self._standings_max:
                del standings[next(iter(standings))]
        return standings[signal]
