"""A document as one HTML file that needs nothing else: no script, no outside request."""

from __future__ import annotations

import html as entities
import re
from importlib import resources
from typing import TYPE_CHECKING

import blockplan
from blockplan.report import fonts
from blockplan.report.document import cell_said, is_number
from blockplan.report.maps.svg import shared
from blockplan.report.words import NO_BREAK, Words
from blockplan.templates import environment

if TYPE_CHECKING:
    from blockplan.report.document import Block, Cell, Document, TextRun

HOLLOW = re.compile(r"<(style|script)\b.*?</\1>|<[^>]+>", re.DOTALL)


def page(document: Document) -> str:
    """The document as the text of an HTML file; the same document gives the same bytes."""
    words = Words(document.lang, NO_BREAK)
    templates = environment("blockplan.report")

    def said(cell: Cell) -> str | tuple[TextRun, ...]:
        return cell if isinstance(cell, tuple) else cell_said(cell, words)

    def kind(block: Block) -> str:
        return type(block).__name__.lower()

    templates.globals |= {"w": words, "kind": kind, "said": said, "is_number": is_number}
    body = templates.get_template("document.html.j2").render(document=document, version=blockplan.__version__)
    return dressed(shared(body), "report.css", document.lang)


def dressed(body: str, style: str, lang: str) -> str:
    """A page with a style sheet of ``templates/`` and the characters of our font that it needs."""
    sheet = resources.files("blockplan.report").joinpath("templates", style).read_text(encoding="utf-8")
    return body.replace("/*STYLE*/", font_faces(body, lang) + sheet, 1)


def font_faces(body: str, lang: str) -> str:
    """The ``@font-face`` rules of a page: our font, of the characters that its words have."""
    return fonts.faces(entities.unescape(HOLLOW.sub(" ", body)), lang)
