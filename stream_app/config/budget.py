"""How many false alarms a person is ready to get."""

from typing import Annotated

from pydantic import Field

from driftline.stream_app.config.section import DurationMs, Section

DAY_MS = 86_400_000


class FalseAlarmBudget(Section):
    """Section ``false_alarm_budget`` of a model: so many alerts in a period of event time with nothing wrong.

    Everything that decides how sure a detector has to be follows from it.
    """

    alarms: Annotated[float, Field(gt=0, le=1e6)] = 1.0
    per_ms: DurationMs = 30 * DAY_MS

    @property
    def alarms_per_ms(self) -> float:
        """The budget as a rate."""
        return self.alarms / self.per_ms

    @property
    def alarms_per_day(self) -> float:
        """The budget as people count."""
        return self.alarms_per_ms * DAY_MS
