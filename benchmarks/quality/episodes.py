"""From alarms to episodes: what counts once.

A detector that was fooled, or that saw a change, may speak more than once about it. Alarms of one signal are
one episode, in the way the alarm stages see it:

- an alarm while no episode is open opens one;
- an alarm that says the signal is back, its level within the tolerance of the reference (the stage
  `recovering`), closes the episode and counts for nothing;
- every other alarm of an open episode belongs to it: a larger one is told as an update, a smaller one not at
  all (the stage `deduplicated`);
- an episode that nothing closed is over after `open_values`, from its first alarm on. The desk resolves an
  incident when the recent values are those of the reference again; an alarm that says nothing of the level
  cannot be followed so, and is open for at most 1,000 values.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf, isnan

from benchmarks.quality.contestants import Alarm

RECOVERED_SD = 0.25
SILENT_VALUES = 1_000


@dataclass
class Episode:
    """Alarms of one signal that are one thing: the first, how many, and the last value it is open."""

    column: int
    began: int
    effect_size_sd: float
    closed: float
    alarms: int = 1

    def is_over(self, alarm: Alarm) -> bool:
        """Whether the alarm says that the signal is back."""
        return abs(alarm.effect_size_sd) <= min(RECOVERED_SD, abs(self.effect_size_sd) / 2)


def episodes(alarms: Iterable[Alarm], open_values: float = inf) -> dict[int, list[Episode]]:
    """The episodes by column, from alarms in the order of their offsets."""
    found: dict[int, list[Episode]] = defaultdict(list)
    for alarm in alarms:
        own = found[alarm.column]
        if not own or alarm.offset > own[-1].closed:
            silent = isnan(alarm.effect_size_sd)
            closed = alarm.offset + (min(open_values, SILENT_VALUES) if silent else open_values)
            own.append(Episode(alarm.column, alarm.offset, alarm.effect_size_sd, closed))
        elif own[-1].is_over(alarm):
            own[-1].closed = alarm.offset
        else:
            own[-1].alarms += 1
    return found
