"""Files that a configuration names: opened before a worker stumbles over one of them."""

from collections.abc import Iterator
from pathlib import Path

from driftline.stream_app.adapters.baselines import BaselineError, read_baseline, read_baseline_file
from driftline.stream_app.config import ConfigError, Settings

KeyPath = tuple[str | int, ...]


def mistakes_in_files(settings: Settings) -> Iterator[tuple[KeyPath, str]]:
    """The key that names a file, and what is wrong with it: baselines, certificates, secrets."""
    try:
        settings.kafka.kafka_python()
    except ConfigError as error:
        yield from ((("kafka",), mistake.sentence) for mistake in error.mistakes)
    if settings.defaults.baseline is not None:
        try:
            read_baseline_file(Path(settings.defaults.baseline))
        except BaselineError as error:
            yield ("defaults", "baseline"), str(error)
    for name, plan in settings.models.items():
        if plan.baseline is None:
            continue
        try:
            read_baseline(Path(plan.baseline), name)
        except BaselineError as error:
            yield ("models", name, "baseline"), str(error)
