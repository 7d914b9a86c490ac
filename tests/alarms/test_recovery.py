"""When a change is over: as soon as the last blocks can say so, not sooner."""

from dataclasses import replace

import pytest

from driftline.stream_app.alarms.incident import Member
from driftline.stream_app.alarms.recovery import blocks_of_recovery, still_changed
from driftline.stream_app.config import ModelPlan
from tests.alarms.evidence import ARMED, evidence

PLAN, BLOCK = ModelPlan(), 32


@pytest.mark.parametrize(("noise_sd", "blocks"), [(1.0, 6), (0.8, 4), (0.43, 2), (0.0, 2)])
def test_what_hardly_varies_around_its_cycle_is_known_sooner(noise_sd: float, blocks: int) -> None:
    """Traffic of a thin model that had doubled for an afternoon was called changed for eight days more."""
    signal = replace(ARMED, noise_sd=noise_sd)
    assert blocks_of_recovery(signal, PLAN) == blocks
    member = Member(evidence(effect=1.4), ["e_detector"], "warning", seen_at_start=signal.seen)
    effects = (1.4,) * (8 - blocks) + (0.05,) * blocks
    signal = replace(signal, block_effects=effects, seen=signal.seen + blocks * BLOCK)
    assert still_changed(member, signal, PLAN, BLOCK) is None
    assert still_changed(member, replace(signal, seen=signal.seen - 1), PLAN, BLOCK) == "mean"
    assert still_changed(member, replace(signal, away=True), PLAN, BLOCK) == "mean"
    last_is_off = (*effects[1:], 1.4)
    assert still_changed(member, replace(signal, block_effects=last_is_off), PLAN, BLOCK) == "mean"


def test_it_is_never_more_than_was_configured() -> None:
    """`of_blocks: 1` is the operator's word."""
    alerts = PLAN.alerts.model_copy(update={"of_blocks": 1, "confirm_blocks": 1})
    plan = PLAN.model_copy(update={"alerts": alerts})
    assert blocks_of_recovery(replace(ARMED, noise_sd=0.1), plan) == 1


def test_what_follows_itself_closely_is_known_later() -> None:
    """A mean of 192 values of AR 0.9 is one of ten: half a block near the reference is no recovery."""
    signal = replace(ARMED, phi=0.9, seen=ARMED.seen + 6 * BLOCK)
    assert signal.standard_error_sd(192) == pytest.approx((19 / 192) ** 0.5)
    member = Member(evidence(effect=1.4), ["e_detector"], "warning", seen_at_start=ARMED.seen)
    assert still_changed(member, signal, PLAN, BLOCK) == "mean"
    assert still_changed(member, replace(signal, seen=ARMED.seen + 1000), PLAN, BLOCK) is None
