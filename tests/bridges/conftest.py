"""What tests of bridges share: far sides that listen, and a real Alertmanager."""

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.bridges.endpoints import Endpoint, endpoint


@pytest.fixture
def far_side() -> Iterator[Endpoint]:
    """An HTTP server that keeps what it is sent."""
    with endpoint() as server:
        yield server


@pytest.fixture(scope="session")
def alertmanager_program() -> str:
    """The path of a real Alertmanager.

    Without it the test is skipped; where DRIFTLINE_REQUIRE_KAFKA is set, it fails.
    """
    for name in ("prometheus-alertmanager", "alertmanager"):
        if (path := shutil.which(name)) is not None:
            return path
    missing = "No Alertmanager is installed (Debian: apt-get install prometheus-alertmanager)."
    if os.environ.get("DRIFTLINE_REQUIRE_KAFKA"):
        pytest.fail(missing)
    pytest.skip(missing)
