"""Ports of this machine: free, taken, answering."""

import socket
from contextlib import suppress
from random import SystemRandom
from typing import Final

HOST = "127.0.0.1"
PORTS: Final = range(15_000, 30_000)
"""Below those that the system gives to connections, from 32,768 on: one of them would take a port before the
server that it is for does."""


def free_port() -> int:
    """A port that nothing listens on now; raises OSError where none is found."""
    for port in SystemRandom().sample(PORTS, 100):
        if port_is_free(port):
            return port
    raise OSError(f"no free port was found among {PORTS[0]:,} to {PORTS[-1]:,} on {HOST}")


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
