"""Compiled code is kept somewhere, or that is said; nothing ends in numba's traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from driftline.stream_app.adapters import kernel_cache
from driftline.stream_app.adapters.kernel_cache import VARIABLE, ensure_kernel_cache

NOWHERE = Path("/proc/nobody-can-make-a-folder-here")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the machine's own setting nor its temporary folder."""
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_a_folder_that_can_be_written_to_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What an operator named is not to be second-guessed."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "kept"))
    assert ensure_kernel_cache() is None
    assert os.environ[VARIABLE] == str(tmp_path / "kept")


def test_a_folder_of_an_image_is_copied(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The image would have been compiled in vain wherever its file system is read-only."""
    brought = tmp_path / "image"
    (brought / "kernels").mkdir(parents=True)
    (brought / "kernels" / "loop.nbc").write_bytes(b"code")
    monkeypatch.setenv(VARIABLE, str(brought))
    monkeypatch.setattr(kernel_cache, "is_writable", lambda folder: False)
    warning = ensure_kernel_cache()
    assert warning is not None
    assert f"{brought} cannot be written to" in warning
    assert (Path(os.environ[VARIABLE]) / "kernels" / "loop.nbc").read_bytes() == b"code"
    assert tmp_path in Path(os.environ[VARIABLE]).parents


def test_without_any_folder_each_start_compiles_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is slow to start for ever should say why."""
    monkeypatch.setattr(kernel_cache, "is_writable", lambda folder: False)
    monkeypatch.setattr("tempfile.tempdir", str(NOWHERE))
    warning = ensure_kernel_cache()
    assert warning is not None
    assert "each start takes about half a minute" in warning
    assert VARIABLE not in os.environ


def test_a_folder_of_somebody_else_is_not_trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What lies in it is loaded as code: on a shared machine another user could have put it there."""
    open_to_all = tmp_path / f"driftline-numba-{os.getuid()}"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    monkeypatch.setattr(kernel_cache, "is_writable", lambda folder: False)
    ensure_kernel_cache()
    assert os.environ[VARIABLE] != str(open_to_all)


def test_kernels_load_where_nothing_can_be_kept(tmp_path: Path) -> None:
    """A program of one's own that uses the detectors got "cannot cache function: no locator available"."""
    code = (
        "from numba.core import caching\n"
        "caching.CacheImpl._locator_classes = []\n"
        "import driftline.detectors.compiled as compiled\n"
        "print(compiled.compiled(lambda x: x + 1)(1))\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert answer.stdout == "2\n", answer.stderr
