"""ADWIN's window is made without river's class around it, and must stay the same."""

from river._river_rust.drift import AdaptiveWindowing
from river.drift import ADWIN

from driftline.detectors.plugins.adwin import RIVERS_OWN


def test_the_window_is_that_of_rivers_class() -> None:
    """Another default in a later release would change every alert without a word."""
    theirs = ADWIN(delta=0.01, clock=8)._helper
    mine = AdaptiveWindowing(delta=0.01, clock=8, **RIVERS_OWN)
    for value in [0.0, 0.5, 1.0] * 60 + [5.0] * 40:
        assert mine.update(value) == theirs.update(value)
    assert bytes(mine.__getstate__()) == bytes(theirs.__getstate__())
