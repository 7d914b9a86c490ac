"""Baseline files: what models looked like when they were healthy."""

from collections.abc import Mapping
from pathlib import Path

from driftline.stream_app.config import Settings
from driftline.stream_app.monitoring.streams.streams import Baseline
from driftline.stream_app.pipeline import Shard
from driftline.stream_app.pipeline.codec import CODEC_VERSION, UnreadableStateError, pack, unpack


class BaselineError(Exception):
    """A baseline file that cannot be used; the text says which and why."""


def write_baselines(path: Path, shard: Shard) -> int:
    """Write what the shard's models have learned; how many models that were."""
    found = {name: model.watch.monitor.streams.baseline() for name, model in shard.models.items()}
    baselines = {name: baseline for name, baseline in found.items() if baseline is not None}
    scratch = path.with_name(f".{path.name}.part")  # a half baseline must not take the place of a whole one
    scratch.write_bytes(pack({"driftline_baseline": CODEC_VERSION, "models": baselines}))
    scratch.replace(path)
    return len(baselines)


def read_baselines(settings: Settings) -> Mapping[str, Baseline]:
    """The baselines of all models that the configuration gives one.

    Raises:
        BaselineError: a file is missing, is not a baseline, or does not have the model.
    """
    return {
        name: read_baseline(Path(plan.baseline), name)
        for name, plan in settings.models.items()
        if plan.baseline is not None
    }


def read_baseline(path: Path, model: str) -> Baseline:
    """One model's baseline; raises ``BaselineError``."""
    try:
        models = read_baseline_file(path)
    except BaselineError as error:
        raise BaselineError(f"Model {model}: {error}") from error
    if model not in models:
        known = ", ".join(sorted(models)) or "none"
        raise BaselineError(f"The baseline {path} does not have model {model}; it has {known}.")
    return models[model]


def read_baseline_file(path: Path) -> Mapping[str, Baseline]:
    """The baselines of all models in a file; raises ``BaselineError``."""
    try:
        content = unpack(path.read_bytes())
    except (OSError, UnreadableStateError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise BaselineError(f"The baseline {path} cannot be read: {why}.") from error
    if not isinstance(content, dict) or content.get("driftline_baseline") != CODEC_VERSION:
        raise BaselineError(
            f"{path} is no baseline of this driftline: "
            f"make one with `driftline baseline build … --out {path}`."
        )
    models: Mapping[str, Baseline] = content["models"]
    return models
