"""A document as PDF/A, set by Typst from ``templates/document.typ``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import blockplan
from blockplan.report import fonts
from blockplan.report.document import (
    Figure,
    Listing,
    Paragraph,
    Section,
    Table,
    Term,
    cell_lines,
    is_number,
    plain_text,
)
from blockplan.report.typesetting import REGIONS, desk, typeset
from blockplan.report.words import NO_BREAK, Words

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.report.document import Block, Cell, Document


def pdf(document: Document) -> bytes:
    """The document as the bytes of a PDF/A-2b file on A4; the same document gives the same bytes."""
    words = Words(document.lang, NO_BREAK)
    with desk() as folder:
        data = {
            "lang": document.lang,
            "region": REGIONS[document.lang],
            "title": document.title,
            "subtitle": document.subtitle,
            "made_with": words("head.made_with", version=blockplan.__version__),
            "colon": words("list.colon"),
            "blocks": [_block(block, words, folder) for block in document.sections],
        }
        return typeset(folder, "document.typ", data, document.lang, document.day)


def _kept(folder: Path, svg: str) -> str:
    """The name of a picture in the folder that is set from."""
    name = f"figure-{len(list(folder.glob('figure-*')))}.svg"
    (folder / name).write_text(fonts.printable(svg), encoding="utf-8")
    return name


def _block(block: Block, words: Words, folder: Path) -> dict[str, Any]:
    """A block as the template reads it: its fields, and what kind it is."""
    kind = type(block).__name__.lower()
    if isinstance(block, Section):
        return {
            "kind": kind,
            "title": plain_text(block.title),
            "blocks": [_block(one, words, folder) for one in block.blocks],
        }
    if isinstance(block, Table):
        block = block.worded
        return {
            "kind": kind,
            "title": block.title,
            "heads": list(block.heads),
            "rows": [[_cell(cell, words) for cell in row] for row in block.rows],
            "sign": block.sign,
            "strong": [one != "row" for one in block.kinds or ("row",) * len(block.rows)],
        }
    if isinstance(block, Figure):
        return {
            "kind": kind,
            "file": _kept(folder, block.svg),
            "alt": block.alt,
            "caption": plain_text(block.caption),
            "title": block.title,
            "width": block.width_mm,
            "insets": [_block(one, words, folder) for one in block.insets],
            "legend": [[_kept(folder, one.file()), one.said, one.amount] for one in block.legend],
        }
    if isinstance(block, Listing):
        return {"kind": kind, "lead": block.lead, "items": list(map(plain_text, block.items))}
    if isinstance(block, Term):
        return {"kind": kind, "term": block.term, "said": plain_text(block.said), "note": block.note}
    tone = block.tone if isinstance(block, Paragraph) else ""
    return {"kind": kind, "tone": tone, "text": plain_text(block.text)}


def _cell(cell: Cell, words: Words) -> dict[str, Any]:
    return {"said": cell_lines(cell, words), "number": is_number(cell)}
