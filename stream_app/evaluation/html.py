"""A report as one HTML file: style and charts inside, no script, nothing from elsewhere."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from driftline.stream_app.evaluation.document import (
    Bars,
    Block,
    Code,
    Document,
    Figures,
    Notes,
    Table,
    Timeline,
)
from driftline.stream_app.evaluation.look import SCOPED_STYLE, STYLE, SYMBOLS
from driftline.stream_app.evaluation.svg import bars_svg, timeline_svg

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def html_of(document: Document) -> str:
    """The whole page, well-formed as XML too."""
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>',
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"/>',
        f"<title>{escape(document.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>",
        *main_html(document),
        "</body>\n</html>\n",
    ]
    return "\n".join(parts)


def part_of_page(inside: Iterable[str]) -> str:
    """HTML for a page of somebody else's, such as a notebook: it looks the same and changes nothing there."""
    head = f'<div class="driftline">\n<style>{SCOPED_STYLE}</style>\n<div class="page">'
    return "\n".join([head, *inside, "</div>\n</div>\n"])


def main_html(document: Document) -> Iterator[str]:
    """What a document says, as lines of HTML."""
    yield f"<main>\n<h1>{escape(document.title)}</h1>"
    yield f'<p class="verdict">{escape(document.verdict)}</p>'
    for block in document.blocks:
        yield from block_html(block)
    yield "</main>"


def block_html(block: Block) -> Iterator[str]:
    """One block as lines of HTML."""
    if isinstance(block, Figures):
        yield from _figures(block)
        return
    yield f"<section>\n<h2>{escape(block.title)}</h2>"
    match block:
        case Table():
            yield from _table(block)
        case Timeline():
            yield f'<div class="wide">{timeline_svg(block)}</div>'
            yield from _legend(block)
        case Bars():
            yield f'<div class="wide">{bars_svg(block)}</div>' if block.bars else ""
            yield f'<p class="note">{escape(block.summary)}</p>'
        case Code():
            yield f"<pre><code>{escape(block.text)}</code></pre>"
        case Notes():
            items = "".join(f"<li>{escape(sentence)}</li>" for sentence in block.sentences)
            yield f'<ul class="notes">{items}</ul>'
    yield "</section>"


def _figures(block: Figures) -> Iterator[str]:
    yield '<dl class="figures">'
    for label, figure, remark in block.figures:
        yield f'<div><dt>{escape(label)}</dt><dd class="figure">{escape(figure)}</dd>'
        yield f'<dd class="remark">{escape(remark)}</dd></div>'
    yield "</dl>"


def _table(table: Table) -> Iterator[str]:
    def of(place: int) -> str:
        return ' class="number"' if place in table.numeric else ""

    yield '<div class="wide"><table><thead><tr>'
    for place, heading in enumerate(table.headings):
        yield f'<th scope="col"{of(place)}>{escape(heading) or "name"}</th>'
    yield "</tr></thead><tbody>"
    for row in table.rows:
        cells = (f"<td{of(place)}>{escape(text)}</td>" for place, text in enumerate(row[1:], 1))
        yield f'<tr><th scope="row">{escape(row[0])}</th>{"".join(cells)}</tr>'
    yield "</tbody></table></div>"
    if table.note:
        yield f'<p class="note">{escape(table.note)}</p>'


def _legend(chart: Timeline) -> Iterator[str]:
    items = (
        f'<li><span class="{tone}" aria-hidden="true">{SYMBOLS[tone]}</span> {escape(text)}</li>'
        for tone, text in chart.legend
    )
    yield f'<ul class="legend">{"".join(items)}</ul>'
    yield f'<p class="note">{escape(chart.summary)}</p>'
