"""Healthy models as services have them: what nobody should be paged for."""

import pytest

from benchmarks.quality.everyday import episodes, features, findings


def test_each_combination_is_there() -> None:
    """A noise that was only ever tried alone says nothing of two at once."""
    for seed in range(3):
        made = features(seed)
        kinds = {(each.phi, each.log_sd > 0, each.day > 0) for each in made}
        assert len(kinds) == len(made) == 8


@pytest.mark.parametrize(("spacing_ms", "days", "seeds"), [(10_000, 8, 5), (60_000, 30, 4), (2_000, 2, 3)])
def test_healthy_models_raise_at_most_one_alarm_a_month(spacing_ms: int, days: float, seeds: int) -> None:
    """Skewed, autocorrelated and cyclic at once: 26 incidents in eight weeks, most in the first days."""
    told = episodes(findings(spacing_ms, days, range(seeds)))
    assert len(told) <= max(seeds * days / 30, 1)
