"""Handing words over: incidents side by side, each in its own order, each until it is done."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.bridges.backoff import Backoff
from driftline.stream_app.bridges.errors import NotNow, Refused
from driftline.stream_app.bridges.metrics import BridgeMetrics
from driftline.stream_app.bridges.receiver import Receiver
from driftline.stream_app.bridges.words import Letter

WAITING_MAX: Final = 2000
"""Letters in memory: with alerts of 20 kB (forty signals) 40 MB; what else waits, waits in Kafka."""

log = get_log("driftline.bridge")


class _Waiting(NamedTuple):
    letter: Letter
    done: Callable[[], None]


class Deliveries:
    """Letters that are on their way. Not more than ``in_flight`` are handed over at a time."""

    def __init__(self, receiver: Receiver, metrics: BridgeMetrics, backoff: Backoff, in_flight: int) -> None:
        self._receiver = receiver
        self._metrics = metrics
        self._backoff = backoff
        self._slots = asyncio.Semaphore(in_flight)
        self._queues: dict[str, deque[_Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._requests: set[asyncio.Task[None]] = set()
        self._closing = False
        self.waiting = 0

    @property
    def is_full(self) -> bool:
        """Whether no more should be taken up for now."""
        return self.waiting >= WAITING_MAX

    def oldest_unsent_s(self) -> float:
        """How long ago the oldest that waits was written to the topic; 0 when none waits."""
        written = [queue[0].letter.written_ms for queue in self._queues.values()]
        return max(time.time() - min(written) / 1000, 0.0) if written else 0.0

    def put(self, letter: Letter, done: Callable[[], None]) -> None:
        """Take a letter; ``done`` is called once it needs no more care."""
        self.waiting += 1
        queue = self._queues.get(letter.incident)
        if queue is not None:
            queue.append(_Waiting(letter, done))
            return
        self._queues[letter.incident] = deque([_Waiting(letter, done)])
        task = asyncio.create_task(self._work_off(letter.incident))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, grace_s: float) -> None:
        """Begin no more; requests that were sent may end, so that what they did is known."""
        self._closing = True
        requests = list(self._requests)
        for task in list(self._tasks):
            task.cancel()
        if requests:
            await asyncio.wait(requests, timeout=grace_s)
        for request in requests:
            request.cancel()
        await asyncio.gather(*self._tasks, *requests, return_exceptions=True)

    async def _work_off(self, incident: str) -> None:
        queue = self._queues[incident]
        failures = 0
        while queue:
            count = 1 if self._receiver.wants_every_word else len(queue)
            request = asyncio.create_task(self._hand_over(queue, count))
            self._requests.add(request)
            request.add_done_callback(self._requests.discard)
            try:
                await asyncio.shield(request)
                failures = 0
            except NotNow as error:
                failures += 1
                pause_s = self._backoff.pause_s(failures, error.retry_after_s)
                self._metrics.retried.inc()
                log.warning(
                    "not delivered, trying again",
                    alert=queue[0].letter.word.id, why=str(error), failures=failures, in_s=round(pause_s, 1),
                )  # fmt: skip
                await asyncio.sleep(pause_s)
        del self._queues[incident]

    async def _hand_over(self, queue: deque[_Waiting], count: int) -> None:
        """Hand over the last of the first ``count``, which says what the others say and more.

        Raises:
            NotNow: nothing is done.
        """
        letter = queue[count - 1].letter
        async with self._slots:
            if self._closing:
                raise NotNow("the bridge ends")
            try:
                await self._receiver.deliver(letter)
                self._metrics.sent.inc()
                log.info("delivered", alert=letter.word.id, status=letter.word.status)
            except NotNow:
                raise
            except Refused as error:
                self._metrics.failed.inc()
                log.error("refused, going on without it", alert=letter.word.id, why=str(error))
            except Exception:  # a mistake of ours must not hold back other alerts
                self._metrics.failed.inc()
                log.exception("an error of driftline's own, going on without it", alert=letter.word.id)
        self._metrics.superseded.inc(count - 1)
        for _ in range(count):
            queue.popleft().done()
            self.waiting -= 1
