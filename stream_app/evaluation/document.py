"""A report before it has a form: the terminal, HTML and PNG all draw this."""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["good", "further", "bad", "quiet"]
"""Right, right but told before, wrong, and neither."""


@dataclass(frozen=True)
class Table:
    """Rows of texts under headings; the first column names the row. A note says how to read it."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    note: str = ""


@dataclass(frozen=True)
class Figures:
    """The few figures that matter most: label, figure, remark."""

    figures: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Span:
    """A stretch of time (epoch ms)."""

    began_ms: int
    ended_ms: int
    label: str
    tone: Tone


@dataclass(frozen=True)
class Mark:
    """A moment (epoch ms)."""

    time_ms: int
    label: str
    tone: Tone


@dataclass(frozen=True)
class Lane:
    """One row of a timeline."""

    label: str
    spans: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Timeline:
    """What happened when, one lane below the other. ``summary`` says in words what is to be seen."""

    title: str
    summary: str
    began_ms: int
    ended_ms: int
    lanes: tuple[Lane, ...]
    legend: tuple[tuple[Tone, str], ...]


@dataclass(frozen=True)
class Moment:
    """The values of a signal around a moment (epoch ms): their middle, and between what most of them lie."""

    time_ms: int
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Course:
    """How a signal went; ``reference``: the low, middle and high of its healthy values."""

    title: str
    summary: str
    moments: tuple[Moment, ...]
    reference: tuple[float, float, float] | None = None
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Bar:
    """One bar; ``text`` is its value for people."""

    label: str
    value: float
    text: str
    tone: Tone = "quiet"


@dataclass(frozen=True)
class Bars:
    """Values beside each other. ``summary`` says in words what is to be seen."""

    title: str
    summary: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Code:
    """A text to copy."""

    title: str
    text: str


@dataclass(frozen=True)
class Notes:
    """How things were counted, and what to mind."""

    title: str
    sentences: tuple[str, ...]


Chart = Timeline | Bars
Block = Table | Figures | Timeline | Bars | Code | Notes


@dataclass(frozen=True)
class Document:
    """A whole report; ``verdict`` is what somebody reads who reads one sentence."""

    title: str
    verdict: str
    blocks: tuple[Block, ...]
