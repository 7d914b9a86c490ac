"""What a stream is called, and which streams a prediction belongs to."""

from typing import NamedTuple


class StreamKey(NamedTuple):
    """A version in a role: the whole of it, or one segment (``country=DE``) of its predictions."""

    version: str
    role: str
    segment: str = ""

    @property
    def whole(self) -> "StreamKey":
        """The stream of all predictions of this version and role."""
        return self._replace(segment="")


class Origin(NamedTuple):
    """Of which version, role and segments a prediction is: what becomes known of it later goes there."""

    version: str
    role: str
    segments: tuple[str, ...] = ()

    @property
    def whole(self) -> StreamKey:
        """The stream of all predictions of its version and role."""
        return StreamKey(self.version, self.role)

    def streams(self) -> list[StreamKey]:
        """All its streams, the whole first."""
        return [self.whole, *(StreamKey(self.version, self.role, segment) for segment in self.segments)]
