"""The warm-up, in two stages: a first look at a few hundred values, and the reference once all are there.

```
learning ──first look──▶ rough: watched, learns on ──all values──▶ watched
                         │   ▲
                         └───┘ away from its level: what comes is not learned from
```

What a rough signal learns goes where the values before it are, so that with all of them it knows what it
would know without the first look. A change takes its own values back out of it.
"""

from typing import Any

from driftline.detectors.compiled import inner
from driftline.detectors.kernels.dormant import zeros_at_start
from driftline.detectors.kernels.reading import BINARY, BOUNDED, MISSING, OUT_OF_RANGE, VALUE
from driftline.detectors.kernels.scratch import Batch, Scratch, slot_of
from driftline.detectors.state.arrays import Arrays
from driftline.detectors.state.fields import LONGEST


@inner
def learns_until(signal: Any, warm_up: int) -> int:
    """With how many values a signal knows enough: warm_up since it has settled, twice as many in all."""
    return int(min(signal["settled_from"] + warm_up, LONGEST * warm_up))


@inner
def knows_enough(signal: Any, warm_up: int) -> bool:
    """Whether a signal has the values of its reference and is not watched by it yet, nor is away.

    A rough one that is away again and again learns from what it has once it has seen twice the warm-up.
    """
    if signal["armed"] == 0:
        return bool(signal["learned"] >= learns_until(signal, warm_up))
    if signal["rough"] == 0 or signal["away"] != 0 or signal["turned"] != 0:
        return False
    return values_left(signal, warm_up) <= 0


@inner
def values_left(signal: Any, warm_up: int) -> int:
    """How many values a rough signal that is not away learns on."""
    left = learns_until(signal, warm_up) - signal["learned"]
    return int(min(left, LONGEST * warm_up - signal["seen"]))


@inner
def is_quality(signal: Any) -> bool:
    """Whether a signal is one of data quality that may be watched roughly."""
    return bool(MISSING <= signal["transform"] <= OUT_OF_RANGE)


@inner
def looks_at(signal: Any, warm_up: int, first_look: int) -> int:
    """With how many values a signal that is not watched is looked at next.

    One of data quality that has never been 1 has nothing to show (`values_to_learn`).
    """
    until, transform = learns_until(signal, warm_up), signal["transform"]
    if transform in (VALUE, BINARY, BOUNDED):
        return int(min(max(signal["settled_from"] + first_look, signal["look_at"]), until))
    return min(first_look, until) if is_quality(signal) and signal["ones"] > 0.0 else until


@inner
def has_stopped(signal: Any, warm_up: int, first_look: int) -> bool:
    """Whether a signal takes nothing more until Python has looked at it."""
    if signal["armed"] == 0 and signal["learned"] >= looks_at(signal, warm_up, first_look):
        return True
    return bool(signal["stale"] != 0 or (signal["rough"] != 0 and knows_enough(signal, warm_up)))


@inner
def values_to_learn(signal: Any, scratch: Scratch, count: int, warm_up: int, first_look: int) -> int:
    """How many of `count` values a signal that is not watched takes before it is looked at.

    The first 1 of one of data quality is news once its zeros are enough: it is looked at right before.
    """
    until, learned = looks_at(signal, warm_up, first_look), signal["learned"]
    if is_quality(signal) and signal["ones"] == 0.0:
        zeros = zeros_at_start(scratch.numbers, count)
        if zeros < count and learned + zeros < until:
            if learned + zeros >= first_look:
                signal["stale"] = 1
                return zeros
            until = min(until, first_look)
    return int(min(count, until - learned))


@inner
def values_to_watch(signal: Any, count: int, warm_up: int) -> int:
    """How many of `count` values a rough signal takes before it has all of its warm-up."""
    if signal["rough"] == 0 or signal["away"] != 0:
        return count
    return min(count, max(values_left(signal, warm_up), 1))


@inner
def learn_on(arrays: Arrays, index: int, batch: Batch, scratch: Scratch, count: int) -> None:
    """Adds `count` values of a rough signal to its warm-up, unless it was away."""
    signal, row = arrays.signals[index], arrays.signals[index]["buffer"]
    learned = signal["learned"]
    if scratch.saved[0]["away"] != 0 or learned + count > arrays.buffers.shape[1]:
        return
    for place in range(count):
        if row > 0:
            arrays.buffers[row, learned + place] = scratch.numbers[place]
            arrays.buffered_slots[row, learned + place] = slot_of(batch, scratch.rows[place])
        if signal["transform"] != VALUE:
            signal["learned_ones"] += scratch.numbers[place]
    signal["learned"] = learned + count


@inner
def unlearn(signal: Any) -> None:
    """Takes the values since a change has begun back out of the warm-up, but none of the first look's."""
    since = min(int(signal["totals"][0]), signal["learned"] - signal["look_at"])
    signal["learned"] -= since
    if signal["transform"] != VALUE:
        signal["learned_ones"] = max(signal["learned_ones"] - signal["totals"][1], 0.0)
