"""How the false alarms of one signal are shared among its detectors.

The fast paths (the CUSUMs, the e-detector) get most, since every share a detector does not get makes it
slower. Page-Hinkley and ADWIN see again what those see, so little is lost by asking more of them.
"""

from collections.abc import Sequence

from driftline.detectors.evidence.table import TESTS

WEIGHTS = {**{test.name: test.weight for test in TESTS}, "adwin": 0.75}
OTHER_WEIGHT = 1.0


def shares_of(names: Sequence[str]) -> dict[str, float]:
    """The share of each detector, by name; together they are 1."""
    weights = {name: WEIGHTS.get(name, OTHER_WEIGHT) for name in names}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}
