"""What can go wrong with handing an alert over; the class says what to do about it.

DeliveryError
├── NotNow      try again later
└── Refused     trying again is of no use: say so, and go on
"""


class DeliveryError(Exception):
    """The far side has not taken it."""


class NotNow(DeliveryError):
    """It did not answer, or is out of order or overrun; ``retry_after_s`` is what it asks for, if it does."""

    def __init__(self, what: str, retry_after_s: float | None = None) -> None:
        super().__init__(what)
        self.retry_after_s = retry_after_s


class Refused(DeliveryError):
    """It will never take this."""
