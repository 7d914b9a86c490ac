"""What a newcomer waits for: compiling everything once, where nothing was ever compiled."""

import os
import subprocess
import sys
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory

VARIABLE = "NUMBA_CACHE_DIR"
COMPILE = "from driftline.stream_app.adapters.worker.kernels import compile_kernels; compile_kernels()"


def compiling_cpu_s() -> float:
    """CPU seconds of a process that starts, compiles everything into an empty folder, and ends."""
    with TemporaryDirectory() as folder:
        return cpu_s_of(COMPILE, {VARIABLE: folder})


def cpu_s_of(program: str, variables: dict[str, str]) -> float:
    """CPU seconds of Python with a program, in this environment and these variables.

    Raises CalledProcessError for one that fails.
    """
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], env=os.environ | variables, check=True)
    after = getrusage(RUSAGE_CHILDREN)
    return round(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, 1)
