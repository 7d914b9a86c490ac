"""Ports of this machine: free, taken, answering."""

import socket
from contextlib import suppress

HOST = "127.0.0.1"


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_free(port: int) -> bool:
    """True when a server could listen on the port."""
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as Kafka does: TIME_WAIT is no hindrance
        with suppress(OSError):
            probe.bind((HOST, port))
            return True
    return False


def port_answers(port: int) -> bool:
    """True when something accepts connections on the port."""
    with suppress(OSError), socket.create_connection((HOST, port), timeout=1.0):
        return True
    return False
