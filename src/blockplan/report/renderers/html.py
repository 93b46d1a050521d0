"""A document as one HTML file that needs nothing else: no script, no outside request."""

from __future__ import annotations

import html as entities
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

import blockplan
from blockplan.report import fonts
from blockplan.report.document import Sparkline, Term, cell_said, is_number
from blockplan.report.maps.pixels import in_pixels
from blockplan.report.maps.svg import shared
from blockplan.report.renderers.widths import is_long
from blockplan.report.words import NO_BREAK, Words

if TYPE_CHECKING:
    from jinja2 import Template

    from blockplan.report.document import Block, Cell, Document, TextRun

#: So many characters of one word stand on one line of a table of many columns.
MOST_SHORT = 12
HOLLOW = re.compile(r"<(style|script)\b.*?</\1>|<[^>]+>", re.DOTALL)


def page(document: Document, pixel: int = 0) -> str:
    """
    The document as the text of an HTML file; the same document gives the same bytes.

    Parameters
    ----------
    pixel
        Side of a pixel of the areas of its maps where they are very many, in the units of the maps, m; 0 for
        a document whose maps keep their outlines.
    """
    words = Words(document.lang, NO_BREAK)

    def said(cell: Cell) -> str | Sparkline | tuple[TextRun, ...]:
        return cell if isinstance(cell, tuple | Sparkline) else cell_said(cell, words)

    def kind(block: object) -> str:
        return type(block).__name__.lower()

    def run(block: Block) -> str:
        """What stands together: blocks of one kind, but figures to be seen first apart from other terms."""
        return kind(block) + (block.tone and " count" if isinstance(block, Term) else "")

    body = _template().render(
        document=document, version=blockplan.__version__,
        w=words, kind=kind, run=run, long=is_long, said=said, is_number=is_number, is_short=is_short,
    )  # fmt: skip
    body = in_pixels(shared(body), pixel) if pixel else shared(body)
    faces = fonts.faces(entities.unescape(HOLLOW.sub(" ", body)), document.lang)
    sheet = (
        resources.files("blockplan.report").joinpath("templates", "report.css").read_text(encoding="utf-8")
    )
    running = f'@page {{ @top-left {{ content: "{css_text(document.title)}"; }} }}\n'
    return body.replace("/*STYLE*/", f"{faces}{sheet}{running}", 1)


def is_short(cell: Cell) -> bool:
    """Whether a cell is one short word: a number of a parcel, a code, a name of a few characters."""
    return isinstance(cell, str) and 0 < len(cell) <= MOST_SHORT and cell.split() == [cell]


@cache
def _template() -> Template:
    """The template of all documents; its code is made once, which on a small page takes the longest."""
    found = Environment(
        loader=PackageLoader("blockplan.report", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return found.get_template("document.html.j2")


def css_text(said: str) -> str:
    """A text inside a CSS string: everything but letters, digits and spaces is escaped."""
    return "".join(
        character if character.isalnum() or character == " " else f"\\{ord(character):06x}"
        for character in said
    )
