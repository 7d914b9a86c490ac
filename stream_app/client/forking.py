"""Living through ``os.fork``, as web servers do that load the application once and then fork their workers.

A child inherits memory but no threads: locks that other threads held stay locked, queues are copies of
records that the parent delivers, and connections belong to both.
"""

import os
import threading
from typing import Protocol
from weakref import WeakSet


class PerProcess(Protocol):
    """Something that each process needs for itself."""

    def begin(self) -> None:
        """Be as new."""


fork_waits = threading.Lock()
"""While a thread holds it, ``os.fork`` waits: forked in the middle of an import, the child could never
finish that import."""

_members: WeakSet[PerProcess] = WeakSet()


def begin_in_each_child(member: PerProcess) -> None:
    """Have the object begin anew in every process that is forked from now on."""
    _members.add(member)


def _begin_anew() -> None:
    for member in list(_members):
        member.begin()


os.register_at_fork(
    before=fork_waits.acquire, after_in_parent=fork_waits.release, after_in_child=fork_waits.release
)
os.register_at_fork(after_in_child=_begin_anew)
