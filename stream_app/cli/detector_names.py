"""The detectors that a configuration names, held against those that exist."""

from collections.abc import Iterator

from detectors import check_names
from stream_app.config import Settings

Named = tuple[str, tuple[str, ...]]


def mistakes_in_detectors(settings: Settings) -> list[str]:
    """A sentence per place that names a detector which nobody registered."""
    mistakes = []
    for place, names in named_detectors(settings):
        for name in names:
            try:
                check_names((name,))
            except ValueError as error:
                mistakes.append(f"{place}: {error}.")
    return mistakes


def named_detectors(settings: Settings) -> Iterator[Named]:
    """Every list of detectors, with its place in the configuration."""
    for place, plan in [("defaults", settings.defaults), *_models(settings)]:
        if plan.detectors:
            yield f"{place}.detectors", plan.detectors
