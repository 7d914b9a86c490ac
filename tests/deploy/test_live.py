"""Every query and every rule that is shipped, asked of a real Prometheus that scrapes a real worker."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import yaml

from tests.conftest import own_topics
from tests.deploy.prometheus import Prometheus, metrics_in
from tests.deploy.tools import BOARDS, INCIDENT_RULES, RULES, program
from tests.kafka.worker_process import READY_S, Event, WorkerProcess, send, wait_until
from tests.streams import START_MS, Stream

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]

STREAM = Stream(count=3000, change_at=2000, shift=3.0)
ABSORBED = "sum(driftline_events_total) + sum(driftline_rejected_total)"
WINDOWS = {"$__rate_interval": "1m", "$__range": "5m", "$model": ".*"}


def events() -> list[Event]:
    """A model with a drift, a field that no signal can be made of, a bad record and an operator's word."""
    stream = [orjson.loads(record.value) for record in STREAM.records()]
    for event in stream[:50]:
        if event["type"] == "prediction":
            event["features"]["debug"] = {"trace": [["a"], ["b"]]}
    bad = {"type": "prediction", "model": "search"}
    verdict = {"type": "control", "id": "c-1", "model": "search", "time": START_MS, "by": "anna"}
    return [*stream, bad, verdict | {"action": "verdict", "alert_id": "nobody-1-1", "verdict": "noise"}]


@pytest.fixture(scope="module")
def prometheus(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """It has seen a worker before, while and after a drift was found."""
    program("prometheus")  # before anything is started
    directory = tmp_path_factory.mktemp("live")
    with (
        own_topics(broker) as kafka,
        WorkerProcess(kafka, directory, "worker") as worker,
        Prometheus(directory, f"127.0.0.1:{worker.port}") as made,
    ):
        wait_until(worker.ready, READY_S, "becoming ready")
        wait_until(lambda: made.ready() and made.values("sum(driftline_ready)") == [1], 20, "a scrape")
        sent = events()
        half = len(sent) // 2  # a counter of a model is there once the model is, and rises from there
        send(kafka, sent[:half])
        wait_until(lambda: made.values(ABSORBED) == [half], 30, "absorbing half of it")
        send(kafka, sent[half:])
        wait_until(lambda: made.values(ABSORBED) == [len(sent)], 30, "absorbing all")
        wait_until(lambda: bool(made.values("driftline_incident")), 30, "an incident")
        wait_until(lambda: "DriftlineIncident" in alerts_in(made), 30, "its alert")  # of a later evaluation
        checkpoints = "sum(increase(driftline_checkpoint_seconds_count[1m])) > 0"
        wait_until(lambda: bool(made.values(checkpoints)), 30, "a checkpoint")
        yield made


def alerts_in(prometheus: Prometheus) -> set[str]:
    """The names of its alerts that are pending or firing."""
    return {alert["labels"]["alertname"] for alert in prometheus.ask("alerts")["alerts"]}


def queries() -> Iterator[Any]:
    """Every query of the boards with its place: panels and annotations."""
    for path in BOARDS:
        board = json.loads(path.read_text())
        asking = [
            (panel["title"], target["refId"], target["expr"])
            for panel in board["panels"]
            for target in panel.get("targets", [])
        ]
        asking += [(each["name"], "annotation", each["expr"]) for each in board["annotations"]["list"]]
        for title, name, query in asking:
            yield pytest.param(query, id=f"{path.stem}: {title} {name}")


def rules() -> Iterator[Any]:
    """Every rule's expression."""
    for file in (RULES, INCIDENT_RULES):
        for group in yaml.safe_load(file.read_text())["groups"]:
            yield from (pytest.param(rule["expr"], id=rule["alert"]) for rule in group["rules"])


@pytest.mark.parametrize("query", queries())
def test_a_query_of_a_board_returns_data(prometheus: Prometheus, query: str) -> None:
    """A panel would say "No data" for a metric or label that was renamed."""
    for variable, text in WINDOWS.items():
        query = query.replace(variable, text)
    values = prometheus.values(query)
    assert values
    assert all(math.isfinite(value) for value in values), values
    known = {name for name in metrics_in(query) if prometheus.values(f"count({name})")}
    assert known == metrics_in(query)  # "or vector(0)" answers for a metric that is not there


@pytest.mark.parametrize("expression", rules())
def test_a_rule_reads_what_a_worker_tells(prometheus: Prometheus, expression: str) -> None:
    """A rule on a metric or label that was renamed sleeps for ever: nothing is what it hopes to find."""
    for selector in re.findall(r"(?:driftline_\w+|\bup\b)(?:\{[^}]*\})?", expression):
        assert prometheus.values(f"count({selector})"), selector
    labels = {
        name for listed in re.findall(r"\bby \(([^)]*)\)", expression) for name in re.split(", *", listed)
    }
    for name in labels:
        assert any(prometheus.values(f'count({each}{{{name}!=""}})') for each in metrics_in(expression)), name


def test_prometheus_evaluates_every_rule(prometheus: Prometheus) -> None:
    """A rule may be valid by itself and not match one series with one other."""
    evaluated = [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]
    assert len(evaluated) == len(list(rules())) + 1
    assert {rule["name"]: rule.get("lastError") for rule in evaluated if rule["health"] != "ok"} == {}


def test_the_drift_is_an_alert_of_prometheus(prometheus: Prometheus) -> None:
    """Who pages by the metric would hear nothing."""
    alerts = prometheus.ask("alerts")["alerts"]
    found = [alert["labels"] for alert in alerts if alert["labels"]["alertname"] == "DriftlineIncident"]
    assert {"kind": "data_drift", "model": "search", "version": "1", "role": "live"}.items() <= found[
        0
    ].items()


def test_a_healthy_worker_fires_no_rule(prometheus: Prometheus) -> None:
    """Somebody would be told of trouble by the worker that has none."""
    alerts = prometheus.ask("alerts")["alerts"]
    firing = {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}
    assert firing - {"DriftlineIncident"} == {"DriftlineAlwaysFiring"}
