"""What must not matter to detectors, in small."""

import pytest

from benchmarks.quality import invariance


def test_units_do_not_matter() -> None:
    """A model that logs milliseconds would be watched differently from one that logs seconds."""
    found = invariance.units(rows=4_400, columns=4)
    assert found["findings"] > 4
    assert found["power_of_two"] == 0
    assert max(found["power_of_two_and_b"], found["any_other"]) <= 1e-9


@pytest.mark.parametrize("detector", invariance.EACH)
def test_no_detector_goes_blind(detector: str) -> None:
    """One NaN, null or wrong type would switch a detector off for good."""
    found = invariance.blinded(detector, rows=16_000)
    assert found["without_holes"] == found["changes"]
    assert found["blinded"] == 0
