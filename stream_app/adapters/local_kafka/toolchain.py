"""The machine's Java and Maven: where they are, and whether they will do."""

import os
import re
import shutil
import subprocess
from pathlib import Path

JAVA_NEEDED = 17  # Kafka 4 brokers run on Java 17 and later


def java_program() -> str | None:
    """The `java` of JAVA_HOME, or else the first on the PATH; None when there is neither."""
    home = os.environ.get("JAVA_HOME")
    if home and (program := Path(home, "bin", "java")).exists():
        return str(program)
    return shutil.which("java")


def java_problem() -> str | None:
    """A sentence when no Java of at least JAVA_NEEDED runs here, None when one does."""
    program = java_program()
    if program is None:
        return f"Java {JAVA_NEEDED} or newer is not installed"
    version = java_version(program)
    if version is None:
        return f"{program} does not tell its version; Java {JAVA_NEEDED} or newer is needed"
    if version < JAVA_NEEDED:
        return f"{program} is Java {version}; Java {JAVA_NEEDED} or newer is needed"
    return None


def java_version(program: str) -> int | None:
    """The feature release of a `java` program (17 for "17.0.15", 8 for "1.8.0_412")."""
    try:
        answer = subprocess.run(
            [program, "-version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr + answer.stdout)
    return int(found[1]) if found else None


def maven_problem() -> str | None:
    """A sentence when there is no `mvn` on the PATH, None when there is."""
    return None if shutil.which("mvn") else "Maven (mvn) is not installed"


def java_and_maven_missing() -> str | None:
    """One sentence about what a local broker lacks on this machine, None when nothing is missing."""
    problems = [problem for problem in (java_problem(), maven_problem()) if problem]
    if not problems:
        return None
    return f"A local Kafka cannot run here: {' and '.join(problems)}."
