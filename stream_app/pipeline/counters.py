"""What a shard counts, for metrics and closing summaries."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Counters:
    """Plain counts since the shard was opened; they are not part of the state."""

    events: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    skipped: int = 0
    lost: int = 0
    models_refused: int = 0
    models_aside: int = 0
    aside: int = 0
    """Events of models that were set aside: lost coverage."""
