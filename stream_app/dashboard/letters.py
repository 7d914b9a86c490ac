"""Dead letters: how many of which reason, and a few to look at. What was in them is not kept."""

from typing import Final

import msgspec
import orjson

from driftline.stream_app.dashboard.records import Heard

SAMPLES_MAX: Final = 5
GROUPS_MAX: Final = 500
"""Reasons times models: 500 at 2 kB is 1 MB."""
REASON_HEADER: Final = "driftline-reason"


class Sample(msgspec.Struct, frozen=True):
    """One letter: why it was rejected, in a sentence, and where the record is."""

    sentence: str
    topic: str
    partition: int
    offset: int


class Group(msgspec.Struct):
    """Letters of one reason and key (which is the model's name, where there is one)."""

    reason: str
    model: str
    count: int = 0
    last_ms: int = 0
    samples: list[Sample] = []


class Letters:
    """Groups of letters."""

    def __init__(self) -> None:
        self.groups: dict[str, Group] = {}

    def hear(self, heard: Heard) -> tuple[str, bytes] | None:
        """Count a letter; the group it belongs to as it is to be kept, by key. None beyond the bound."""
        reason = next(
            (text.decode(errors="replace") for name, text in heard.headers if name == REASON_HEADER), ""
        )
        model = (heard.key or b"").decode(errors="replace")[:256]
        sample = sample_of(heard)
        key = orjson.dumps([reason, model]).decode()
        group = self.groups.get(key)
        if group is None:
            if len(self.groups) >= GROUPS_MAX:
                return None
            group = self.groups[key] = Group(reason or "unknown", model)
        group.count += 1
        group.last_ms = heard.time_ms
        if sample is not None:
            group.samples = [*group.samples, sample][-SAMPLES_MAX:]
        return key, msgspec.json.encode(group)

    def restore(self, key: str, value: bytes) -> None:
        """Take up a group that was kept."""
        self.groups[key] = msgspec.json.decode(value, type=Group)

    def ranked(self) -> list[Group]:
        """The most frequent first."""
        return sorted(self.groups.values(), key=lambda group: (-group.count, group.reason, group.model))


class _Letter(msgspec.Struct):
    """What is read of a letter: the sentence and the source, never the record in it."""

    sentence: str
    source: "_Source"


class _Source(msgspec.Struct):
    topic: str
    partition: int
    offset: int


_DECODER: Final = msgspec.json.Decoder(_Letter)


def sample_of(heard: Heard) -> Sample | None:
    """The letter's sentence and source; None when it cannot be read."""
    try:
        letter = _DECODER.decode(heard.value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    source = letter.source
    return Sample(letter.sentence[:500], source.topic, source.partition, source.offset)
