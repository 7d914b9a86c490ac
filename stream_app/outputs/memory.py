"""Outputs that are kept: for tests, notebooks and evaluations."""

from collections.abc import Sequence
from typing import Any

import orjson

from driftline.stream_app.outputs.sink import Output, Sink
from driftline.stream_app.pipeline import OutputRecord


class MemorySink(Sink):
    """Keeps the records of these kinds, as many as there are."""

    def __init__(self, *outputs: Output) -> None:
        self.records: dict[Output, list[OutputRecord]] = {output: [] for output in outputs}

    async def write(self, output: Output, records: Sequence[OutputRecord]) -> None:
        """Keep them."""
        if output in self.records:
            self.records[output] += records

    def decoded(self, output: Output) -> list[dict[str, Any]]:
        """What the records of a kind say."""
        return [orjson.loads(record.value) for record in self.records[output]]
