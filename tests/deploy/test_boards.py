"""Grafana's boards, as files: what they refer to exists, and nothing has to be filled in."""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.tools import BOARDS, DEPLOY

PROVISIONING = DEPLOY / "grafana" / "provisioning"
COLUMNS = 24

boards = pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)


def panels(path: Path) -> list[dict[str, Any]]:
    """The panels that show something; a row only divides."""
    return [panel for panel in json.loads(path.read_text())["panels"] if panel["type"] != "row"]


def test_there_are_two() -> None:
    """The tests below would pass with none."""
    assert [path.stem for path in BOARDS] == ["driftline", "models"]


@boards
def test_the_data_source_is_the_one_that_is_provisioned(path: Path) -> None:
    """A panel of another source shows an error, and an import would ask for one."""
    (source,) = yaml.safe_load((PROVISIONING / "datasources" / "prometheus.yml").read_text())["datasources"]
    board = json.loads(path.read_text())
    asking = [*panels(path), *board["templating"]["list"], *board["annotations"]["list"]]
    known = {"type": source["type"], "uid": source["uid"]}
    assert [each for each in asking if each["datasource"] != known] == []


@boards
def test_nothing_has_to_be_filled_in(path: Path) -> None:
    """Grafana fills in ${…} of provisioning files only, and __inputs of imports only."""
    text = path.read_text()
    assert "${" not in text
    assert "__inputs" not in json.loads(text)
    assert "id" not in json.loads(text)


@boards
def test_panels_have_places_of_their_own(path: Path) -> None:
    """Grafana would push them around, each time another way."""
    places = [panel["gridPos"] for panel in json.loads(path.read_text())["panels"]]
    assert all(place["x"] + place["w"] <= COLUMNS for place in places)
    assert [pair for pair in combinations(places, 2) if overlap(*pair)] == []
    identifiers = [panel["id"] for panel in json.loads(path.read_text())["panels"]]
    assert len(set(identifiers)) == len(identifiers)


def overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return all(
        one[start] < other[start] + other[size] and other[start] < one[start] + one[size]
        for start, size in (("x", "w"), ("y", "h"))
    )


@boards
def test_each_panel_says_what_it_shows(path: Path) -> None:
    """At night nobody remembers what a line means."""
    assert [panel["title"] for panel in panels(path) if not panel["description"].endswith(".")] == []


def test_boards_are_found() -> None:
    """A board with the uid of another replaces it."""
    uids = [json.loads(path.read_text())["uid"] for path in BOARDS]
    assert len(set(uids)) == len(uids)
    (provider,) = yaml.safe_load((PROVISIONING / "dashboards" / "driftline.yml").read_text())["providers"]
    assert provider["type"] == "file"
    assert provider["options"]["path"]
