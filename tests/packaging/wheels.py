"""The distributions of this tree, and environments that have nothing but them."""

import subprocess
import sys
import tarfile
import venv
from pathlib import Path
from zipfile import ZipFile

MINUTES_S = 300


def built(source: Path, out: Path, *what: str) -> Path:
    """Builds in a folder of its own, without asking an index for the backend; the file that was made."""
    command = [sys.executable, "-m", "build", "--no-isolation", *what, "--outdir", str(out), str(source)]
    run(command)
    (made,) = out.iterdir()
    return made


def unpacked(sdist: Path, out: Path) -> Path:
    """The folder of a source distribution."""
    with tarfile.open(sdist) as archive:
        archive.extractall(out, filter="data")
    (folder,) = out.iterdir()
    return folder


def names_in(wheel: Path) -> set[str]:
    """The files of a wheel, but for those about the wheel."""
    with ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def environment_with(wheel: Path, folder: Path, constraints: Path) -> Path:
    """A clean virtual environment with a wheel and what it depends on; its Python."""
    venv.create(folder, with_pip=True, symlinks=True)
    python = folder / "bin" / "python"
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    run([*pip, "--constraint", str(constraints), str(wheel)])
    return python


def run(command: list[str], cwd: Path | None = None) -> str:
    """What a program says on standard output; its last words when it fails."""
    answer = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=MINUTES_S,
        check=False,
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert answer.returncode == 0, (answer.stdout + answer.stderr)[-2000:]
    return answer.stdout
