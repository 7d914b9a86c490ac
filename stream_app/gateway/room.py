"""Bytes that are being worked on, bounded."""


class Room:
    """Hands out bytes as long as there are any; whoever took some gives them back."""

    def __init__(self, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        self.taken = 0

    def take(self, amount: int) -> bool:
        """Whether there was room for so many more bytes; then they are taken."""
        if self.taken + amount > self.bytes_max:
            return False
        self.taken += amount
        return True

    def give(self, amount: int) -> None:
        """Bytes that are not worked on any more."""
        assert amount <= self.taken, "more is given back than was taken"
        self.taken -= amount
