"""The Helm chart: rendered by helm, each resource held against Kubernetes' schemas and our rules."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from driftline.stream_app.adapters.strimzi import kafka_topics
from driftline.stream_app.cli import main
from driftline.stream_app.config import load_settings
from tests.deploy.tools import DEPLOY, run
from tests.shape.test_containers import parse

CHART = DEPLOY / "helm" / "driftline"
KUBERNETES = "1.34"
Resource = dict[str, Any]

AUTH = {"trusted_proxy": {"networks": ["10.0.0.0/8"], "operators": ["anna"]}}
TOKEN = {"name": "app", "scrypt": f"{'0' * 32}:{'0' * 64}"}
EVERYTHING = {
    "config": {
        "dashboard": {"auth": AUTH, "port": 80},
        "gateway": {"tokens": [TOKEN]},
        "kafka": {"topics": {"dead_letters": "refused", "predictions": "shop.predictions"}},
        "worker": {"web_port": 8080},
    },
    "secretFiles": ["kafka-cluster-ca-cert"],
    "bridges": {"pagerduty": {}, "webhook": {"args": ["--url", "https://tickets.example/hook"]}},
    "secrets": ["driftline-pager"],
    "gateway": {"enabled": True},
    "keda": {"enabled": True},
    "strimzi": {"enabled": True, "cluster": "events"},
}
# What the chart uses of other projects' resources; their schemas are in no package.
KEDA_METADATA = {"bootstrapServers", "consumerGroup", "topic", "lagThreshold", "offsetResetPolicy"}


def rendered(directory: Path, values: dict[str, Any]) -> list[Resource]:
    """What helm makes of the chart with these values."""
    file = directory / "values.yaml"
    file.write_text(yaml.safe_dump(values))
    done = run("helm", "template", "d", str(CHART), "--kube-version", f"{KUBERNETES}.0", "-f", str(file))
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.safe_load_all(done.stdout) if each]


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> list[Resource]:
    """The chart with everything switched on."""
    return rendered(tmp_path_factory.mktemp("chart"), EVERYTHING)


@pytest.fixture(scope="module")
def config_file(resources: list[Resource], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration that the pods read."""
    (config,) = of_kind(resources, "ConfigMap")
    file = tmp_path_factory.mktemp("config") / "driftline.yaml"
    file.write_text(config["data"]["driftline.yaml"])
    return file


def of_kind(resources: list[Resource], kind: str) -> list[Resource]:
    """The resources of a kind."""
    return [each for each in resources if each["kind"] == kind]


def named(resources: list[Resource], kind: str, name: str) -> Resource:
    """A resource by its kind and name."""
    return next(each for each in of_kind(resources, kind) if each["metadata"]["name"] == name)


def containers(resources: list[Resource]) -> list[Resource]:
    """The containers of all Deployments."""
    pods = [each["spec"]["template"]["spec"] for each in of_kind(resources, "Deployment")]
    return [container for pod in pods for container in pod["containers"]]


def test_helm_lints_it(tmp_path: Path) -> None:
    """`helm install` would refuse it."""
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(EVERYTHING))
    done = run("helm", "lint", "--strict", str(CHART), "--kube-version", f"{KUBERNETES}.0", "-f", str(file))
    assert done.returncode == 0, done.stdout


def test_kubernetes_knows_every_field(resources: list[Resource]) -> None:
    """A misspelt field is dropped by the API server, and the probe or limit in it with it."""
    own = [each for each in resources if not each["apiVersion"].startswith(("keda.sh", "kafka.strimzi.io"))]
    assert len(own) > 12
    for each in own:
        kubernetes_validate.validate(each, KUBERNETES, strict=True)


def test_the_configuration_is_one_that_driftline_reads(config_file: Path) -> None:
    """Every pod would end at once."""
    settings = load_settings(config_file)
    assert settings.worker.web_host == settings.gateway.host == settings.bridges.web_host == "0.0.0.0"
    assert settings.dashboard.auth is not None
    ports = (
        settings.worker.web_port,
        settings.dashboard.port,
        settings.bridges.web_port,
        settings.gateway.port,
    )
    assert ports == (6066, 6070, 6071, 6080)  # those that probes ask, whatever was said


def test_commands_are_real(resources: list[Resource], config_file: Path) -> None:
    """A renamed option would end a container at once."""
    for container in containers(resources):
        path = "/etc/driftline/driftline.yaml"
        parse(main, [str(config_file) if word == path else word for word in container["args"]])


