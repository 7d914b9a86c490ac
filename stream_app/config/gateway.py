"""Where the gateway listens, who may write through it, and how inference logs become events."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from driftline.stream_app.config.section import Section
from driftline.stream_app.config.tokens import Names, Token, check_names, tuple_for_list

EventType = Literal["prediction", "feedback", "serving"]

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d+)?|\*")
MIB = 1 << 20


class GatewayToken(Token):
    """One program's way in. What a page or an app carries is no secret: let it write little.

    ``models`` and ``types`` are what may be written with it; empty: everything.
    """

    models: Names = ()
    types: Annotated[tuple[EventType, ...], BeforeValidator(tuple_for_list)] = ()


class CorsSettings(Section):
    """Pages of which origins may post from a browser; ``*`` is every page there is."""

    origins: Names = ()

    @field_validator("origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin!r} is not an origin: write https://shop.example.org, without a path, or *."
                )
        return origins


class InferenceLogPlan(Section):
    """What an inference log of one model does not say by itself.

    ``feature_names`` name the columns of a row that is a bare list, or of a tensor [N, F]. ``classes`` name
    the columns of scores [N, C]: the output becomes the best one's name, and ``confidence`` its score.
    """

    feature_names: Names = ()
    classes: Names = ()

    @model_validator(mode="after")
    def _names_differ(self) -> "InferenceLogPlan":
        for what, names in (("feature_names", self.feature_names), ("classes", self.classes)):
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise ValueError(f"{what} has {twice!r} twice: give each column a name of its own.")
        return self


class KServeSettings(Section):
    """Section ``gateway.kserve``.

    Predictor, transformer and explainer each log, so one ``component`` is taken. ``version_annotation`` is
    the annotation that names the version of a model whose responses do not.
    """

    component: Annotated[str, Field(min_length=1)] = "predictor"
    version_annotation: Annotated[str, Field(min_length=1)] | None = None
    pair_within_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    models: dict[str, InferenceLogPlan] = Field(default_factory=dict)


class GatewaySettings(Section):
    """Section ``gateway``. ``hosts`` are further names under which it may be asked for without tokens.

    A request has at most ``body_bytes``, unpacked. All that are being worked on have at most
    ``in_flight_bytes``, once for events and once for inference logs. Each byte exists at most three times (as
    body, as event, in the producer's batch): 2 × 32 MiB × 3 = 192 MiB, beside 60 MiB of the program.
    """

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(gt=0, lt=65_536)] = 6080
    hosts: Names = ()
    tokens: Annotated[tuple[GatewayToken, ...], BeforeValidator(tuple_for_list)] = ()
    cors: CorsSettings = CorsSettings()
    kserve: KServeSettings = KServeSettings()
    body_bytes: Annotated[int, Field(ge=1024, le=64 * MIB)] = 8 * MIB
    in_flight_bytes: Annotated[int, Field(ge=1024, le=4096 * MIB)] = 32 * MIB

    @model_validator(mode="after")
    def _fits(self) -> "GatewaySettings":
        check_names(self.tokens)
        if (
            self.in_flight_bytes < 3 * self.body_bytes
        ):  # a request that comes, one that is worked on, and room
            raise ValueError(
                f"in_flight_bytes is {self.in_flight_bytes}: make it at least three times body_bytes, "
                f"which is {self.body_bytes}."
            )
        return self
