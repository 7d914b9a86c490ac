"""The label path: prequential errors of a Hoeffding tree on river's streams, with one change each.

The tree learns 4,000 examples before anybody watches; then each example is first predicted, then learned, and
whether the prediction was wrong is the next value of a 0/1 signal. The change comes after 6,000 watched
examples: at once, or gradually (the share of examples of the new concept grows linearly over 2,000).
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import tree
from river.datasets import synth

from benchmarks.quality.datasets import DATASETS, EXCHANGED, resampled

TAUGHT = 4_000
CHANGES_AT = 6_000
AFTER = 4_000
GRADUAL_EXAMPLES = 2_000
COURSES = ("abrupt", "gradual")

Examples = Iterator[tuple[dict[Any, Any], Any]]

CONCEPTS: dict[str, tuple[Callable[[int], Any], Callable[[int], Any]]] = {
    "SEA": (lambda seed: synth.SEA(2, noise=0.1, seed=seed), lambda seed: synth.SEA(3, noise=0.1, seed=seed)),
    "AGRAWAL": (lambda seed: synth.Agrawal(0, seed=seed), lambda seed: synth.Agrawal(3, seed=seed)),
    "STAGGER": (lambda seed: synth.STAGGER(0, seed=seed), lambda seed: synth.STAGGER(1, seed=seed)),
    "LED": (
        lambda seed: synth.LED(seed, noise_percentage=0.1, irrelevant_features=True),
        lambda seed: synth.LEDDrift(seed, noise_percentage=0.1, irrelevant_features=True, n_drift_features=5),
    ),
    "RandomRBF": (
        lambda seed: synth.RandomRBF(seed_model=seed, seed_sample=seed, n_classes=3),
        lambda seed: synth.RandomRBF(seed_model=seed + 1_000, seed_sample=seed, n_classes=3),
    ),
    **{name: (partial(resampled, name), partial(resampled, name, attributes=EXCHANGED)) for name in DATASETS},
}
"""Before and after the change, by a seed: synthetic streams, and the data sets that river ships."""
NOMINAL = {"LED": list(range(24))}
"""Attributes that the tree would otherwise take for numbers."""


def examples(stream: str, course: str, seed: int) -> Examples:
    """The examples of one episode; those taught first included."""
    before, after = (iter(make(seed)) for make in CONCEPTS[stream])
    random = np.random.default_rng(seed)
    for place in range(-TAUGHT, CHANGES_AT + AFTER):
        share = float(place >= CHANGES_AT)
        if course == "gradual":
            share = min(max((place - CHANGES_AT + 1) / GRADUAL_EXAMPLES, 0.0), 1.0)
        yield next(after if random.random() < share else before)


def errors(stream: str, course: str, seed: int) -> NDArray[np.float64]:
    """1 where the tree was wrong, of each watched example [CHANGES_AT + AFTER]."""
    model = tree.HoeffdingTreeClassifier(nominal_attributes=NOMINAL.get(stream))
    given = examples(stream, course, seed)
    for x, y in islice(given, TAUGHT):
        model.learn_one(x, y)
    wrong = np.empty(CHANGES_AT + AFTER)
    for place, (x, y) in enumerate(given):
        wrong[place] = model.predict_one(x) != y
        model.learn_one(x, y)
    return wrong
