"""A document as PDF/A, set by Typst from ``templates/document.typ``."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import blockplan
from blockplan.report import fonts
from blockplan.report.document import (
    Figure,
    Listing,
    Paragraph,
    Section,
    Sparkline,
    Table,
    Term,
    cell_said,
    is_number,
)
from blockplan.report.renderers.widths import cell_texts, is_long, shared_widths
from blockplan.report.typesetting import REGIONS, desk, typeset
from blockplan.report.words import NO_BREAK, Words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from blockplan.report.document import Block, Cell, Document, Text

#: About how wide a page is, in the size of a table's letters.
ROOM_EM = 60.0


def pdf(document: Document) -> bytes:
    """The document as the bytes of a PDF/A-2b file on A4; the same document gives the same bytes."""
    words = Words(document.lang, NO_BREAK)
    with desk() as folder:
        data = {
            "lang": document.lang,
            "region": REGIONS[document.lang],
            "title": document.title,
            "subtitle": document.subtitle,
            "fitted": document.fitted,
            "made_with": words("head.made_with", version=blockplan.__version__),
            "colon": words("list.colon"),
            "more": words("sheet.more", n="{n}"),
            "blocks": _Setting(words, folder).blocks(document.sections),
        }
        return typeset(folder, "document.typ", data, document.lang, document.day)


class _Setting:
    """Blocks as the template reads them; their pictures go into a folder."""

    def __init__(self, words: Words, folder: Path) -> None:
        self.words, self.folder = words, folder
        self.pictures = 0

    def blocks(self, blocks: Iterable[Block]) -> list[dict[str, Any]]:
        """The fields of each, and what kind it is; terms that follow each other together."""
        made: list[dict[str, Any]] = []
        for kind, run in groupby(blocks, _kind):
            if kind in {"counts", "terms"}:
                made.append({"kind": kind, "items": list(map(self._term, run))})
            else:
                made += [{"kind": kind, **self._block(one)} for one in run]
        return made

    @staticmethod
    def _term(term: Any) -> dict[str, Any]:
        said = _said(term.said)
        whole = is_long(term) or any(one["tone"] == "code" for one in said if isinstance(one, dict))
        return {"term": term.term, "said": said, "note": term.note, "tone": term.tone, "whole": whole}

    def _block(self, block: Block) -> dict[str, Any]:
        match block:
            case Section():
                return {"title": _said(block.title), "blocks": self.blocks(block.blocks)}
            case Table():
                kinds = block.kinds or ("row",) * len(block.rows)
                depths = block.depths or (0,) * len(block.rows)
                rows = [
                    {"cells": list(map(self._cell, row)), "strong": kind != "row", "depth": depth}
                    for row, kind, depth in zip(block.rows, kinds, depths, strict=True)
                ]
                widths = shared_widths(block.heads, cell_texts(block, self.words), ROOM_EM)
                heads = list(block.heads)
                return {
                    "title": block.title,
                    "heads": heads,
                    "rows": rows,
                    "sign": block.sign,
                    "widths": widths,
                }
            case Figure():
                legend = [[self._kept(one.file()), one.said, one.amount] for one in block.legend]
                insets = [self._block(one) for one in block.insets]
                drawn = {"file": self._kept(block.svg), "alt": block.alt, "width": block.width_mm}
                said = {"caption": _said(block.caption), "title": block.title}
                return {**drawn, **said, "insets": insets, "legend": legend}
            case Listing():
                items = list(map(_said, block.items))
                return {"lead": block.lead, "items": items, "joined": block.joined}
        tone = block.tone if isinstance(block, Paragraph) else ""
        return {"tone": tone, "text": _said(block.text)}  # type: ignore[union-attr]

    def _cell(self, cell: Cell) -> dict[str, Any]:
        if isinstance(cell, Sparkline):
            drawn = cell.svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
            return {"mark": self._kept(drawn), "number": False}
        said = _said(cell) if isinstance(cell, tuple) else cell_said(cell, self.words)
        return {"said": said, "number": is_number(cell)}

    def _kept(self, svg: str) -> str:
        """The name of a picture in the folder that is set from."""
        self.pictures += 1
        name = f"figure-{self.pictures}.svg"
        (self.folder / name).write_text(fonts.printable(svg), encoding="utf-8")
        return name


def _kind(block: Block) -> str:
    if isinstance(block, Term):
        return "counts" if block.tone else "terms"
    return type(block).__name__.lower()


def _said(text: Text) -> str | list[dict[str, str]]:
    """Words, what is set apart with its tone."""
    return text if isinstance(text, str) else [{"text": one.text, "tone": one.tone} for one in text]
