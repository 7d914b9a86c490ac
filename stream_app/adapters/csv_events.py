"""Rows of a CSV file as events: texts become times, numbers, booleans or stay what they are."""

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Final

from driftline.schemas import epoch_ms
from driftline.stream_app.adapters.csv_mapping import Columns

NOTHING: Final = frozenset({"", "na", "n/a", "nan", "null", "none", "#n/a"})
BOOLEANS: Final = {"true": True, "false": False}
# Not what begins with a zero, such as the postal code 01067.
NUMBER: Final = re.compile(r"[+-]?(0|[1-9]\d*|0?\.\d+|(0|[1-9]\d*)\.\d*)([eE][+-]?\d+)?")
DIGITS: Final = re.compile(r"\d+(\.\d+)?")
# Seconds reach this in the year 5138, milliseconds did in 1973.
SMALLEST_MS: Final = 100_000_000_000
LARGEST_MS: Final = 10_000_000_000_000


class Unlabelled(Exception):
    """A row of labels without a label: nothing to send, and no mistake."""


class CsvEvents:
    """Makes events of the rows of one file.

    Args:
        path: the file, of whose name ids are made for rows that have none.
        columns: what the columns are.
        zone: of times that have no offset; None: they are refused.
        texts: columns whose values stay texts, such as codes of digits.
    """

    def __init__(self, path: str, columns: Columns, zone: tzinfo | None, texts: frozenset[str]) -> None:
        self.columns = columns
        self.zone = zone
        self._name = Path(path).name
        self._texts = {place for place, name in enumerate(columns.header) if name in texts}

    def event(self, row: Sequence[str], line: int) -> dict[str, Any]:
        """The event of a row, to be written as JSON; what it lacks is not in it.

        Raises:
            ValueError: a row of another length, or a time that is none; says what would be right.
            Unlabelled: no label in a file of labels.
        """
        header = self.columns.header
        if len(row) != len(header):
            raise ValueError(f"the row has {len(row)} values, the header {len(header)} columns.")
        kind = self.columns.kind
        event: dict[str, Any] = {"type": "prediction"}
        if kind != "prediction":
            event = {"type": "feedback", "kind": kind}
        event["id"] = f"{self._name}-{line}"
        for name, place in self.columns.fields.items():
            if text := row[place].strip():
                event[name] = self._time(text) if name == "time" else text
        for section, places in self.columns.values.items():
            values = {name: self._value(row[place], place) for name, place in places.items()}
            present = {name: value for name, value in values.items() if value is not None}
            event["decision" if kind == "decision" else section] = present
            if kind in ("label", "decision") and not present:
                raise Unlabelled
        return event

    def _value(self, text: str, place: int) -> Any:
        if place in self._texts:
            return text or None
        text = text.strip()
        if NUMBER.fullmatch(text):
            return float(text)
        word = text.lower()
        if word in NOTHING:
            return None
        return BOOLEANS.get(word, text)

    def _time(self, text: str) -> int:
        if DIGITS.fullmatch(text):
            number = float(text)
            if number >= LARGEST_MS:
                raise ValueError(f"time {text} is no epoch milliseconds: are they microseconds?")
            return round(number if number >= SMALLEST_MS else number * 1000)
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            words = "write RFC 3339, or epoch seconds or milliseconds"
            raise ValueError(f"time {text} cannot be read: {words}.") from None
        if time.tzinfo is None:
            if self.zone is None:
                raise ValueError(
                    f"time {text} has no offset from UTC: say where its clock stood with --timezone, such as "
                    "--timezone UTC or --timezone Europe/Berlin."
                )
            time = time.replace(tzinfo=self.zone)
        return epoch_ms(time)
