"""Configurations that are accepted, made from the sections themselves: a key that is added is drawn too."""

import re
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from driftline.stream_app.config import ModelPlan
from driftline.stream_app.config.section import LONGEST_MS
from driftline.stream_app.config.units import Amount

LARGE: Final = 10**12
NAMES: Final = [
    *("x", "y", "device", "intent", "confidence", "latency_ms", "click", "error", "*", "a.b"),
    *("feature:x", "error:intent", "serving:latency_ms", "rate:click", "volume:predictions", ""),
]


def plans(detectors: list[str]) -> st.SearchStrategy[ModelPlan]:
    """Whole plans of a model; what the rules between keys refuse is not drawn."""
    return _section(ModelPlan, detectors).map(_accepted).filter(lambda plan: plan is not None)  # type: ignore[return-value]


def _accepted(fields: dict[str, Any]) -> ModelPlan | None:
    try:
        return ModelPlan(**fields)
    except ValidationError:  # a rule between keys
        return None


def _section(section: type[BaseModel], detectors: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    fields = {name: _field(name, field, detectors) for name, field in section.model_fields.items()}
    return st.fixed_dictionaries(
        {}, optional={name: each for name, each in fields.items() if each is not None}
    )


def _field(name: str, field: FieldInfo, detectors: list[str]) -> st.SearchStrategy[Any] | None:
    if name == "detectors":
        return st.lists(st.sampled_from(detectors), min_size=1, unique=True).map(tuple)
    if name == "baseline":  # a file that would have to be there
        return None
    if name == "warm_up":  # none that is longer than the stream
        return st.sampled_from([20, 21, 64, 300])
    return _values(field.annotation, field.metadata, detectors)


def _values(kind: Any, bounds: list[Any], detectors: list[str]) -> st.SearchStrategy[Any]:
    """Values of an annotation within its bounds."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _values(parts[0], [*_flat(parts[1:]), *bounds], detectors)
    if origin in (Union, UnionType):
        return st.one_of([_values(part, bounds, detectors) for part in parts])
    if origin is Literal:
        return st.sampled_from(parts)
    if origin in (dict, tuple):
        return _collection(origin, [_values(part, [], detectors) for part in parts if part is not ...])
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _section(kind, detectors)
    return st.sampled_from(list(kind)) if issubclass(kind, StrEnum) else _plain(kind, bounds)


def _collection(kind: Any, parts: list[st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Names of a tuple, or keys and values of a mapping."""
    if kind is tuple:
        return st.lists(parts[0], max_size=2, unique=True).map(tuple)
    return st.dictionaries(*parts, max_size=4)


def _plain(kind: Any, bounds: list[Any]) -> st.SearchStrategy[Any]:
    """Values that hold no others."""
    low, high = _bounds(bounds)
    simple: dict[Any, st.SearchStrategy[Any]] = {
        NoneType: st.none(),
        Amount: st.sampled_from([Amount(5.0), Amount(0.02), Amount(2.0, "%"), Amount(5.0, "ms")]),
        bool: st.booleans(),
        str: _texts(bounds),
        float: st.floats(
            low, high, allow_nan=False, allow_infinity=False, exclude_min=low is not None and _open(bounds)
        ),
        int: _whole(low, high, bounds),
    }
    return simple[kind]


def _whole(low: float | None, high: float | None, bounds: list[Any]) -> st.SearchStrategy[int]:
    least = int(low or 0) + (1 if _open(bounds) else 0)
    most = int(high) if high is not None else min(LARGE, LONGEST_MS)
    return st.one_of(st.just(least), st.just(most), st.integers(least, most))


def _bounds(bounds: list[Any]) -> tuple[float | None, float | None]:
    low = [
        float(each.ge if isinstance(each, Ge) else each.gt) for each in bounds if isinstance(each, Ge | Gt)
    ]
    high = [
        float(each.le if isinstance(each, Le) else each.lt) for each in bounds if isinstance(each, Le | Lt)
    ]
    return max(low, default=None), min(high, default=None)


def _open(bounds: list[Any]) -> bool:
    return any(isinstance(each, Gt) for each in bounds)


def _texts(bounds: list[Any]) -> st.SearchStrategy[str]:
    """Names that the stream has, whatever the pattern allows of them; an empty address."""
    patterns = [pattern for each in bounds if (pattern := getattr(each, "pattern", None)) is not None]
    return st.sampled_from([name for name in NAMES if all(re.fullmatch(each, name) for each in patterns)])


def _flat(metadata: tuple[Any, ...]) -> list[Any]:
    """What pydantic's ``Field`` holds inside an annotation, beside what stands there itself."""
    return [part for each in metadata for part in (each.metadata if isinstance(each, FieldInfo) else [each])]
