"""When findings become alerts, and how grave they are."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from driftline.schemas import Kind
from driftline.stream_app.config.section import DurationMs, Section
from driftline.stream_app.config.wording import listed

Severity = Literal["critical", "warning", "info"]

# What users notice pages; what they may notice soon warns; what only data shows informs.
SEVERITIES: Final[dict[Kind, Severity]] = {
    Kind.CONCEPT_DRIFT: "critical",
    Kind.BEHAVIOR: "critical",
    Kind.TARGET: "critical",
    Kind.SILENCE: "critical",
    Kind.DATA_QUALITY: "warning",
    Kind.OUTPUT_DRIFT: "warning",
    Kind.SERVING: "warning",
    Kind.VOLUME: "warning",
    Kind.SERVICE: "critical",
    Kind.DATA_DRIFT: "info",
}
BLOCKS_MAX: Final = 8  # what the detectors keep of a signal's latest blocks
PLACEHOLDERS: Final = ("fingerprint", "incident", "model")
"""What ``generator_url`` may hold in braces."""


def _over_defaults(value: Any) -> Any:
    if value is None:
        return dict(SEVERITIES)
    return {**SEVERITIES, **value} if isinstance(value, dict) else value


Severities = dict[Annotated[Kind, Field(strict=False)], Severity]


class AlertsPlan(Section):
    """Section ``alerts`` of a model."""

    severity: Annotated[Severities, BeforeValidator(_over_defaults)] = SEVERITIES
    group_within_ms: DurationMs = 600_000
    repeat_every_ms: DurationMs = 14_400_000  # then twice as long each time …
    repeat_at_most_ms: DurationMs = 86_400_000  # … up to this, or repeat_every where that is longer
    effect_size_floor_sd: Annotated[float, Field(gt=0)] = 0.5
    confirm_blocks: Annotated[int, Field(gt=0)] = 4
    of_blocks: Annotated[int, Field(gt=0, le=BLOCKS_MAX)] = 6
    generator_url: Annotated[str, Field(pattern=r"^(https?://.+)?$")] = ""
    runbook_url: Annotated[str, Field(min_length=1)] = "docs/runbook.md"  # '#data-drift' and so on is added

    @field_validator("generator_url")
    @classmethod
    def _known_placeholders(cls, url: str) -> str:
        names = listed(f"{{{name}}}" for name in PLACEHOLDERS)
        for name in re.findall(r"\{([^{}]*)\}", url):
            if name not in PLACEHOLDERS:
                raise ValueError(f"there is no {{{name}}} to put into an address; there are {names}.")
        return url

    @model_validator(mode="after")
    def _confirmable(self) -> "AlertsPlan":
        if self.confirm_blocks > self.of_blocks:
            raise ValueError(
                f"confirm_blocks is {self.confirm_blocks} of of_blocks {self.of_blocks}: "
                "confirm_blocks must not be more than of_blocks, or nothing is ever confirmed."
            )
        return self
