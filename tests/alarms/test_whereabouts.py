from collections import Counter

import pytest

from driftline.schemas import Extent
from driftline.stream_app.alarms.whereabouts import Look, Shows, extent_of

EVENTS = Counter({"US": 400, "DE": 300, "FR": 200, "GB": 100})


@pytest.mark.parametrize(
    ("showing", "healthy", "extent"),
    [
        (["DE"], ["US", "FR", "GB"], Extent.ONLY),
        (["DE"], ["US", "FR"], Extent.ONLY),  # the smallest has too few values, which is no reason to wait
        (["DE"], ["FR"], Extent.UNKNOWN),
        (["DE"], [], Extent.UNKNOWN),
        (["US", "DE"], ["FR", "GB"], Extent.ONLY),
        (["US", "DE", "FR"], ["GB"], Extent.SOME),
        (["US", "DE", "FR"], [], Extent.EVERYWHERE),
        (["US", "DE", "FR", "GB"], [], Extent.EVERYWHERE),
        (["DE", "FR"], [], Extent.UNKNOWN),
    ],
)
def test_how_far_it_reaches(showing: list[str], healthy: list[str], extent: Extent) -> None:
    """ "Only" and "everywhere" would be said of what nobody has looked at."""
    assert extent_of(showing, healthy, EVENTS) is extent


@pytest.mark.parametrize(
    ("effect_sd", "error_sd", "shows"),
    [
        (1.0, 0.1, Shows.YES),
        (0.4, 0.1, Shows.YES),
        (0.4, 0.2, Shows.NOBODY_KNOWS),  # not for sure
        (0.0, 0.1, Shows.NO),
        (0.0, 0.3, Shows.NOBODY_KNOWS),  # it might have moved by half
        (-1.0, 0.1, Shows.NO),
        (0.1, 0.01, Shows.NO),  # for sure, and nothing beside the others
    ],
)
def test_a_segment_beside_the_largest_effect(effect_sd: float, error_sd: float, shows: Shows) -> None:
    """A segment with few values would be told to be healthy, or chance to be a change."""
    assert Look("DE", 100, effect_sd, error_sd).shows(1.0) is shows
