"""Thresholds that a person sets: what a signal must not exceed, or fall below."""

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, model_validator

from driftline.stream_app.config.section import DurationMs, Section

QUANTILES: Final = {"p50_max": 0.50, "p90_max": 0.90, "p95_max": 0.95, "p99_max": 0.99}
"""Keys that bound a quantile, and the share of values that must lie at or below their bound."""
OVER: Final = "over"
HOUR_MS: Final = 3_600_000


class TargetPlan(Section):
    """What is asked of one signal: its mean (a rate for 0/1) or a quantile, over a while of event time."""

    max: float | None = None
    min: float | None = None
    p50_max: float | None = None
    p90_max: float | None = None
    p95_max: float | None = None
    p99_max: float | None = None
    over_ms: DurationMs = HOUR_MS

    @model_validator(mode="after")
    def _asks_something(self) -> "TargetPlan":
        if all(getattr(self, name) is None for name in ("max", "min", *QUANTILES)):
            raise ValueError(f"nothing is asked: name one of max, min, {', '.join(QUANTILES)}.")
        if self.max is not None and self.min is not None and self.min >= self.max:
            raise ValueError(f"min is {self.min:g} and max is {self.max:g}: min must be less than max.")
        return self


def with_shared_over(value: Any) -> Any:
    """``over`` beside the signals holds for each of them that has none of its own."""
    if value is None:
        return {}
    if not isinstance(value, dict) or OVER not in value:
        return value
    shared = {OVER: value[OVER]}
    return {
        name: {**shared, **target} if isinstance(target, dict) else target
        for name, target in value.items()
        if name != OVER
    }


SignalName = Annotated[str, Field(pattern=r"^[a-z_0-9]+:.+$", max_length=300)]
TargetPlans = Annotated[dict[SignalName, TargetPlan], BeforeValidator(with_shared_over)]
"""By the name of a signal: ``"error:intent": {max: 0.1}``."""
