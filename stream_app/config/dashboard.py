"""Where the dashboard listens, where it keeps what it has read, and who may use it."""

from ipaddress import ip_network
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from driftline.stream_app.config.section import Section

Role = Literal["viewer", "operator"]
"""A viewer looks; an operator also judges, accepts, acknowledges and comments."""


def _tuple_for_list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_tuple_for_list)]


class DashboardToken(Section):
    """One person's (or program's) way in. ``scrypt`` is what `driftline dashboard token` printed."""

    name: Annotated[str, Field(min_length=1, max_length=256)]
    role: Role = "viewer"
    scrypt: Annotated[str, Field(pattern=r"^[0-9a-f]{32}:[0-9a-f]{64}$")]


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

    tokens: Annotated[tuple[DashboardToken, ...], BeforeValidator(_tuple_for_list)] = ()
    trusted_proxy: TrustedProxy | None = None

    @model_validator(mode="after")
    def _lets_somebody_in(self) -> "DashboardAuth":
        if not self.tokens and self.trusted_proxy is None:
            raise ValueError("nobody could log in: name tokens or a trusted_proxy.")
        names = [token.name for token in self.tokens]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"{twice!r} has two tokens: give each token a name of its own.")
        return self


class DashboardSettings(Section):
    """Section ``dashboard``. ``hosts`` are the names under which a browser may ask for it."""

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(gt=0, lt=65_536)] = 6070
    directory: Annotated[str, Field(min_length=1)] = ".driftline/dashboard"
    hosts: Names = ()
    auth: DashboardAuth | None = None
