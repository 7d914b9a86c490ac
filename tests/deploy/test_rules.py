"""Prometheus's rules: each is valid, fires when it should, is quiet when it should, and leads somewhere."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from driftline.stream_app.bridges.metrics import BridgeMetrics
from tests.conftest import REPOSITORY
from tests.deploy.tools import BRIDGE_RULES, DEPLOY, INCIDENT_RULES, RULES, run

STORIES = DEPLOY / "prometheus" / "driftline.rules.test.yml"
BRIDGE_STORIES = DEPLOY / "prometheus" / "driftline-bridges.rules.test.yml"


def rules(*files: Path) -> list[dict[str, Any]]:
    groups = [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"]]


ALL = rules(RULES, INCIDENT_RULES, BRIDGE_RULES)


def test_the_configuration_is_valid() -> None:
    """A Prometheus with a mistake in its configuration does not start."""
    checked = run("promtool", "check", "config", "--lint-fatal", DEPLOY / "prometheus" / "prometheus.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("file", [RULES, INCIDENT_RULES, BRIDGE_RULES], ids=lambda file: file.name)
def test_rules_are_valid(file: Path) -> None:
    """One mistake in a file takes all of its rules away."""
    checked = run("promtool", "check", "rules", "--lint-fatal", file)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("stories", [STORIES, BRIDGE_STORIES], ids=lambda file: file.name)
def test_each_story_goes_as_it_is_told(stories: Path) -> None:
    """A rule would sleep through what it is for, or wake somebody for nothing."""
    told = run("promtool", "test", "rules", stories)
    assert told.returncode == 0, told.stdout + told.stderr


def test_no_rule_is_without_a_story() -> None:
    """A rule that was never seen to fire may never fire."""
    stories = [
        story for file in (STORIES, BRIDGE_STORIES) for story in yaml.safe_load(file.read_text())["tests"]
    ]
    fires = {
        name
        for story in stories
        for sample in (each for test in story.get("promql_expr_test", []) for each in test["exp_samples"])
        for name in re.findall(r'alertname="(\w+)"', sample["labels"])
    }
    asked = [test for story in stories for test in story.get("promql_expr_test", []) if test["exp_samples"]]
    fires |= {name for test in asked for name in re.findall(r'alertname="(\w+)"', test["expr"])}
    fires |= {
        test["alertname"]
        for story in stories
        for test in story.get("alert_rule_test", [])
        if test["exp_alerts"]
    }
    assert fires == {rule["alert"] for rule in ALL}


def test_a_healthy_worker_has_every_metric_that_a_rule_reads() -> None:
    """The story in which nothing fires proves nothing of a rule that it gives no data."""
    healthy = yaml.safe_load(STORIES.read_text())["tests"][0]
    given = {series["series"].partition("{")[0] for series in healthy["input_series"]}
    read = {name for rule in rules(RULES) for name in metrics_of(rule["expr"])}
    assert read == given


def test_a_bridge_has_every_metric_that_a_rule_reads() -> None:
    """A rule on a metric that was renamed sleeps for ever."""
    told = {family.name for family in BridgeMetrics("slack").registry.collect()} | {"up"}
    read = {name.removesuffix("_total") for rule in rules(BRIDGE_RULES) for name in metrics_of(rule["expr"])}
    assert read <= told


def metrics_of(expression: str) -> set[str]:
    """The names of ours in it, and Prometheus's own `up`."""
    return set(re.findall(r"\b(?:driftline_\w+|up)\b", expression))


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule["alert"])
def test_a_rule_speaks_in_sentences_and_leads_to_the_runbook(rule: dict[str, Any]) -> None:
    """Somebody is woken by these words, and has nothing but the link."""
    annotations = rule["annotations"]
    assert annotations["summary"].endswith(".")
    assert annotations["description"].endswith(".")
    page, _, anchor = annotations["runbook_url"].partition("#")
    headings = re.findall(r"^#+ (.+)$", (REPOSITORY / page).read_text(), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert anchor in anchors | {""}


@pytest.mark.parametrize("rule", rules(RULES, BRIDGE_RULES), ids=lambda rule: rule["alert"])
def test_a_rule_is_as_severe_as_pagers_know(rule: dict[str, Any]) -> None:
    """The routes and the inhibition know three severities."""
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
