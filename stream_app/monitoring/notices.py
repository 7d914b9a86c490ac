"""What is not watched, and why: said once in a sentence, counted ever after.

Nothing that an event holds is passed over in silence. Whoever cannot use something notes it here; replay's
closing words, the model's status on the signals topic, /metrics and `driftline status` all read it.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

# Subjects are named by the data (features, labels, hosts), so they are bounded: 1,000 × about 400 B = 400 KB.
SUBJECTS_MAX = 1000


class Why(StrEnum):
    """Why something is not watched; also a label of metrics."""

    LABEL_LATE = "label_late"
    """It came after `labels.wait`: its prediction was seen and waits no longer."""
    LABEL_UNKNOWN = "label_unknown"
    """Its prediction was never seen."""
    LABEL_INCOMPARABLE = "label_incomparable"
    """Label and output are of types that say nothing of each other."""
    LABEL_CORRECTED = "label_corrected"
    """Many labels were corrected afterwards: errors count what was said first."""
    LABEL_DECIDED = "label_decided"
    """How labels are compared with outputs was decided by what was seen."""
    VALUE_UNUSABLE = "value_unusable"
    """A value that no signal can be made of, such as an object among features."""
    TYPE_MISFIT = "type_misfit"
    """Values that do not fit the type of their name."""
    NOT_ARMED = "not_armed"
    """A signal that will not be armed within a week at its rate, or never."""
    WATCHED_ROUGHLY = "watched_roughly"
    """A signal that is watched by the first part of its warm-up, which will take longer than a week."""
    BEGINS_ANEW = "begins_anew"
    """What was learned of it before a restart means nothing under today's release or settings."""
    LIMIT = "limit"
    """Beyond one of the limits."""
    SET_ASIDE = "set_aside"
    """An error inside driftline: the model is not watched until the next restart."""


class Note(NamedTuple):
    """Something to be noted, and how many times; 0 takes an earlier one back."""

    why: Why
    subject: str
    sentence: str
    time_ms: int
    times: int


class Notice(msgspec.Struct):
    """One thing that is not watched: how often it happened and since when, in event time."""

    why: Why
    subject: str
    sentence: str
    count: int
    since_ms: int


class Notices:
    """The notices of one model, by reason and subject, in the order in which they first came."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[Why, str], Notice] = {}
        self._unsaid: list[Notice] = []

    def note(self, why: Why, subject: str, sentence: str, time_ms: int, count: int = 1) -> None:
        """Something happened (again); the newest sentence is kept, the first one is said in the log."""
        notice = self._by_key.get((why, subject))
        if notice is not None:
            notice.count += count
            notice.sentence = sentence
        elif len(self._by_key) < SUBJECTS_MAX:
            notice = self._by_key[why, subject] = Notice(why, subject, sentence, count, time_ms)
            self._unsaid.append(notice)

    def take(self, model: str, notes: Iterable[Note]) -> None:
        """What was noticed about a model's data."""
        for why, subject, sentence, time_ms, times in notes:
            if times:
                self.note(why, subject, f"{model}: {sentence}", time_ms, times)
            else:
                self.settle(why, subject)

    def settle(self, why: Why, subject: str) -> None:
        """It is watched after all."""
        self._by_key.pop((why, subject), None)

    def holds(self, why: Why, subject: str) -> bool:
        """Whether there is such a notice."""
        return (why, subject) in self._by_key

    def all(self) -> list[Notice]:
        """Every notice that holds."""
        return list(self._by_key.values())

    def take_unsaid(self) -> list[Notice]:
        """Those that nobody has heard yet."""
        taken, self._unsaid = self._unsaid, []
        return taken

    def snapshot(self) -> list[Any]:
        """Plain values for the state codec."""
        return [msgspec.to_builtins(notice) for notice in self._by_key.values()]

    def restore(self, snapshot: list[Any]) -> None:
        """Take up what was noted before."""
        for each in snapshot:
            notice = msgspec.convert(each, Notice)
            self._by_key[notice.why, notice.subject] = notice
