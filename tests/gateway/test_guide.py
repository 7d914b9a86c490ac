"""What the guide shows is what the gateway takes."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from driftline.schemas import Rejection, decode
from driftline.stream_app.config import KafkaSettings, Settings
from driftline.stream_app.gateway.kserve.rows import ROWS_MAX
from driftline.stream_app.gateway.kserve.tensors import LONGEST_LIST
from driftline.stream_app.gateway.lines import Line, read

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "gateway.md").read_text()


def blocks(language: str) -> list[str]:
    """The code of a language in the guide."""
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", [block for block in blocks("yaml") if block.startswith("gateway:")])
def test_configurations_are_taken(text: str) -> None:
    """Whoever copies one would get a mistake."""
    settings = Settings.model_validate(yaml.safe_load(text))
    assert settings.gateway.tokens


def test_the_other_documents_are_yaml_and_name_the_gateway() -> None:
    """A manifest that does not parse is found out at the cluster."""
    others: list[Any] = [yaml.safe_load(text) for text in blocks("yaml") if not text.startswith("gateway:")]
    assert [each["kind"] for each in others] == ["InferenceService", "DestinationRule"]
    assert "/v1/kserve" in others[0]["spec"]["predictor"]["logger"]["url"]


def test_events_are_taken() -> None:
    """The first thing that a newcomer posts would be refused."""
    now_ms = int(time.time() * 1000)
    (shell,) = [block for block in blocks("sh") if "curl" in block]
    body = shell.replace("$now", str(now_ms)).partition("<<EOF\n")[2].partition("EOF")[0].encode()
    assert [isinstance(each, Line) for each in read(body, now_ms, KafkaSettings())] == [True, True]
    (label,) = blocks("json")
    assert not isinstance(decode(label.encode(), None), Rejection)


def test_bounds_are_those_of_the_code() -> None:
    """A guide that promises other bounds is worse than none."""
    assert f"{LONGEST_LIST:,} values a row" in GUIDE
    assert ROWS_MAX == 10_000
    gateway = Settings().gateway
    assert (gateway.port, gateway.body_bytes, gateway.kserve.pair_within_s) == (6080, 8 << 20, 60)
