"""What is compiled is compiled while Kafka starts and the first events are on their way, on all cores."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess


class Compiling:
    """Processes that fill the cache from which the worker then loads."""

    def __init__(self, processes: list[BaseProcess]) -> None:
        self._processes = processes

    def is_done(self) -> bool:
        """Whether all have ended; one that failed leaves its part to the worker."""
        return all(process.exitcode is not None for process in self._processes)


@contextmanager
def compiling() -> Iterator[Compiling]:
    """Compile in the background; what is left of it ends with the block."""
    context = get_context("spawn")
    processes: list[BaseProcess] = [
        context.Process(target=_quietly, args=(name,), name=f"compile {name}", daemon=True)
        for name in ("detectors", "reading")
    ]
    for process in processes:
        process.start()
    try:
        yield Compiling(processes)
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _quietly(name: str) -> None:
    descriptor = os.open(os.devnull, os.O_WRONLY)
    os.dup2(descriptor, sys.stdout.fileno())
    os.dup2(descriptor, sys.stderr.fileno())
    from driftline.stream_app.adapters.garbage import seldom_collected
    from driftline.stream_app.adapters.worker.kernels import compile_record_reader
    from driftline.stream_app.pipeline.kernels import compile_detectors, compile_scanner

    parts: dict[str, list[Callable[[], None]]] = {
        "detectors": [compile_detectors],
        "reading": [compile_scanner, compile_record_reader],
    }
    with seldom_collected():
        for part in parts[name]:
            part()
