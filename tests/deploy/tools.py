"""Prometheus's and Alertmanager's own programs, which check what `deploy/` ships."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
RULES = DEPLOY / "prometheus" / "driftline.rules.yml"
INCIDENT_RULES = DEPLOY / "prometheus" / "driftline-incidents.rules.yml"
BRIDGE_RULES = DEPLOY / "prometheus" / "driftline-bridges.rules.yml"
ALERTMANAGER = DEPLOY / "alertmanager" / "alertmanager.yml"
BOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
BUILT = REPOSITORY / ".cache" / "tools"  # by .ci/tools

PACKAGES = {"prometheus": ("prometheus", "promtool"), "prometheus-alertmanager": ("alertmanager", "amtool")}


def program(name: str) -> str:
    """The path of a program.

    Without it the test is skipped; it fails where DRIFTLINE_REQUIRE_KAFKA is set, of a program that .ci/tools
    builds where DRIFTLINE_REQUIRE_BUILT_TOOLS is.
    """
    for known_as in (name, f"prometheus-{name}"):  # Debian has another alertmanager
        if path := shutil.which(known_as) or shutil.which(known_as, path=str(BUILT)):
            return path
    package = next((package for package, programs in PACKAGES.items() if name in programs), None)
    how = f"Debian: apt-get install {package}" if package else ".ci/tools builds it"
    missing = f"{name} is not installed ({how})."
    if os.environ.get("DRIFTLINE_REQUIRE_KAFKA" if package else "DRIFTLINE_REQUIRE_BUILT_TOOLS"):
        pytest.fail(missing)
    pytest.skip(missing)


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """A program's end, whatever it is, and what it said."""
    name, *arguments = command
    return subprocess.run(
        [program(str(name)), *arguments], capture_output=True, text=True, timeout=90, check=False
    )
