"""What a shard counts, for metrics and closing summaries."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Counters:
    """Plain counts since the shard was opened; they are not part of the state."""

    events: Counter[str] = field(default_factory=Counter)
    events_of: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By model and type; those of models beyond the limit are in ``events`` only."""
    rejected: Counter[str] = field(default_factory=Counter)
    skipped: int = 0
    lost: int = 0
    models_refused: int = 0
    models_aside: int = 0
    aside: int = 0
    """Events of models that were set aside: lost coverage."""
