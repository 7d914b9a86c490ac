"""Where the dashboard listens, where it keeps what it has read, and who may use it."""

from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from driftline.stream_app.config.section import Section
from driftline.stream_app.config.tokens import Names, Token, check_names, tuple_for_list

Role = Literal["viewer", "operator"]
"""A viewer looks; an operator also judges, accepts, acknowledges and comments."""


class DashboardToken(Token):
    """One person's (or program's) way in. ``scrypt`` is what `driftline dashboard token` printed."""

    role: Role = "viewer"


class TrustedProxy(Section):
    """A proxy that has asked who it is, and says so in a header; nobody else may send that header.

    ``operators`` are the names (``*`` is everybody) that may act; all others look.
    """

    header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")] = "X-Forwarded-User"
    networks: Names
    operators: Names = ()

    @field_validator("networks")
    @classmethod
    def _are_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        if not networks:
            raise ValueError("name at least one network of the proxy, such as 10.0.0.0/8.")
        for network in networks:
            try:
                ip_network(network)
            except ValueError:
                raise ValueError(
                    f"{network!r} is not a network: write an address such as 10.0.0.0/8."
                ) from None
        return networks


class DashboardAuth(Section):
    """Who may use the dashboard: by token, or as a proxy says."""

    tokens: Annotated[tuple[DashboardToken, ...], BeforeValidator(tuple_for_list)] = ()
    trusted_proxy: TrustedProxy | None = None

    @model_validator(mode="after")
    def _lets_somebody_in(self) -> "DashboardAuth":
        if not self.tokens and self.trusted_proxy is None:
            raise ValueError("nobody could log in: name tokens or a trusted_proxy.")
        check_names(self.tokens)
        return self


class DashboardSettings(Section):
    """Section ``dashboard``. ``hosts`` are the names under which a browser may ask for it."""

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(gt=0, lt=65_536)] = 6070
    directory: Annotated[str, Field(min_length=1)] = ".driftline/dashboard"
    hosts: Names = ()
    auth: DashboardAuth | None = None
