"""A report in a file of its own: HTML or PNG, by the name's ending."""

from pathlib import Path

from driftline.stream_app.evaluation.document import Document
from driftline.stream_app.evaluation.errors import EvaluationError
from driftline.stream_app.evaluation.html import html_of
from driftline.stream_app.evaluation.png import require_matplotlib, write_png

ENDINGS = (".html", ".png")


def write_report(document: Document, path: Path) -> None:
    """Write the document.

    Raises:
        EvaluationError: as ``check_report``.
    """
    check_report(path)
    if path.suffix == ".png":
        write_png(document, path)
    else:
        path.write_text(html_of(document), encoding="utf-8")


def check_report(path: Path) -> None:
    """Find out before an hour's work what would keep the report from being written.

    Raises:
        EvaluationError: the name ends otherwise, or matplotlib is missing for a PNG.
    """
    if path.suffix not in ENDINGS:
        raise EvaluationError(f"{path}: a report is HTML or PNG: let its name end in .html or .png.")
    if path.suffix == ".png":
        require_matplotlib()
