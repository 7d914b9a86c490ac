"""Who finds the changes in a classifier's errors: precision, recall, F1 and delay.

An episode is one error stream with one change. The first alarm after the change found it; alarms before it,
and further episodes of alarms after it, are false. Those who say in which direction the error went are only
asked for more errors, as the alarm stages do by default.
"""

from math import isnan, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.contestants import CONTESTANTS, Alarm, Contestant, Setting
from benchmarks.quality.episodes import episodes
from benchmarks.quality.errors import CHANGES_AT, errors
from benchmarks.quality.feed import BATCH_ROWS, START_MS, Batch
from driftline.detectors import Transform

WARM_UP = 2_000
FALSE_ALARM_EVERY = 1e5
SPACING_MS = 1_000


def alarms_of(contestant: Contestant, matrix: NDArray[np.float64]) -> list[Alarm]:
    """Alarms on error streams [values, episodes] that do not say the error became rarer."""
    alarms: list[Alarm] = []
    for first in range(0, len(matrix), BATCH_ROWS):
        offsets = np.arange(first, min(first + BATCH_ROWS, len(matrix)))
        batch = Batch(matrix[offsets], START_MS + offsets * SPACING_MS, offsets)
        alarms += contestant.update(batch)
    return [alarm for alarm in alarms if alarm.offset >= WARM_UP and not alarm.effect_size_sd < 0]


def score(alarms: list[Alarm], count: int) -> dict[str, float]:
    """Of `count` error streams with a change each."""
    found = false = 0
    delays: list[int] = []
    by_stream = episodes(alarms)
    for stream in range(count):
        before = [each for each in by_stream.get(stream, []) if each.began < CHANGES_AT]
        after = [alarm for alarm in alarms if alarm.column == stream and alarm.offset >= CHANGES_AT]
        later = len(episodes(after).get(stream, [])) - 1
        false += len(before) + max(later, 0)
        if after:
            found += 1
            delays.append(after[0].offset - CHANGES_AT + 1)
    precision = found / (found + false) if found + false else nan
    recall = found / count
    f1 = 0.0 if isnan(precision) or not found else 2 * precision * recall / (precision + recall)
    delay = float(np.median(delays)) if delays else nan
    return {"precision": precision, "recall": recall, "f1": f1, "delay": delay, "false_alarms": false}


def run(stream: str, course: str, count: int) -> list[dict[str, Any]]:
    """One kind of stream and change: a row per contestant."""
    matrix = np.stack([errors(stream, course, seed) for seed in range(count)], axis=1)
    rows = []
    for name, make in CONTESTANTS.items():
        contestant = make(Setting(Transform.BINARY, count, WARM_UP, FALSE_ALARM_EVERY))
        scored = score(alarms_of(contestant, matrix), count)
        rows.append({"stream": stream, "course": course, "contestant": name, "episodes": count} | scored)
    return rows
