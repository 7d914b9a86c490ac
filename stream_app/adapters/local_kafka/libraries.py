"""Kafka's jars: fetched once by Maven, shared by every broker that is pointed at the same folder."""

import os
import shutil
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path

from driftline.stream_app.adapters.local_kafka.errors import LocalKafkaError
from driftline.stream_app.adapters.local_kafka.toolchain import maven_problem

FETCH_TIMEOUT_S = 600


def fetch_libraries(libraries: Path) -> None:
    """Fills the folder `libraries` with Kafka's jars, unless it is there already.

    The jars are gathered in a scratch folder beside it, which is renamed when it is complete: the folder
    either is not there or holds everything, whoever else fetches at the same time or is killed meanwhile.
    Maven's own repository stays in the scratch folder too, so that nothing is written outside.

    Raises LocalKafkaError when Maven is missing or fails.
    """
    if libraries.is_dir():
        return
    if problem := maven_problem():
        raise LocalKafkaError(f"Kafka's jars cannot be fetched: {problem}.")
    libraries.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetching-", dir=libraries.parent) as scratch:
        jars = Path(scratch, "jars")
        _copy_dependencies(jars, Path(scratch, "maven"))
        try:
            os.rename(jars, libraries)
        except OSError:
            if not libraries.is_dir():  # else another process was faster, and its jars are the same
                raise


def _copy_dependencies(jars: Path, repository: Path) -> None:
    mvn = shutil.which("mvn") or "mvn"
    goal = "org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies"
    repository.mkdir()
    (repository.parent / "pom.xml").write_bytes((files(__package__) / "pom.xml").read_bytes())
    command = [mvn, "--batch-mode", "--quiet", f"-Dmaven.repo.local={repository}"]
    command += [f"-DoutputDirectory={jars}", goal]
    options = f"{os.environ.get('MAVEN_OPTS', '')} -XX:-UsePerfData".strip()  # no /tmp/hsperfdata files
    try:
        answer = subprocess.run(
            command,
            cwd=repository.parent,
            env=os.environ | {"MAVEN_OPTS": options},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=FETCH_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LocalKafkaError(
            f"Maven did not fetch Kafka's jars within {FETCH_TIMEOUT_S} s; check the network and try again."
        ) from error
    if answer.returncode != 0 or not any(jars.glob("kafka_*.jar")):
        said = [line for line in (answer.stdout + answer.stderr).splitlines() if line.strip()]
        raise LocalKafkaError(f"Maven could not fetch Kafka's jars: {' '.join(said[:3])[:600]}")
