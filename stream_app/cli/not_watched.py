"""Closing words: what a run did not watch, or by less than it will, and why."""

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from driftline.stream_app.adapters.unwatched import LEARNING, Unwatched
from driftline.stream_app.cli.terminal import standard_error
from driftline.stream_app.monitoring.notices import Why

LINES_MAX: Final = 10


def print_not_watched(unwatched: Sequence[Unwatched]) -> None:
    """Short sections on standard error; nothing when everything was watched."""
    print_section("Not watched:", [each for each in unwatched if each.why != Why.WATCHED_ROUGHLY])
    print_section("Watched roughly:", [each for each in unwatched if each.why == Why.WATCHED_ROUGHLY])


def print_section(title: str, unwatched: Sequence[Unwatched]) -> None:
    """So many lines below a title; nothing of nothing."""
    if not unwatched:
        return
    console = standard_error()
    console.print(title)
    for each in unwatched[:LINES_MAX]:
        console.print(line_of(each))
    if len(unwatched) > LINES_MAX:
        console.print(Text(f"  and {len(unwatched) - LINES_MAX:,} more"))


def line_of(each: Unwatched) -> Text:
    """Model, sentence, and how often and since when, where the sentence does not count by itself."""
    sentence = each.sentence.removeprefix(f"{each.model}: ").rstrip(".")
    told = each.count < 2 or each.why == LEARNING or f"{each.count:,}" in sentence
    often = "" if told else f" ({each.count:,} times since {each.since[:16]})"
    return Text(f"  {each.model}: {sentence}{often}")
