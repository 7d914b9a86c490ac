"""The guide to pagers can be copied from."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from driftline.stream_app.config import load_settings
from tests.bridges.processes import ALERTMANAGER_CONFIG
from tests.shape.source import REPOSITORY

GUIDE = (REPOSITORY / "docs" / "guide" / "pager.md").read_text()
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
OURS = [block for block in BLOCKS if "inhibit_rules" not in block]


@pytest.mark.parametrize("block", OURS)
def test_a_configuration_is_one(block: str, tmp_path: Path) -> None:
    """A key that was renamed would be copied for years."""
    file = tmp_path / "driftline.yaml"
    file.write_text(block)
    load_settings(file)


def test_the_route_is_the_one_that_is_tested() -> None:
    """Without the rules that mute, one incident pages twice; the tests prove it of these and no others."""
    [block] = [block for block in BLOCKS if "inhibit_rules" in block]
    shown: dict[str, Any] = yaml.safe_load(block)
    assert shown["inhibit_rules"] == ALERTMANAGER_CONFIG["inhibit_rules"]
    assert shown["route"]["group_by"] == ALERTMANAGER_CONFIG["route"]["group_by"]
