"""Sums of blocks of innovations, which tell whether innovations and their squares are independent.

Innovations are added in units of the scores' long run (sd / (1 - phi)), which stay comparable when phi is
known better; their squares as they are.
"""

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.kernels.compiled import compiled
from detectors.kernels.scores import CLIP
from detectors.kernels.scratch import Scratch

BLOCK = 32


@compiled
def add_blocks(signal: Any, scratch: Scratch, count: int) -> None:
    """Takes the innovations of a chunk of a healthy signal."""
    open_block, long_run = signal["open_block"], signal["long_run"]
    number, total, energy = open_block[0], open_block[1], open_block[2]
    unit = signal["sigma"] * sqrt(signal["spread"] * long_run) / (1.0 - signal["phi"])
    for place in range(count):
        innovation = scratch.innovations[place]
        number += 1.0
        total += innovation * unit
        energy += innovation * innovation * long_run
        if number >= BLOCK:
            add_block(signal["blocks"], total, energy)
            number = total = energy = 0.0
    open_block[0], open_block[1], open_block[2] = number, total, energy


@compiled
def add_block(blocks: NDArray[np.float64], total: float, energy: float) -> None:
    """How many blocks; their sums squared; their sums of squares, and those squared."""
    blocks[0] += 1.0
    blocks[1] += total * total
    blocks[2] += energy
    blocks[3] += energy * energy


def add_reference_blocks(signal: np.void, residuals: NDArray[np.float64]) -> None:
    """Takes the residuals [values] of the reference."""
    phi, sigma = float(signal["phi"]), float(signal["sigma"])
    innovations = np.clip((residuals[1:] - phi * residuals[:-1]) / sigma, -CLIP, CLIP)
    blocks = innovations[: len(innovations) // BLOCK * BLOCK].reshape(-1, BLOCK)
    for block in blocks:
        add_block(signal["blocks"], float(block.sum()) * sigma / (1 - phi), float((block**2).sum()))
