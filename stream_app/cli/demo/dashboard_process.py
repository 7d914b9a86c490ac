"""The demo's dashboard: a process of its own, as in production."""

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from driftline.stream_app.adapters.hosts import address
from driftline.stream_app.cli.demo.worker_process import end_with_parent
from driftline.stream_app.config import Settings
from driftline.stream_app.dashboard.serving import serve_topics

STOP_S_MAX: Final = 5.0


@contextmanager
def running_dashboard(settings: Settings, log: Path) -> Iterator[str]:
    """A dashboard over the demo's topics, which keeps nothing; the address at which it is about to answer."""
    with tempfile.TemporaryDirectory(prefix="driftline-") as directory:
        section = settings.dashboard.model_copy(update={"directory": directory})
        own = settings.model_copy(update={"dashboard": section})
        context = get_context("spawn")
        process = context.Process(target=_serve, args=(own, str(log)), name="driftline dashboard")
        process.start()
        try:
            yield address(section.host, section.port)
        finally:
            process.terminate()
            process.join(STOP_S_MAX)
            if process.exitcode is None:
                process.kill()
                process.join()


def _serve(settings: Settings, log: str) -> None:
    """What the process does. It ends when its parent is gone, however that happened."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.setsid()  # Ctrl-C in the terminal is for the demo
    os.dup2(descriptor, sys.stdout.fileno())
    os.dup2(descriptor, sys.stderr.fileno())
    threading.Thread(target=end_with_parent, daemon=True).start()
    serve_topics(settings, print)
