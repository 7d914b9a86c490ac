"""What tells how a signal depends on its past: products of its scores, and sums of blocks of innovations.

Innovations are added in units of the scores' long run (sd / (1 - phi)), which stay comparable when phi is
known better; their squares as they are.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.compiled import compiled, inner
from driftline.detectors.kernels.residuals import usual_sd
from driftline.detectors.kernels.scores import CLIP
from driftline.detectors.kernels.scratch import Scratch
from driftline.detectors.state.fields import PAST_MEANS

BLOCK = 32
NEAR, FAR = 2, PAST_MEANS  # how many blocks before lie the means with which one is multiplied


@inner
def add_products(signal: Any, scratch: Scratch, count: int) -> None:
    """Takes a chunk: squares and lagged products of its scores, blocks of innovations.

    One loop for both, since each of its sums waits for itself.
    """
    products, open_block, long_run = signal["products"], signal["open_block"], signal["long_run"]
    before, squares, lagged = signal["score_before"], products[1], products[2]
    number, total, energy, scores = open_block[0], open_block[1], open_block[2], open_block[3]
    unit = signal["sigma"] * usual_sd(signal) / (1.0 - signal["phi"])
    for place in range(count):
        value = min(max(scratch.deviations[place], -CLIP), CLIP)  # wilder ones would decide alone
        squares += value * value
        lagged += value * before
        before = value
        innovation = scratch.anchored[place]
        number += 1.0
        total += innovation
        energy += innovation * innovation
        scores += value
        if number >= BLOCK:
            add_block(signal["blocks"], total * unit, energy * long_run)
            add_mean(signal["wander_sums"], signal["past_means"], scores / BLOCK)
            number = total = energy = scores = 0.0
    products[0] += count
    products[1], products[2] = squares, lagged
    signal["score_before"] = before
    open_block[0], open_block[1], open_block[2], open_block[3] = number, total, energy, scores


@inner
def add_block(blocks: NDArray[np.float64], total: float, energy: float) -> None:
    """How many blocks; their sums squared; their sums of squares, and those squared."""
    blocks[0] += 1.0
    blocks[1] += total * total
    blocks[2] += energy
    blocks[3] += energy * energy


@inner
def add_mean(sums: NDArray[np.float64], past: NDArray[np.float64], mean: float) -> None:
    """How many means; squared; their products with those some blocks before."""
    sums[0] += 1.0
    sums[1] += mean * mean
    sums[2] += mean * past[FAR - NEAR]
    sums[3] += mean * past[0]
    for place in range(FAR - 1):
        past[place] = past[place + 1]
    past[FAR - 1] = mean


@compiled
def add_blocks(signal: Any, sums: NDArray[np.float64], energies: NDArray[np.float64]) -> None:
    """Many blocks [number], by their sums and their sums of squares."""
    for place in range(len(sums)):
        add_block(signal["blocks"], sums[place], energies[place])


@compiled
def add_means(signal: Any, means: NDArray[np.float64]) -> None:
    """Many means [number]."""
    for place in range(len(means)):
        add_mean(signal["wander_sums"], signal["past_means"], means[place])


def add_reference_means(signal: np.void, residuals: NDArray[np.float64]) -> None:
    """Takes the residuals [values] of the reference."""
    blocks = residuals[len(residuals) % BLOCK :].reshape(-1, BLOCK)
    add_means(signal, blocks.mean(axis=1))


def add_reference_blocks(signal: np.void, residuals: NDArray[np.float64]) -> None:
    """Takes the residuals [values] of the reference."""
    phi, sigma = float(signal["phi"]), float(signal["sigma"])
    innovations = np.clip((residuals[1:] - phi * residuals[:-1]) / sigma, -CLIP, CLIP)
    blocks = innovations[: len(innovations) // BLOCK * BLOCK].reshape(-1, BLOCK)
    add_blocks(signal, blocks.sum(axis=1) * sigma / (1 - phi), (blocks**2).sum(axis=1))
