"""What waits to be delivered: bounded, emptied by a thread, each process has its own."""

import atexit
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from time import monotonic
from typing import Any, NamedTuple, Protocol

from driftline.stream_app.client.forking import begin_in_each_child

logger = logging.getLogger(__name__)

RECONNECT_S = 1.0
# Troubles that are remembered as said: names of values are among them, of at most 256 characters, so 1 MB.
SAID_MAX = 1000


class Record(NamedTuple):
    """A Kafka record to be."""

    topic: str
    key: bytes
    value: bytes
    time_ms: int


class NotYetError(Exception):
    """Kafka cannot take the record now; trying again may do."""


class Producer(Protocol):
    """The part of kafka-python's producer that is used."""

    def send(self, topic: str, *, key: bytes, value: bytes, timestamp_ms: int) -> Any:
        """Queue a record; the future that comes back knows its fate. May block.

        Raises:
            NotYetError: nobody knows where the topic is.
            Exception: the record is refused.
        """

    def close(self, timeout: float | None = None) -> None:
        """Let go of the connections."""


class Outbox:
    """Takes records without waiting for the network; a thread connects and delivers them.

    Each record counts once: ``waiting``, then ``sent`` (the broker has it) or ``failed``; or ``dropped``,
    when ``capacity`` records are waiting. Thread and connection are made by the first record. A forked child
    begins empty and at zero. With ``stall_s`` it waits instead of dropping, until nothing moves for so long.
    """

    def __init__(
        self,
        connect: Callable[[], Producer],
        capacity: int,
        exit_timeout_s: float,
        stall_s: float | None = None,
    ) -> None:
        self._connect = connect
        self._capacity = capacity
        self._exit_timeout_s = exit_timeout_s
        self._stall_s = stall_s
        self._closed = False
        self.begin()
        begin_in_each_child(self)

    def begin(self) -> None:
        """Empty, at zero, without a thread."""
        self.waiting = self.sent = self.failed = self.dropped = 0
        self._records: SimpleQueue[Record | None] = SimpleQueue()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._said: set[str] = set()

    def put(self, record: Record) -> None:
        """Queue the record, or count it as dropped.

        Raises:
            TimeoutError: the outbox waits for room, and nothing was delivered for too long.
        """
        with self._changed:
            if self._stall_s is not None:
                self._wait_until(lambda: self.waiting < self._capacity or self._closed, self._stall_s)
            accepted = self.waiting < self._capacity and not self._closed
            if accepted:
                self._thread = self._thread or self._started()
                self._records.put(record)
                self.waiting += 1
            else:
                self.dropped += 1
        if not accepted:
            self.say_once("dropped", f"events are dropped: {self.waiting} are waiting, or it is closed.")

    def refuse(self, error: Exception) -> None:
        """Count a record that could not be made."""
        with self._changed:
            self.failed += 1
        self.say_once("refused", f"an event cannot be sent: {error}")

    def flush(self, timeout_s: float | None) -> bool:
        """Wait until nothing waits any more; False when the time was not enough."""
        with self._changed:
            return self._changed.wait_for(lambda: self.waiting == 0, timeout_s)

    def drain(self) -> None:
        """Wait until nothing waits any more, however long that takes.

        Raises:
            TimeoutError: nothing was delivered for too long.
        """
        with self._changed:
            self._wait_until(lambda: self.waiting == 0, self._stall_s or self._exit_timeout_s)

    def _wait_until(self, done: Callable[[], bool], stall_s: float) -> None:
        settled = -1
        while not done():
            if settled == self.sent + self.failed:
                raise TimeoutError(
                    f"Kafka has taken no event for {stall_s:g} s: {self.waiting} are waiting. Is it there, "
                    "and does the client have the right prefix?"
                )
            settled = self.sent + self.failed
            self._changed.wait_for(done, stall_s)

    def close(self, timeout_s: float) -> None:
        """Deliver what can be delivered in this time, count the rest as failed, take nothing more."""
        deadline = monotonic() + timeout_s
        self.flush(timeout_s)
        with self._changed:
            left, self.waiting = self.waiting, 0
            self.failed += left
            self._closed = True
            self._changed.notify_all()
        atexit.unregister(self._close_at_exit)
        if left:
            logger.warning("driftline: %d events were not delivered within %.1f s.", left, timeout_s)
        if self._thread is not None:
            self._records.put(None)
            self._thread.join(max(deadline - monotonic(), 0.1))

    def _started(self) -> threading.Thread:
        self._close_first_at_exit()
        thread = threading.Thread(target=self._deliver, name="driftline-outbox", daemon=True)
        thread.start()
        return thread

    def _close_first_at_exit(self) -> None:
        """What is registered last runs first: this has to run before the producer closes itself."""
        atexit.unregister(self._close_at_exit)
        atexit.register(self._close_at_exit)

    def _close_at_exit(self) -> None:
        self.close(self._exit_timeout_s)

    def _deliver(self) -> None:
        producer = self._connected()
        if producer is None:
            return
        self._close_first_at_exit()
        for record in iter(self._records.get, None):
            if self._closed:
                break
            self._send(producer, record)
        with suppress(Exception):  # whatever did not arrive has been counted
            producer.close(timeout=1.0)

    def _connected(self) -> Producer | None:
        """A producer as soon as a broker answers; None when the outbox is closed before that."""
        while not self._closed:
            try:
                return self._connect()
            except Exception as error:
                self.say_once("connect", f"Kafka cannot be reached, events wait: {error}")
                self._pause()
        return None

    def _pause(self) -> None:
        """Before the next attempt; over at once when the outbox is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed, RECONNECT_S)

    def _send(self, producer: Producer, record: Record) -> None:
        while not self._closed:
            try:
                future = producer.send(
                    record.topic, key=record.key, value=record.value, timestamp_ms=record.time_ms
                )
            except NotYetError as error:  # as good as no connection
                self.say_once("not yet", f"events wait: {error}")
                self._pause()
            except Exception as error:  # too large, not allowed, …: the next record may do better
                self._failed(error)
                return
            else:
                future.add_callback(self._delivered)
                future.add_errback(self._failed)
                return

    def _delivered(self, _: object) -> None:
        self._settle(delivered=1)

    def _failed(self, error: Exception) -> None:
        self._settle(delivered=0)
        self.say_once("failed", f"an event was not delivered: {error}")

    def _settle(self, delivered: int) -> None:
        with self._changed:
            if self._closed:
                return  # counted when it was closed
            self.waiting -= 1
            self.sent += delivered
            self.failed += 1 - delivered
            if self.waiting == 0 or self._stall_s is not None:
                self._changed.notify_all()

    def say_once(self, about: str, sentence: str) -> None:
        """One line per kind of trouble: a serving system must not drown in its monitoring's complaints."""
        if about not in self._said and len(self._said) < SAID_MAX:
            self._said.add(about)
            logger.warning("driftline: %s Not said again.", sentence)
