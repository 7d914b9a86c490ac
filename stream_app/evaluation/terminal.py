"""A report for a terminal: its tables and its verdict; charts have no place there."""

from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from driftline.stream_app.evaluation.document import Document, Table

NARROWEST: Final = 132
"""Characters a table may need at least: a narrower terminal breaks its lines, and no figure is lost."""


def render(document: Document) -> RenderableType:
    """Every table, then the verdict."""
    tables = [block for block in document.blocks if isinstance(block, Table)]
    return Group(*map(_table, tables), Text(document.verdict, style="bold"))


def _table(table: Table) -> RichTable:
    drawn = RichTable(
        title=table.title,
        title_justify="left",
        box=SIMPLE_HEAD,
        caption=table.note or None,
        caption_justify="left",
        pad_edge=False,
    )
    for place, heading in enumerate(table.headings):
        drawn.add_column(
            heading,
            justify="right" if place in table.numeric else "left",
            no_wrap=place == 0 or place in table.numeric,
        )
    for row in table.rows:
        drawn.add_row(*map(Text, row))
    return drawn
