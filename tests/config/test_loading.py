import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from driftline.stream_app.config import (
    ConfigError,
    ModelPlan,
    Settings,
    SignalPlan,
    kafka_settings,
    load_settings,
)

EXAMPLE = """
kafka: {bootstrap_servers: "localhost:9092", prefix: driftline, partitions: 8}
defaults: {warm_up: 2000, detectors: [adwin, page_hinkley], resolution: auto}
models:
  voice-search:
    features: {clip_seconds: {min: 0, max: 30}, zip_code: {type: categorical}, debug_id: {ignore: true}}
    behaviors: {redo_search: {bad: up, within: 2m}, click: {bad: down}}
    labels: {wait: 24h}
    alerts: {severity: {behavior: critical}, group_within: 10m, repeat_every: 4h}
"""


@pytest.fixture(autouse=True)
def no_servers_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own broker is not part of these tests."""
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)


def load(directory: Path, text: str, bootstrap_servers: str | None = None) -> Settings:
    file = directory / "driftline.yaml"
    file.write_text(text)
    return load_settings(file, bootstrap_servers)


def test_the_example_of_the_documentation(tmp_path: Path) -> None:
    """What the documentation shows would not load, or mean something else."""
    plan = load(tmp_path, EXAMPLE).plan("voice-search")
    assert plan.features["clip_seconds"] == SignalPlan(min=0, max=30)
    assert plan.features["zip_code"].type == "categorical"
    assert plan.features["debug_id"].ignore
    assert (plan.behaviors["redo_search"].bad, plan.behaviors["redo_search"].within_ms) == ("up", 120_000)
    assert plan.behaviors["click"].bad == "down"
    assert plan.labels.wait_ms == 86_400_000
    assert (plan.alerts.group_within_ms, plan.alerts.repeat_every_ms) == (600_000, 14_400_000)
    assert plan.detectors == ("adwin", "page_hinkley")


def test_without_a_file_everything_has_a_default() -> None:
    """Nothing would run without a configuration file."""
    assert load_settings() == Settings()


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "kafka:\nmodels:\n", "models: {voice-search: }\n"])
def test_empty_sections_are_defaults(tmp_path: Path, text: str) -> None:
    """A section whose last key was commented out would be a mistake."""
    settings = load(tmp_path, text)
    assert settings.kafka == Settings().kafka
    assert settings.plan("voice-search") == ModelPlan()


def test_a_model_says_only_what_differs_from_the_defaults(tmp_path: Path) -> None:
    """A model with one setting of its own would lose the rest of the defaults."""
    settings = load(
        tmp_path,
        "defaults:\n"
        "  warm_up: 500\n"
        "  features: {clip_seconds: {min: 0, max: 30}}\n"
        "  alerts: {severity: {volume: info}, group_within: 1m}\n"
        "models:\n"
        "  voice-search:\n"
        "    features: {clip_seconds: {max: 60}, snr_db: {bad: down}}\n"
        "    alerts: {severity: {serving: critical}}\n",
    )
    plan = settings.plan("voice-search")
    assert plan.warm_up == 500
    assert plan.features == {"clip_seconds": SignalPlan(min=0, max=60), "snr_db": SignalPlan(bad="down")}
    assert plan.alerts.group_within_ms == 60_000
    assert (plan.alerts.severity["volume"], plan.alerts.severity["serving"]) == ("info", "critical")
    assert plan.alerts.severity["concept_drift"] == "critical"


def test_a_model_without_a_section_has_the_defaults(tmp_path: Path) -> None:
    """Models nobody configured would be watched by other rules."""
    settings = load(tmp_path, "defaults: {warm_up: 500}\nmodels: {voice-search: {warm_up: 100}}\n")
    assert settings.plan("image-search").warm_up == 500


def test_anchors_and_merge_keys(tmp_path: Path) -> None:
    """YAML's own way to say a thing once would be refused, or the wrong side would win."""
    text = (
        "models:\n"
        "  one: &shared {warm_up: 100, labels: {wait: 1h}}\n"
        "  two: *shared\n"
        "  three:\n    <<: *shared\n    warm_up: 300\n"
    )
    settings = load(tmp_path, text)
    assert settings.plan("two") == settings.plan("one")
    assert settings.plan("three").warm_up == 300
    assert settings.plan("three").labels.wait_ms == 3_600_000


