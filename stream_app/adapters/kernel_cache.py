"""Where compiled detectors are kept between processes, also where nothing may be written.

numba keeps machine code in NUMBA_CACHE_DIR, beside the sources or in the user's cache, and goes on without
only by compiling at each start: a container with a read-only root file system would do so.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

VARIABLE: Final = "NUMBA_CACHE_DIR"
BESIDE_SOURCES: Final = Path(__file__).parents[2] / "detectors" / "kernels" / "__pycache__"


def ensure_kernel_cache() -> str | None:
    """Find a folder for compiled code, before numba is imported; a warning when it is but a temporary one.

    What an image brought along in a folder that cannot be written to is copied, so that nothing is compiled.
    """
    named = os.environ.get(VARIABLE)
    usual = [Path(named)] if named else [BESIDE_SOURCES, users_cache()]
    if any(map(is_writable, usual)):
        return None
    try:
        folder = temporary_folder()
        if named and Path(named).is_dir():
            shutil.copytree(named, folder, dirs_exist_ok=True)
    except OSError:
        os.environ.pop(VARIABLE, None)
        return (
            "Compiled detectors can be kept nowhere, so each start takes about half a minute: mount a folder "
            f"that can be written to, and name it in {VARIABLE}."
        )
    os.environ[VARIABLE] = str(folder)
    return (
        f"{usual[0]} cannot be written to: compiled detectors are kept in {folder} until that is emptied. "
        f"Name a folder that lasts in {VARIABLE}."
    )


def users_cache() -> Path:
    """numba's folder among the user's caches."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "numba"


def is_writable(folder: Path) -> bool:
    """Whether files can be made there; tried as numba does, since rights alone do not tell."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def temporary_folder() -> Path:
    """A folder of this user's alone, the same for all processes: what lies in it is loaded as code.

    Raises:
        OSError: nothing can be written anywhere.
    """
    folder = Path(tempfile.gettempdir(), f"driftline-numba-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.getuid() or found.st_mode & 0o022:
        return Path(tempfile.mkdtemp(prefix="driftline-numba-"))
    return folder
