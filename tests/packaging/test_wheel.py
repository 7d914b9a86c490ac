"""What is installed is what was meant: one import name, all of it, and a client that needs little."""

import json
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.packaging.wheels import built, environment_with, names_in, run, unpacked

# Measured: 28 MB on Python 3.11, pip and setuptools aside; with the service it is 561 MB.
LIGHT_MB_MAX = 50
FOLDER = "import driftline; print(driftline.__path__[0])"
HEAVY = {
    "numpy",
    "numba",
    "scipy",
    "river",
    "aiokafka",
    "faust-streaming",
    "click",
    "rich",
    "pandas",
    "narwhals",
}


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that the tree makes."""
    return built(repository, tmp_path_factory.mktemp("wheel"), "--wheel")


@pytest.fixture(scope="module")
def sdist(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution that the tree makes."""
    return built(repository, tmp_path_factory.mktemp("sdist"), "--sdist")


@pytest.fixture(scope="module")
def light(wheel: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the wheel and what the client needs."""
    return environment_with(wheel, tmp_path_factory.mktemp("light"), repository / "constraints.txt")


def files_of(repository: Path) -> set[str]:
    """Every file of the packages, by its name in a wheel."""
    names = {"driftline/__init__.py", "driftline/__main__.py", "driftline/py.typed"}
    for package in ("schemas", "detectors", "stream_app"):
        found = (repository / package).rglob("*")
        files = [file for file in found if file.is_file() and "__pycache__" not in file.parts]
        names |= {f"driftline/{file.relative_to(repository)}" for file in files}
    return names


def test_a_wheel_of_the_tree_holds_driftline_and_nothing_else(wheel: Path, repository: Path) -> None:
    """Top-level `schemas` or `detectors` in site-packages would shadow a user's own modules of that name."""
    assert names_in(wheel) == files_of(repository)


def test_a_wheel_of_the_source_distribution_is_the_same(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    """What pip builds where no wheel fits would lack the packages, which are links in the tree."""
    for folder in ("source", "again"):
        (tmp_path / folder).mkdir()
    source = unpacked(sdist, tmp_path / "source")
    assert names_in(built(source, tmp_path / "again", "--wheel")) == names_in(wheel)


def test_types_and_data_files_are_installed(wheel: Path) -> None:
    """Without py.typed a user's mypy sees no types; without the templates no local Kafka starts."""
    names = names_in(wheel)
    assert {
        f"driftline/{package}py.typed" for package in ("", "schemas/", "detectors/", "stream_app/")
    } <= names
    assert {
        f"driftline/stream_app/adapters/local_kafka/{name}" for name in ("pom.xml", "server.properties")
    } <= names


def test_the_client_works_beside_modules_of_the_same_names(light: Path, tmp_path: Path) -> None:
    """A service with a schemas.py of its own got that module instead of driftline's."""
    (tmp_path / "schemas.py").write_text("OWN = 1\n")
    (tmp_path / "detectors").mkdir()
    (tmp_path / "detectors" / "__init__.py").write_text("OWN = 2\n")
    program = tmp_path / "service.py"
    program.write_text(
        "import detectors, schemas\n"
        "from driftline import AlertConsumer, DriftClient\n"
        "drift = DriftClient(bootstrap_servers='127.0.0.1:1', model='m')\n"
        "drift.log_prediction(version='1', features={'x': 1.0}, outputs={})\n"
        "drift.close(0.1)\n"
        "print(schemas.OWN, detectors.OWN)\n"
    )
    assert run([str(light), str(program)], tmp_path) == "1 2\n"


def test_the_client_brings_little_and_leaves_numpy_alone(light: Path) -> None:
    """A client that pins numpy or loads half a gigabyte is not put into a serving system."""
    installed = json.loads(run([str(light), "-m", "pip", "list", "--format", "json"]))
    assert HEAVY.isdisjoint(each["name"].lower() for each in installed)
    folder = Path(run([str(light), "-c", FOLDER], light.parent).strip()).parent
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    pip = sum(
        file.stat().st_size
        for name in ("pip", "setuptools")
        for file in (folder / name).rglob("*")
        if file.is_file()
    )
    assert (size - pip) / 1e6 < LIGHT_MB_MAX


def test_the_command_line_says_which_extra_is_missing(light: Path) -> None:
    """A traceback about click tells nobody what to install."""
    for program in ([str(light.parent / "driftline"), "--help"], [str(light), "-m", "driftline", "worker"]):
        answer = subprocess.run(program, capture_output=True, text=True, check=False)
        assert answer.returncode == 1
        assert answer.stderr.strip() == (
            "driftline: the command line needs click, which the client does not: "
            "pip install 'driftline[service]'"
        )


def test_a_frame_needs_the_engine_and_says_so(light: Path) -> None:
    """`from driftline import watch` would end with the name of a library that nobody asked for."""
    program = "from driftline import DriftClient, {name}"
    for name in ("watch", "Report"):
        answer = subprocess.run(
            [str(light), "-c", program.format(name=name)], capture_output=True, text=True, check=False
        )
        assert answer.returncode == 1
        last = answer.stderr.strip().splitlines()[-1]
        assert last.startswith(f"ImportError: driftline.{name} needs ")
        assert last.endswith(", which the client does not: pip install 'driftline[service]'")


def test_no_extra_is_named_that_does_not_exist(repository: Path) -> None:
    """`pip install 'driftline[services]'` installs nothing more, and warns in a line that nobody reads."""
    extras = tomllib.loads((repository / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert {"service", "report", "parquet"} <= set(extras)
