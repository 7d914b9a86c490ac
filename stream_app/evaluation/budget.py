"""How many false alerts are acceptable: ``1/30d``."""

from dataclasses import dataclass
from typing import Self

from driftline.stream_app.config.section import WrittenDuration, milliseconds
from driftline.stream_app.evaluation.history import DAY_MS


@dataclass(frozen=True)
class Budget:
    """So many false alerts of one model in so many days, which were written as ``per``."""

    alarms: float
    days: float
    per: str = "30d"

    @classmethod
    def parse(cls, text: str) -> Self:
        """``1/30d``: a number, a slash, a duration.

        Raises:
            ValueError: says what would be right.
        """
        number, slash, period = text.partition("/")
        try:
            alarms = float(number)
            days = milliseconds(WrittenDuration(period)) / DAY_MS if slash else 0.0
        except ValueError:
            alarms = days = 0.0
        if not (0 < alarms < float("inf") and days > 0):
            raise ValueError(f"{text!r} is no budget: write alarms per period, such as 1/30d.")
        return cls(alarms, days, period.strip())

    def allowed(self, days: float) -> float:
        """False alerts of one model in this many days."""
        return self.alarms * days / self.days

    def __str__(self) -> str:
        return f"{self.alarms:g}/{self.per}"
