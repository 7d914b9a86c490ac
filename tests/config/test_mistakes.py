"""Every file in `mistakes/` has one mistake; its first line is what must be said: line, place, sentence."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.stream_app.config import ConfigError, Settings, load_settings, sentences

DETECTORS = ("adwin", "page_hinkley")
FILES = sorted((Path(__file__).parent / "mistakes").glob("*.yaml"))

KEYS = st.sampled_from(
    [
        "kafka",
        "models",
        "defaults",
        "features",
        "alerts",
        "severity",
        "labels",
        "wait",
        "min",
        "detectors",
        "x",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.integers(), inner, max_size=4),
    max_leaves=12,
)


def test_every_pattern_has_a_sentence() -> None:
    """A name that does not fit would end the program with a traceback."""
    schema = json.dumps(Settings.model_json_schema(), separators=(",", ":"))
    found = {json.loads(each) for each in re.findall(r'"pattern":("(?:[^"\\]|\\.)*")', schema)}
    assert "^[^=]+$" in found
    assert found <= set(sentences._PATTERNS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_mistake_is_a_sentence_with_its_place(file: Path) -> None:
    """Whoever wrote the file would have to guess what is wrong, where, or what would be right."""
    expected = file.read_text().splitlines()[0].removeprefix("# ")
    with pytest.raises(ConfigError) as raised:
        load_settings(file, detectors=DETECTORS)
    assert str(raised.value) == f"{file}:{expected}"


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Mistakes would have to be found one run at a time: those of one section, and those others hide."""
    file = tmp_path / "driftline.yaml"
    file.write_text(
        "kafka: {partitions: 0, security_protocl: SSL}\n"
        "defaults: {warm_up: many}\n"
        "models:\n"
        "  voice-search:\n"
        "    features:\n"
        "      clip_seconds: {min: 30, max: 0, typ: numeric}\n"
        "    labels: {wait: soon}\n"
        "    labels: {bad: worse}\n"
    )
    with pytest.raises(ConfigError) as raised:
        load_settings(file)
    assert [(mistake.line, mistake.path) for mistake in raised.value.mistakes] == [
        (1, "kafka.partitions"),
        (1, "kafka.security_protocl"),
        (2, "defaults.warm_up"),
        (6, "models.voice-search.features.clip_seconds.typ"),
        (6, "models.voice-search.features.clip_seconds"),
        (8, "models.voice-search.labels"),
        (8, "models.voice-search.labels.bad"),
    ]


def test_what_follows_from_a_mistake_is_not_told(tmp_path: Path) -> None:
    """A misspelt protocol would be reported as three more mistakes that are none."""
    file = tmp_path / "driftline.yaml"
    file.write_text(
        "kafka: {security_protocol: SASL_TLS, sasl_mechanism: PLAIN,\n"
        "        sasl_username: worker, sasl_password: {env: PASSWORD}}\n"
    )
    with pytest.raises(ConfigError) as raised:
        load_settings(file)
    assert [mistake.path for mistake in raised.value.mistakes] == ["kafka.security_protocol"]


def test_a_misplaced_secret_is_not_repeated(tmp_path: Path) -> None:
    """A password would end in a terminal or a log because its key was misspelt."""
    file = tmp_path / "driftline.yaml"
    file.write_text(
        "kafka:\n  sasl_pasword: hunter2\n  sasl_password: hunter2\n  sasl_username: {password: hunter2}\n"
        "  ssl_key_password: {env: [hunter2]}\n  ssl_check_hostname: hunter2\n"
    )
    with pytest.raises(ConfigError) as raised:
        load_settings(file)
    assert len(raised.value.mistakes) == 5
    assert "hunter2" not in str(raised.value)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    """A binary file named by mistake would end in a traceback."""
    file = tmp_path / "driftline.yaml"
    file.write_bytes(b"\xff\xfe\x00k")
    with pytest.raises(ConfigError, match="this is not a text in UTF-8"):
        load_settings(file)


@settings(max_examples=150, deadline=None)
@given(data=VALUES)
def test_any_file_gives_settings_or_sentences(data: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Some odd file would end in a traceback, or in a mistake without words."""
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_text(yaml.safe_dump(data))
    try:
        assert isinstance(load_settings(file, detectors=DETECTORS), Settings)
    except ConfigError as error:
        assert error.mistakes
        assert all(mistake.sentence.endswith(".") for mistake in error.mistakes)
