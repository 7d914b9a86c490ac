"""What a process takes before it holds anything, and what each thing in it adds: for docs/guide/sizing.md.

python -m benchmarks.sizing
"""

import subprocess
import sys

from benchmarks.memory import memory

# Imports what the command imports, compiles what it compiles, and says what is resident.
PROCESSES = {
    "worker": "import driftline.stream_app.adapters.worker.worker\n"
    "from driftline.stream_app.adapters.worker.kernels import compile_kernels\n"
    "compile_kernels()",
    "dashboard": "import driftline.stream_app.dashboard.serving",
    "bridge": "import driftline.stream_app.bridges.running",
    "gateway": "import driftline.stream_app.gateway.serving",
}
# Not by benchmarks.memory, which would bring the detectors with it.
SAY = "\nimport os\nprint(int(open('/proc/self/statm').read().split()[1]) * os.sysconf('SC_PAGE_SIZE'))"
MIB = 1 << 20


def base_mib() -> dict[str, float]:
    """Resident MiB of each process before its first event, from compiled detectors."""
    found = {}
    for name, program in PROCESSES.items():
        command = [sys.executable, "-c", program + SAY]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found[name] = round(int(done.stdout.split()[-1]) / MIB, 1)
    return found


if __name__ == "__main__":
    for process, mib in base_mib().items():
        print(f"{process:<36}{mib:>10,.0f} MiB")
    for thing, size in memory().items():
        print(f"{thing:<36}{size:>10,.0f}")
