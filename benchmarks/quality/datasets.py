"""The classification data sets that ship inside river, as streams without an end.

Examples are drawn at random, with replacement. The change exchanges the values of the attributes: each is
given that of the next, as when an upstream job mixes up its columns.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np
from river import datasets

Example = tuple[dict[Any, Any], Any]

DATASETS: dict[str, Callable[[], Iterable[Example]]] = {
    "Bananas": datasets.Bananas,
    "Phishing": datasets.Phishing,
    "ImageSegments": datasets.ImageSegments,
    "Shuttle": datasets.Shuttle,
}
AS_THEY_ARE, EXCHANGED = 0, 1
EXAMPLES_MAX = 5_000  # of a data set: the first ones


@cache
def examples_of(name: str) -> list[Example]:
    """The examples of a data set."""
    return [example for example, _ in zip(DATASETS[name](), range(EXAMPLES_MAX), strict=False)]


def resampled(name: str, seed: int, attributes: int = AS_THEY_ARE) -> Iterator[Example]:
    """Examples of a data set by a seed; attributes: AS_THEY_ARE or EXCHANGED."""
    examples = examples_of(name)
    random = np.random.default_rng([seed, attributes])
    while True:
        x, y = examples[random.integers(len(examples))]
        values = [*x.values()]
        yield dict(zip(x, values[attributes:] + values[:attributes], strict=True)), y
