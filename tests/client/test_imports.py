"""The client is light: it is loaded into every serving process."""

import subprocess
import sys

import pytest

HEAVY = ["faust", "mode", "aiokafka", "river", "scipy", "pandas", "narwhals", "numba", "detectors"]


@pytest.mark.parametrize(
    ("imported", "absent"),
    [
        ("driftline.stream_app.client", [*HEAVY, "kafka", "numpy"]),
        ("driftline.stream_app.client.sources", HEAVY),
        ("driftline.stream_app.client.producer", HEAVY),
    ],
)
def test_importing_the_client_is_cheap(imported: str, absent: list[str]) -> None:
    """A serving process would pay seconds and hundreds of megabytes for what it never uses."""
    program = f"import sys, {imported}; print([name for name in {absent} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
