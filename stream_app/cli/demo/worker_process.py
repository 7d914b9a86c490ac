"""The demo's worker: a process of its own, as in production."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

import click

from driftline.stream_app.config import Settings

READY_S_MAX: Final = 90.0  # the first worker on a machine compiles its kernels
STOP_S_MAX: Final = 15.0


class WorkerProcess:
    """A worker that runs until it is stopped, and that is expected to."""

    def __init__(self, process: BaseProcess, web_host: str, web_port: int, log: Path) -> None:
        self._process = process
        self._web = HTTPConnection(web_host, web_port, timeout=2.0)
        self._log = log

    def wait_until_ready(self) -> None:
        """Come back when the worker holds its partitions.

        Raises:
            click.ClickException: it ended, or is not ready in time.
        """
        deadline = time.monotonic() + READY_S_MAX
        while not self.is_ready():
            self.check()
            if time.monotonic() > deadline:
                raise click.ClickException(
                    f"The worker is not ready after {READY_S_MAX:.0f} s; its log is {self._log}."
                )
            time.sleep(0.1)

    def is_ready(self) -> bool:
        """Whether it holds its partitions."""
        try:
            self._web.request("GET", "/ready")
            return self._web.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):  # nobody listens yet
            return False
        finally:
            self._web.close()

    def check(self) -> None:
        """Raises `click.ClickException` when the worker has ended."""
        if self._process.exitcode is not None:
            raise click.ClickException(
                f"The worker ended with exit code {self._process.exitcode} before the demo did; "
                f"its log, {self._log}, says why."
            )

    def stop(self) -> int | None:
        """Stop it as an orchestrator would, gracefully; make it end if that takes too long. Its exit code."""
        self._process.terminate()
        self._process.join(STOP_S_MAX)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
        return self._process.exitcode


@contextmanager
def running_worker(settings: Settings, log: Path) -> Iterator[WorkerProcess]:
    """A worker with these settings; its output goes to ``log``.

    Settings go through a pipe, not through a file or the command line: they may hold a password.

    Raises:
        click.ClickException: it ended before it was stopped, or did not stop in order.
    """
    process = get_context("spawn").Process(target=_work, args=(settings, str(log)), name="driftline worker")
    process.start()
    worker = WorkerProcess(process, settings.worker.web_host, settings.worker.web_port, log)
    try:
        yield worker
        worker.check()
    finally:
        exit_code = worker.stop()
    if exit_code != 0:
        raise click.ClickException(
            f"The worker did not stop in order (exit code {exit_code}); see its log, {log}."
        )


def _work(settings: Settings, log: str) -> None:
    """What the process does. It ends when its parent is gone, however that happened."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.setsid()  # Ctrl-C in the terminal is for the demo, which then stops the worker gracefully
    os.dup2(descriptor, sys.stdout.fileno())
    os.dup2(descriptor, sys.stderr.fileno())
    threading.Thread(target=end_with_parent, daemon=True).start()
    from driftline.stream_app.adapters.worker import run_worker

    sys.exit(run_worker(settings))


def end_with_parent() -> None:
    """End this process once the one that started it is gone."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
