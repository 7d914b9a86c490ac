"""What `watch` found, for programs and for people."""

from functools import cached_property
from pathlib import Path
from typing import Any, Final

import narwhals as nw
import orjson

from driftline.stream_app.adapters.replay import Summary
from driftline.stream_app.evaluation.document import Code, Document, Notes
from driftline.stream_app.evaluation.html import main_html, part_of_page
from driftline.stream_app.evaluation.recording_document import recording_document
from driftline.stream_app.evaluation.report_file import write_report
from driftline.stream_app.evaluation.wording import counted
from driftline.stream_app.notebook.frames import ALERTS, SIGNALS, frame_of
from driftline.stream_app.notebook.plot import Plot, plot_of_incidents, plot_of_signal
from driftline.stream_app.notebook.signals import Signals
from driftline.stream_app.pipeline import OutputRecord

HTML_BYTES_MAX: Final = 300_000
SHOWN: Final = (100, 30, 10, 3, 0)
"""Incidents that are told in a notebook: as many of these as fit into `HTML_BYTES_MAX`."""
NOT_WATCHED_MAX: Final = 10


class Report:
    """What a frame raised. In a notebook it shows itself; `save` keeps the whole of it as a file.

    ``summary`` counts what was seen, ``mapping`` says in lines what the columns were taken for, ``notes``
    what there is to say of the rows.
    """

    def __init__(
        self,
        alerts: tuple[OutputRecord, ...],
        signals: Signals,
        summary: Summary,
        said: tuple[tuple[str, ...], tuple[str, ...]],
        library: nw.Implementation,
    ) -> None:
        self.summary = summary
        self.mapping, self.notes = said
        self._alerts = alerts
        self._signals = signals
        self._library = library

    @property
    def lines(self) -> list[bytes]:
        """The alerts as JSON, byte for byte as they are published for the JSON lines of the same rows."""
        return [record.value for record in self._alerts]

    @cached_property
    def alerts(self) -> list[dict[str, Any]]:
        """The alerts as they are published, in their order; `alerts_frame` has them as rows."""
        return [orjson.loads(line) for line in self.lines]

    @cached_property
    def signals(self) -> list[dict[str, Any]]:
        """Every signal as its last summary says it; `signals_frame` has them as rows."""
        return self._signals.latest()

    def alerts_frame(self) -> Any:
        """A row for each alert, as a frame of the library that was watched."""
        return frame_of(self.alerts, ALERTS, self._library)

    def signals_frame(self) -> Any:
        """A row for each signal, as a frame of the library that was watched."""
        return frame_of(self.signals, SIGNALS, self._library)

    def plot(self, signal: str | None = None, version: str | None = None) -> Plot:
        """A picture that shows itself in a notebook: of the incidents over time, or of how a signal went.

        Raises:
            KeyError: there is no such signal; says which there are.
        """
        if signal is None:
            return plot_of_incidents(self.alerts)
        found = self._signals.course(signal, version)
        if found is None:
            names = sorted({each["signal"] for each in self.signals})
            raise KeyError(f"there is no signal {signal}: there are {', '.join(names)}")
        return plot_of_signal(*found, self.alerts)

    def save(self, path: str | Path) -> None:
        """Write the whole report as a file of its own, .html or .png.

        Raises:
            EvaluationError: the name ends otherwise, or matplotlib is missing for a PNG.
        """
        write_report(self._document(None), Path(path))

    def __repr__(self) -> str:
        """One sentence: how many incidents in how many events."""
        seen = f"{counted(self.summary.events, 'event')} with {counted(self.summary.signals, 'signal')}"
        alerts = counted(len(self._alerts), "alert")
        open_ones = len({each["labels"]["incident"] for each in self.alerts}) - len(
            {each["labels"]["incident"] for each in self.alerts if each["status"] == "resolved"}
        )
        incidents = counted(self.summary.incidents, "incident")
        said = f"{incidents}, {open_ones:,} of them open at the end ({alerts})"
        return f"driftline saw {seen}: {said if self._alerts else 'nothing that deserves an alert'}."

    def _repr_html_(self) -> str:
        """The report for a notebook: no script, at most 300 kB, in the colours of the day or the night."""
        page = ""
        for shown in SHOWN:
            page = part_of_page(main_html(self._document(shown)))
            if len(page.encode()) <= HTML_BYTES_MAX:
                break
        return page

    def _document(self, shown: int | None) -> Document:
        figures = {
            "events": f"{self.summary.events:,}",
            "rejected": f"{sum(self.summary.rejected.values()):,}",
            "signals": f"{self.summary.signals:,}",
            "incidents": f"{self.summary.incidents:,}",
            "alerts": f"{len(self._alerts):,}",
        }
        document = recording_document(self.alerts, figures, [self.mapping[0].partition(":")[0]], shown)
        unwatched = [
            f"{each.model}: {each.sentence.removeprefix(f'{each.model}: ')}"
            for each in self.summary.not_watched[:NOT_WATCHED_MAX]
        ]
        notes = (*self.notes, *unwatched)
        last = (Notes("Not watched, and other remarks", notes),) if notes else ()
        columns = Code("What the columns were taken for", "\n".join(self.mapping))
        return Document(document.title, document.verdict, (*document.blocks, *last, columns))
