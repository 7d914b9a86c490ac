"""The Dockerfile and the compose file name only things that exist; no Docker runs here to find out."""

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from driftline.stream_app.cli import main
from driftline.stream_app.config import load_settings
from driftline.stream_app.simulator import scenarios
from tests.shape.source import REPOSITORY

COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OWN_SERVICES = [name for name, service in SERVICES.items() if "build" in service]


def dockerfile_instructions(instruction: str) -> list[str]:
    """The arguments of every such instruction, continued lines joined."""
    text = (REPOSITORY / "Dockerfile").read_text().replace("\\\n", " ")
    return re.findall(rf"^{instruction} +(.+)$", text, re.MULTILINE)


def copies() -> list[str]:
    """What is copied from the repository into the image."""
    return [line for line in dockerfile_instructions("COPY") if not line.startswith("--from=")]


def parse(command: click.Command, arguments: list[str]) -> None:
    """Follows subcommands down to the last one, which parses its arguments; click raises when it cannot."""
    if isinstance(command, click.Group) and not arguments[0].startswith("-"):
        name, *rest = arguments
        assert name in command.commands, f"driftline has no command {name}"
        parse(command.commands[name], rest)
    else:
        command.make_context(command.name, arguments)


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """The configuration of the compose file, as a file."""
    file = tmp_path / "driftline.yaml"
    file.write_text(COMPOSE["configs"]["driftline"]["content"])
    return file


def test_copied_files_exist() -> None:
    """The image would not build."""
    copied = [source for line in copies() for source in line.split()[:-1]]
    assert copied
    assert [source for source in copied if not (REPOSITORY / source).exists()] == []


def test_the_image_does_not_run_as_root() -> None:
    """A worker needs no rights on the machine it runs on; Kubernetes believes a number only."""
    assert dockerfile_instructions("USER") == ["10001:10001"]


def test_the_ignore_file_keeps_what_is_copied() -> None:
    """A folder that is ignored cannot be copied into the image."""
    ignored = set((REPOSITORY / ".dockerignore").read_text().split())
    copied = {source.split("/")[0] for line in copies() for source in line.split()}
    assert not ignored & copied


@pytest.mark.parametrize("service", OWN_SERVICES)
def test_commands_are_real(service: str, configuration: Path) -> None:
    """A subcommand or option that was renamed would end the container at once."""
    target = SERVICES[service]["configs"][0]["target"]
    arguments = [str(configuration) if word == target else word for word in SERVICES[service]["command"]]
    parse(main, arguments)


def test_the_simulated_scenario_exists() -> None:
    """Its name is an argument that the command line looks up only when it runs."""
    assert SERVICES["simulator"]["command"][1] in scenarios()


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_refers_to_exists(service: str) -> None:
    """Compose refuses a file with a reference to nothing."""
    definition = SERVICES[service]
    assert set(definition.get("depends_on", {})) <= set(SERVICES)
    assert {config["source"] for config in definition.get("configs", [])} <= set(COMPOSE["configs"])
    named = {volume.partition(":")[0] for volume in definition.get("volumes", [])}
    folders = {name for name in named if name.startswith(".")}
    assert named - folders <= set(COMPOSE["volumes"])
    assert [name for name in folders if not (REPOSITORY / name).exists()] == []
    if "build" in definition:
        assert (REPOSITORY / definition["build"] / "Dockerfile").exists()


def test_the_configuration_is_valid(configuration: Path) -> None:
    """A worker with a configuration mistake ends at once."""
    settings = load_settings(configuration)
    host, port = settings.kafka.bootstrap_servers.split(":")
    assert host in SERVICES
    assert f":{port}" in SERVICES[host]["environment"]["KAFKA_LISTENERS"]


def test_kafka_keeps_its_data_in_the_named_volume() -> None:
    """Without it, state and alerts are gone with the container."""
    kafka = SERVICES["kafka"]
    assert kafka["volumes"] == [f"kafka-data:{kafka['environment']['KAFKA_LOG_DIRS']}"]
