"""The instrument that says what each mechanism is worth: its patches, its grid in small, its tables."""

import pytest

from benchmarks.quality import worth
from benchmarks.quality.mechanisms import MECHANISMS
from benchmarks.quality.patches import modules_of_detectors
from benchmarks.quality.sensitivity import JUDGED, SCALED

NAMES = [name for name in MECHANISMS if name != worth.NOTHING]


@pytest.mark.parametrize("name", NAMES)
def test_a_patch_changes_what_is_there(name: str) -> None:
    """A constant or function that was renamed would be left out silently, and look worthless."""
    assert MECHANISMS[name].patches
    for patch in MECHANISMS[name].patches:
        module, attribute = patch.place()
        before = getattr(module, attribute)
        after = patch.make(before)
        assert after is not before
        assert callable(after) == callable(before)
        assert module in modules_of_detectors()
        assert any(vars(each).get(attribute) is before for each in modules_of_detectors())


@pytest.mark.parametrize("path", JUDGED)
def test_a_judged_constant_is_there_and_has_a_half_and_a_double(path: str) -> None:
    """A constant that was renamed, or is so small that its half is itself, would look harmless."""
    for factor in (0.5, 2.0):
        (patch,) = SCALED[f"{path} × {factor:g}"].patches
        module, attribute = patch.place()
        before = getattr(module, attribute)
        assert patch.make(before) != before
