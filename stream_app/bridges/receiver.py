"""What every far side has to be able to do."""

import asyncio
from abc import ABC, abstractmethod
from typing import ClassVar

from driftline.stream_app.bridges.words import Letter


class Receiver(ABC):
    """A far side of a bridge.

    Of one incident at most one `deliver` runs at a time; those of different incidents run side by side.
    """

    wants_every_word: ClassVar[bool] = False
    """Whether it wants each word about an incident, or only the latest of those that wait."""

    def begin(self) -> None:  # noqa: B027  # one without a memory has nothing to do
        """Forget every incident: what is known of them is told next."""

    def settled(self) -> None:  # noqa: B027  # the same
        """All that is known of every incident has been told."""

    def delivered(self, letter: Letter) -> None:  # noqa: B027  # the same
        """An earlier process has delivered it."""

    def passed_over(self, letter: Letter) -> None:  # noqa: B027  # the same
        """It is not delivered, since a later one is; an earlier process may have done it anyway."""

    @abstractmethod
    async def deliver(self, letter: Letter) -> None:
        """Hand it over; it is done when this returns.

        Raises:
            NotNow: it has to be done again.
            Refused: it cannot be done.
        """

    async def tend(self) -> None:
        """What has to be done beside deliveries, for as long as the bridge runs."""
        await asyncio.Event().wait()
