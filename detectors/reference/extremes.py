"""How far from its level a value of a number has to lie to be an extreme one."""

from math import exp

import numpy as np

from driftline.detectors.kernels.extremes import EXTREME_SD
from driftline.detectors.kernels.scores import CLIP, GROWS
from driftline.detectors.state.fields import GRID_LOW, GRID_POINTS


def extreme_distance(signal: np.void, shape: np.void) -> float:
    """The distance that a number's reference leads to, in its unit: from its median to the farther one of
    the values that have a score of ±EXTREME_SD as its tails go on; farther where its sd of late is wider.

    One for both sides: a number that never was below 0 has no tail there that says what would be far.
    """
    points = int(signal["atoms"]) or GRID_POINTS
    beyond_end = EXTREME_SD - (CLIP if signal["atoms"] else -GRID_LOW)  # the score of the outermost quantile
    table, middle = shape["table"], float(shape["usual_middle"])
    low, high = (distance_of(tail, beyond_end) for tail in signal["tails"])
    farther = max(middle - float(table[0]) + low, float(table[points - 1]) - middle + high)
    return farther * max(float(signal["local_sd"]), 1.0)


def distance_of(tail: np.void, score: float) -> float:
    """How far beyond an end of its reference a value lies that has this score there, the inverse of
    `kernels.scores.beyond`: unit · (exp(growth · score) - 1) / growth, from GROWS on along its tangent.
    """
    unit, growth = float(tail[0]), float(tail[1])
    if growth <= 0.0:
        return unit * score
    grown = min(score, GROWS)
    factor = exp(growth * grown)
    return unit * ((factor - 1.0) / growth + factor * (score - grown))
