"""Which processor core does what: the contestant has one to itself, everything else shares another."""

import os


def usable_cores() -> list[int]:
    """The cores this process may use, in order; empty where the system does not tell (macOS)."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


CORES = usable_cores()  # as they were before anything was confined


def confine_to_contestant_core(process: int) -> None:
    """Give a process, and the threads it makes from now on, the first core and no other."""
    if CORES:
        os.sched_setaffinity(process, {CORES[0]})


def confine_to_broker_core(process: int = 0) -> None:
    """Give a process (0: this one), and what it starts from now on, the last core and no other."""
    if CORES:
        os.sched_setaffinity(process, {CORES[-1]})
