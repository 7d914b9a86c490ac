"""The image and the compose file, as far as can be told without an engine."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY
from tests.deploy.tools import run

COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
OWN = {name: each for name, each in COMPOSE["services"].items() if "build" in each}


def test_hadolint_finds_nothing() -> None:
    """A layer that is not reproducible, a shell where none should be, a package without its version."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("hadolint")), REPOSITORY / "Dockerfile"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_takes_the_file() -> None:
    """What `docker compose config` does: schema, references, merged keys."""
    done = run("compose-go", REPOSITORY / "docker-compose.yml")
    assert done.returncode == 0, done.stderr
    assert set(yaml.safe_load(done.stdout)["services"]) >= {"kafka", "worker", "dashboard", "grafana"}


@pytest.mark.parametrize("name", OWN)
def test_nothing_of_ours_may_write_to_its_root(name: str) -> None:
    """Whoever gets in could change the program."""
    assert OWN[name]["read_only"] is True
    assert OWN[name]["tmpfs"][0].startswith("/tmp:")
    assert OWN[name]["cap_drop"] == ["ALL"]


def test_ports_are_this_machines_alone() -> None:
    """Docker opens a port to the network, past most firewalls; the token is in this file."""
    ports = [port for each in COMPOSE["services"].values() for port in each.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_the_token_that_is_named_opens_the_dashboard() -> None:
    """A newcomer would stand before a door without a key."""
    settings = yaml.safe_load(COMPOSE["configs"]["driftline"]["content"])
    salt, _, digest = settings["dashboard"]["auth"]["tokens"][0]["scrypt"].partition(":")
    key = hashlib.scrypt(b"only-this-machine", salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32)
    assert key.hex() == digest


def test_a_read_only_root_compiles_nothing(tmp_path: Path) -> None:
    """A container would be busy for a minute at each start: what the image compiled has to be found."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    assert named, "run by make test, which names where compiled detectors are kept"
    compile_all = (
        "from driftline.stream_app.adapters.worker.kernels import compile_kernels; compile_kernels()"
    )
    subprocess.run([sys.executable, "-c", compile_all], check=True)
    image = tmp_path / "image"
    shutil.copytree(named, image)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    before = kernels(image)
    start = "from driftline.stream_app.adapters.kernel_cache import ensure_kernel_cache as e; print(e()); "
    # Tests may run as root, whom no right keeps from writing: what looks is told no.
    refuse = "import driftline.stream_app.adapters.kernel_cache as c; c.is_writable = lambda _: False; "
    done = subprocess.run(
        [sys.executable, "-c", refuse + start + compile_all],
        env=os.environ | {"NUMBA_CACHE_DIR": str(image), "TMPDIR": str(temporary)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (copied,) = temporary.glob("driftline-numba-*")
    assert str(copied) in done.stdout
    assert kernels(copied) == kernels(image) == before


def kernels(folder: Path) -> dict[str, bytes]:
    """The compiled functions in a folder, by their file's name."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.nbc")}
