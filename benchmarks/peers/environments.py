"""A virtual environment for each peer, because their dependencies contradict each other and driftline's."""

import os
import subprocess
import venv
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".driftline" / "peers"
INSTALL_S_MAX = 600


def python_of(peer: str) -> str:
    """The Python of a peer's environment, which is made and filled from `<peer>.txt` if need be.

    Raises:
        RuntimeError: pip could not install what the file names; says what pip said last.
    """
    directory, requirements = FOLDER / peer, Path(__file__).with_name(f"{peer}.txt")
    python, installed = directory / "bin" / "python", directory / "installed.txt"
    if installed.exists() and installed.read_text() == requirements.read_text():
        return str(python)
    venv.create(directory, with_pip=True, clear=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--requirement", str(requirements)]
    cache = {"PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(FOLDER.parents[1] / ".cache" / "pip"))}
    answer = subprocess.run(
        command, env=os.environ | cache, capture_output=True, text=True, timeout=INSTALL_S_MAX, check=False
    )
    if answer.returncode != 0:
        raise RuntimeError(
            f"The packages of {requirements.name} could not be installed:\n{answer.stderr[-1_000:]}"
        )
    installed.write_text(requirements.read_text())
    return str(python)
