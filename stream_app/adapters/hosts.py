"""Names of this machine: who can reach a server that listens under one, and who asked for it by which."""

from ipaddress import ip_address
from typing import Final

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]", "::1")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def hostname(host: str) -> str:
    """A Host header without its port."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()


def names_of(host: str, also: tuple[str, ...]) -> frozenset[str]:
    """The names, without ports, under which a server on this host may be asked for.

    Of another, a foreign page has sent whoever asks.
    """
    own = () if host in ("0.0.0.0", "::") else (host,)
    return frozenset(name.lower() for name in (*LOOPBACK, *own, *also))


def address(host: str, port: int) -> str:
    """Where a browser on this machine finds a server."""
    shown = "localhost" if host in ("0.0.0.0", "::", "127.0.0.1") else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/"
