"""The warm-up, in stages: a first look at a few hundred values, the reference once all are there, and another
one, of more values, where these are worth little.

```
learning ──first look──▶ rough ──all values──▶ watched, learns on ──values enough──▶ watched
                         │   ▲                 │   ▲
                         └───┘                 └───┘ away from its level: what comes is not learned from
```

What is learned while a signal is watched goes where the values before it are, so that with all of them it
knows what it would know without having been watched. A change of its level takes its own values back out of
it; with any other change the reference stays as it is.
"""

from typing import Any

from driftline.detectors.compiled import inner
from driftline.detectors.kernels.dormant import zeros_at_start
from driftline.detectors.kernels.reading import BINARY, BOUNDED, MISSING, OUT_OF_RANGE, VALUE
from driftline.detectors.kernels.scratch import Batch, Scratch, slot_of
from driftline.detectors.state.arrays import Arrays
from driftline.detectors.state.fields import LONGEST, SETTLES_WITHIN


@inner
def learns_until(signal: Any, warm_up: int) -> int:
    """With how many values a signal knows enough: warm_up since it has settled, twice as many in all; or with
    how many its reference is made anew.
    """
    if signal["relearn_at"] > 0:
        return int(signal["relearn_at"])
    return int(min(signal["settled_from"] + warm_up, SETTLES_WITHIN * warm_up))


@inner
def learns_on(signal: Any) -> bool:
    """Whether a signal learns while it is watched."""
    return bool(signal["rough"] != 0 or signal["relearn_at"] > 0)


@inner
def knows_enough(signal: Any, warm_up: int) -> bool:
    """Whether a signal has the values of its reference and is not watched by it yet, nor is away.

    One that is away again and again learns from what it has once it has seen so many in all.
    """
    if signal["armed"] == 0:
        return bool(signal["learned"] >= learns_until(signal, warm_up))
    if not learns_on(signal) or signal["away"] != 0 or signal["turned"] != 0 or signal["widened"] != 0:
        return False
    return values_left(signal, warm_up) <= 0


@inner
def values_left(signal: Any, warm_up: int) -> int:
    """How many values a signal that is watched, and not away, learns on."""
    most = (LONGEST if signal["relearn_at"] > 0 else SETTLES_WITHIN) * warm_up
    return int(min(learns_until(signal, warm_up) - signal["learned"], most - signal["seen"]))


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
    return bool(signal["stale"] != 0 or (signal["armed"] != 0 and knows_enough(signal, warm_up)))


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
    """How many of `count` values a signal that is watched takes before it has all that it learns on for."""
    if not learns_on(signal) or signal["away"] != 0:
        return count
    return min(count, max(values_left(signal, warm_up), 1))


@inner
def learn_on(arrays: Arrays, index: int, batch: Batch, scratch: Scratch, count: int) -> None:
    """Adds `count` values of a signal that is watched to its warm-up, unless it was away."""
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
    """Takes the values since a change has begun back out of the warm-up, but none that it is watched by."""
    since = min(int(signal["totals"][0]), signal["learned"] - signal["look_at"])
    signal["learned"] -= since
    if signal["transform"] != VALUE:
        signal["learned_ones"] = max(signal["learned_ones"] - signal["totals"][1], 0.0)


@inner
def keep_reference(signal: Any) -> None:
    """Lets a signal that learns on learn no more: what came since its reference may not be healthy."""
    if signal["relearn_at"] > 0:
        signal["relearn_at"] = 0
        signal["learned"] = signal["look_at"]
