"""What all sections of the configuration have in common: frozen, strict, with readable durations."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

DURATION_SUFFIX: Final = "_ms"
UNITS_MS: Final = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
LONGEST_MS: Final = 3650 * UNITS_MS["d"]

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?")


@dataclass(frozen=True)
class WrittenDuration:
    """A duration as a person wrote it, not yet in milliseconds."""

    written: Any


def milliseconds(value: Any) -> Any:
    """``500ms``, ``30s``, ``2m``, ``24h``, ``30d`` or a number of seconds as whole milliseconds.

    A value that nobody wrote as a duration passes: a program gives milliseconds.

    Raises:
        ValueError: it is not a duration.
    """
    if not isinstance(value, WrittenDuration):
        return value
    written = value.written
    match = None if isinstance(written, bool) else _DURATION.fullmatch(str(written).strip())
    if match is None:
        raise ValueError(
            f"{written!r} is not a duration: write 500ms, 30s, 2m, 24h, 30d or a number of seconds."
        )
    number, unit = match.groups()
    duration_ms = round(float(number) * UNITS_MS[unit or "s"])
    if not 0 < duration_ms <= LONGEST_MS:
        raise ValueError(f"{written} is out of range: write 1ms to {LONGEST_MS // UNITS_MS['d']}d.")
    return duration_ms


DurationMs = Annotated[int, BeforeValidator(milliseconds), Field(gt=0)]
"""Milliseconds. The field ``wait_ms`` is written ``wait: 24h`` in a file."""


class Section(BaseModel):
    """A mapping of the configuration file. Unknown keys are refused, and a key without a value is empty."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,  # an input can be a secret in the wrong place
    )

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, data: Any) -> Any:
        if data is None:
            return {}
        if not isinstance(data, dict):
            return data
        fields = dict(data)
        for name in cls.model_fields:
            written = written_name(name)
            if written == name or written not in data:
                continue
            if name in data:
                raise ValueError(f"{written} and {name} say the same thing: keep {written}.")
            fields[name] = WrittenDuration(fields.pop(written))
        return fields


def written_name(field: str) -> str:
    """The key of a field in a file: durations carry their unit in the value, not in the name."""
    return field.removesuffix(DURATION_SUFFIX)
