"""When findings become alerts, and how grave they are."""

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from driftline.stream_app.config.section import DurationMs, Section

Kind = Literal[
    "concept_drift",
    "behavior",
    "target",
    "silence",
    "data_quality",
    "data_drift",
    "output_drift",
    "serving",
    "volume",
    "service",
]
Severity = Literal["critical", "warning", "info"]

# What users notice pages; what they may notice soon warns; what only data shows informs.
SEVERITIES: Final[dict[Kind, Severity]] = {
    "concept_drift": "critical",
    "behavior": "critical",
    "target": "critical",
    "silence": "critical",
    "data_quality": "warning",
    "output_drift": "warning",
    "serving": "warning",
    "volume": "warning",
    "service": "critical",
    "data_drift": "info",
}
BLOCKS_MAX: Final = 8  # what the detectors keep of a signal's latest blocks


def _over_defaults(value: Any) -> Any:
    if value is None:
        return dict(SEVERITIES)
    return {**SEVERITIES, **value} if isinstance(value, dict) else value


class AlertsPlan(Section):
    """Section ``alerts`` of a model."""

    severity: Annotated[dict[Kind, Severity], BeforeValidator(_over_defaults)] = SEVERITIES
    group_within_ms: DurationMs = 600_000
    repeat_every_ms: DurationMs = 14_400_000
    effect_size_floor_sd: Annotated[float, Field(gt=0)] = 0.5
    confirm_blocks: Annotated[int, Field(gt=0)] = 4
    of_blocks: Annotated[int, Field(gt=0, le=BLOCKS_MAX)] = 6
    generator_url: Annotated[str, Field(pattern=r"^(https?://.+)?$")] = ""

    @model_validator(mode="after")
    def _confirmable(self) -> "AlertsPlan":
        if self.confirm_blocks > self.of_blocks:
            raise ValueError(
                f"confirm_blocks is {self.confirm_blocks} of of_blocks {self.of_blocks}: "
                "confirm_blocks must not be more than of_blocks, or nothing is ever confirmed."
            )
        return self