def test_no_pod_has_rights_that_it_does_not_need(resources: list[Resource]) -> None:
    """A cluster with the restricted policy refuses it."""
    for each in of_kind(resources, "Deployment"):
        pod = each["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert "/tmp" in [mount["mountPath"] for mount in container["volumeMounts"]]


def test_probes_kill_no_worker_that_restores(resources: list[Resource]) -> None:
    """A restore, or a broker that is away, would end in a crash loop; a probe by address is refused."""
    for container in containers(resources):
        for probe in ("startupProbe", "livenessProbe"):
            assert container[probe]["httpGet"]["path"] == "/live"
            assert container[probe]["httpGet"]["httpHeaders"] == [{"name": "Host", "value": "localhost"}]
    worker = named(resources, "Deployment", "d-worker")["spec"]["template"]["spec"]
    assert worker["containers"][0]["readinessProbe"]["httpGet"]["path"] == "/ready"
    assert worker["terminationGracePeriodSeconds"] > 10  # what SIGTERM may take


def test_memory_follows_from_what_a_worker_holds(tmp_path: Path) -> None:
    """The sizing guide's arithmetic, or a worker is killed at its limit when its models have grown."""
    sizing = {"signals": 20_000, "predictionsWaiting": 1_000_000}
    made = rendered(tmp_path, {"dashboard": {"enabled": False}, "worker": {"sizing": sizing}})
    container = named(made, "Deployment", "d-worker")["spec"]["template"]["spec"]["containers"][0]
    expected_mib = 1.25 * (300 + (20_000 * 16 + 1_000_000 * 0.45) / 1024)
    assert int(container["resources"]["limits"]["memory"].removesuffix("Mi")) == pytest.approx(
        expected_mib, abs=1
    )


def test_keda_looks_at_each_topic_by_itself(resources: list[Resource], config_file: Path) -> None:
    """Without a topic the replicas may be the partitions of all three, twice as many as can work."""
    (scaled,) = of_kind(resources, "ScaledObject")
    kafka = load_settings(config_file).kafka
    triggers = scaled["spec"]["triggers"]
    assert [each["metadata"]["topic"] for each in triggers] == list(kafka.inputs)
    assert {each["metadata"]["consumerGroup"] for each in triggers} == {kafka.group}
    for each in triggers:
        assert set(each["metadata"]) <= KEDA_METADATA
        assert all(isinstance(value, str) for value in each["metadata"].values())
    assert scaled["spec"]["maxReplicaCount"] <= kafka.partitions
    assert "replicas" not in named(resources, "Deployment", "d-worker")["spec"]  # helm would undo KEDA


def test_topics_are_those_that_driftline_makes(resources: list[Resource], config_file: Path) -> None:
    """The chart's own list would drift away from the plans."""
    made = of_kind(resources, "KafkaTopic")
    planned = kafka_topics(load_settings(config_file).kafka, "events")
    assert [each["spec"] for each in made] == [each["spec"] for each in planned]
    assert [each["metadata"]["name"] for each in made] == [each["metadata"]["name"] for each in planned]
    assert {each["metadata"]["labels"]["strimzi.io/cluster"] for each in made} == {"events"}


def test_each_pod_has_a_network_policy_of_its_own(resources: list[Resource]) -> None:
    """What no policy selects is open to the whole cluster."""
    covered = {
        policy["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/component"]
        for policy in of_kind(resources, "NetworkPolicy")
    }
    assert covered == {container["name"] for container in containers(resources)}


def test_a_certificate_is_a_file_in_every_pod(resources: list[Resource]) -> None:
    """A Kafka with TLS could not be reached: its authority's certificate is a file."""
    for each in of_kind(resources, "Deployment"):
        pod = each["spec"]["template"]["spec"]
        (volume,) = [volume for volume in pod["volumes"] if "secret" in volume]
        assert volume["secret"]["secretName"] == "kafka-cluster-ca-cert"
        mounts = {mount["name"]: mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
        assert mounts[volume["name"]] == "/etc/driftline-secrets/kafka-cluster-ca-cert"


NOT_THERE = {"enabled": False}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "config.dashboard.auth"),
        ({"dashboard": NOT_THERE, "gateway": {"enabled": True}}, "config.gateway.tokens"),
        (
            {"dashboard": NOT_THERE, "strimzi": {"enabled": True}, "config": {"kafka": {"prefix": "Shop_1"}}},
            "driftline topics manifest --strimzi",
        ),
    ],
    ids=["a dashboard without a door", "a gateway without a token", "a topic that is no resource's name"],
)
def test_what_could_not_start_is_refused(tmp_path: Path, values: dict[str, Any], sentence: str) -> None:
    """It would refuse to start in the cluster, long after the installation was called a success."""
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(values))
    done = run("helm", "template", "d", str(CHART), "--kube-version", f"{KUBERNETES}.0", "-f", str(file))
    assert done.returncode != 0
    assert sentence in done.stderr
