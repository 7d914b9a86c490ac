"""Predictions that were lost on their way, until the workers have heard of them."""

from collections import Counter
from typing import Final

from driftline.schemas import Serving, encode
from driftline.stream_app.config import KafkaSettings
from driftline.stream_app.gateway.records import Record, record_of

MODELS_MAX: Final = 1000
"""Models whose losses wait to be reported, as many as a worker watches: 1000 × 100 B = 100 kB."""


class Losses:
    """Counts losses by model. A worker takes a report of them into the coverage of the model's alerts."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, model: str, count: int) -> None:
        """So many predictions of a model are lost; without a name there is nobody to tell."""
        if count and model and (model in self._counts or len(self._counts) < MODELS_MAX):
            self._counts[model] += count

    def take(self, now_ms: int, kafka: KafkaSettings) -> list[Record]:
        """A report of each model with losses since the last call."""
        taken, self._counts = self._counts, Counter()
        reports = [Serving(model=model, time_ms=now_ms, lost=count) for model, count in taken.items()]
        return [record_of(report, encode(report), kafka) for report in reports]
