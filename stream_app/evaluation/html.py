"""A report as one HTML file: style and charts inside, no script, nothing from elsewhere."""

from collections.abc import Iterator
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
from driftline.stream_app.evaluation.svg import bars_svg, timeline_svg

SYMBOLS: Final = {"good": "●", "further": "◆", "bad": "✕", "quiet": "■"}
STYLE: Final = """
:root { color-scheme: light dark; --page: #fbfbfa; --card: #ffffff; --ink: #1d2430; --soft: #5b6472;
  --line: #dfe3e8; --good: #1a7f5a; --further: #a86a00; --bad: #c2324a; --quiet: #4b74b8; }
@media (prefers-color-scheme: dark) { :root { --page: #14171c; --card: #1c2128; --ink: #e7eaee;
  --soft: #a3adba; --line: #343b45; --good: #4ccb98; --further: #e6ab4a; --bad: #ff7d90; --quiet: #86acef; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 0 0 .75rem; }
.verdict { font-size: 1.1rem; margin: 0 0 1.5rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 1.1rem 1.25rem; margin: 0 0 1.1rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: .8rem;
  margin: 0 0 1.1rem; }
.figures div { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: .8rem 1rem; display: flex; flex-direction: column; }
dt, .remark, .note { color: var(--soft); font-size: .875rem; } dd { margin: 0; }
dd.figure { font-size: 1.5rem; font-weight: 600; line-height: 1.35; }
.wide { overflow-x: auto; } .note { margin: .75rem 0 0; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .4rem .7rem .4rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 600; } tbody tr:last-child > * { border-bottom: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
svg { display: block; width: 100%; min-width: 640px; height: auto; }
svg text { fill: var(--ink); font-size: 13px; } svg .small { fill: var(--soft); font-size: 12px; }
svg .span + .small { fill: var(--ink); }
.grid, .lane { stroke: var(--line); stroke-width: 1; } .cross { fill: none; stroke-width: 2; }
.span { opacity: .28; } .mark.good { stroke: var(--card); stroke-width: 1.5; }
.good { fill: var(--good); } .further { fill: var(--further); } .bad { fill: var(--bad); }
.quiet { fill: var(--quiet); } .cross.bad { stroke: var(--bad); fill: none; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; list-style: none; padding: 0; margin: .6rem 0 0;
  color: var(--soft); font-size: .875rem; }
.legend .good { color: var(--good); } .legend .further { color: var(--further); }
.legend .bad { color: var(--bad); } .legend .quiet { color: var(--quiet); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0;
  font: .85rem/1.5 ui-monospace, Menlo, Consolas, monospace; }
ul.notes { margin: 0; padding-left: 1.1rem; color: var(--soft); font-size: .9rem; }
@media print { section, .figures div { break-inside: avoid; } }
"""
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def html_of(document: Document) -> str:
    """The whole page, well-formed as XML too."""
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>',
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"/>',
        f"<title>{escape(document.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>",
        f'<h1>{escape(document.title)}</h1>\n<p class="verdict">{escape(document.verdict)}</p>',
        *(part for block in document.blocks for part in block_html(block)),
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(parts)


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