def test_labels_may_come_days_later_by_default() -> None:
    """Yesterday's labels, or Friday's on Monday, would not count unless somebody had read about it."""
    assert ModelPlan().labels.wait_ms == 3 * 86_400_000


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        ("500ms", 500),
        ("30s", 30_000),
        ("2m", 120_000),
        ("1.5h", 5_400_000),
        ("30d", 2_592_000_000),
        ("90", 90_000),
    ],
)
def test_durations(tmp_path: Path, written: str, milliseconds: int) -> None:
    """Waiting would be a thousand times too long or too short."""
    text = f"models: {{m: {{labels: {{wait: {written}}}}}}}\n"
    assert load(tmp_path, text).plan("m").labels.wait_ms == milliseconds


def test_who_names_the_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker would read from another cluster than the one it was told."""
    named, unnamed = "kafka: {bootstrap_servers: file:1}\n", "kafka: {prefix: other}\n"
    assert load(tmp_path, unnamed).kafka.bootstrap_servers == "localhost:9092"
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "environment:1")
    assert load_settings().kafka.bootstrap_servers == "environment:1"
    assert load(tmp_path, unnamed).kafka.bootstrap_servers == "environment:1"
    assert load(tmp_path, named).kafka.bootstrap_servers == "file:1"
    assert load(tmp_path, named, "option:1").kafka.bootstrap_servers == "option:1"
    assert load(tmp_path, unnamed, "option:1").kafka.prefix == "other"


def test_an_environment_that_does_not_count_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that names its servers would fail for a variable that has no say."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka://nonsense")
    assert load(tmp_path, "kafka: {bootstrap_servers: file:1}\n").kafka.bootstrap_servers == "file:1"
    with pytest.raises(ConfigError, match=r"^KAFKA_BOOTSTRAP_SERVERS: 'kafka://nonsense' is not a server"):
        load_settings()


def test_a_wrong_option_is_told_with_the_mistakes_of_the_file(tmp_path: Path) -> None:
    """The mistake would be looked for in the file."""
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, "limits: {models: 0}\n", "kafka:port")
    assert [mistake.path for mistake in raised.value.mistakes] == ["--bootstrap-servers", "limits.models"]
    assert raised.value.mistakes[0].file == ""


def test_keyword_arguments_are_explained_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's users would get pydantic's words, or another order of precedence."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "environment:1")
    assert kafka_settings(prefix="x").bootstrap_servers == "environment:1"
    assert kafka_settings(bootstrap_servers="argument:1").bootstrap_servers == "argument:1"
    with pytest.raises(
        ConfigError, match=r"^sasl_user: there is no such key \(did you mean 'sasl_username'\?\)"
    ):
        kafka_settings(sasl_user="worker")


def test_detectors_are_not_checked_unless_they_are_known(tmp_path: Path) -> None:
    """A detector that a deployment registers would be refused by tools that do not load it."""
    assert load(tmp_path, "defaults: {detectors: [our_own]}\n").defaults.detectors == ("our_own",)


def test_settings_do_not_change() -> None:
    """A component could change what another one was started with."""
    with pytest.raises(ValidationError, match="frozen"):
        Settings().limits.models = 5  # type: ignore[misc]


def test_settings_and_mistakes_travel_between_processes(tmp_path: Path) -> None:
    """A worker started as a process of its own would not get its settings."""
    settings = load(tmp_path, EXAMPLE)
    assert pickle.loads(pickle.dumps(settings)) == settings
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, "limits: {models: 0}\n")
    assert pickle.loads(pickle.dumps(raised.value)).mistakes == raised.value.mistakes


def test_a_model_may_have_a_budget_of_its_own(tmp_path: Path) -> None:
    """A model that pages at night would get as many false alarms as an experiment."""
    text = (
        "defaults: {false_alarm_budget: {alarms: 2, per: 7d}}\n"
        "models: {search: {false_alarm_budget: {alarms: 0.5}}}\n"
    )
    settings = load(tmp_path, text)
    budget = settings.plan("search").false_alarm_budget
    assert (budget.alarms, budget.per_ms) == (0.5, 7 * 86_400_000)
    assert settings.plan("another").false_alarm_budget.alarms_per_day == pytest.approx(2 / 7)
    assert Settings().defaults.false_alarm_budget.alarms_per_day == pytest.approx(1 / 30)
