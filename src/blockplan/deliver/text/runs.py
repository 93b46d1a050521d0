"""
The runs of a Word paragraph: its text wherever it stands, and the runs that hold a stretch of it.

A paragraph's text also stands in hyperlinks, fields, insertions and content controls, which `paragraph.runs`
of python-docx leaves out. What was deleted or moved away is no text, nor is the number of a page.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A run of a paragraph and its text.
Piece = tuple[Any, str]
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
RUN, MATH_RUN = f"{W}r", f"{_MATH}r"
#: What holds no text of the paragraph: deletions, readings of characters; a text box has paragraphs itself.
_LEFT_OUT = frozenset({f"{W}del", f"{W}moveFrom", f"{W}rt", f"{W}txbxContent", FALLBACK})
_SAID = frozenset(f"{W}{name}" for name in ("t", "tab", "br", "cr", "noBreakHyphen", "ptab"))
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_PAGE = re.compile(r"\s*(?:PAGE|NUMPAGES|SECTIONPAGES|PAGEREF)\b", re.IGNORECASE)


def text_of(paragraph: Any) -> str:
    """The text of a paragraph (``w:p``)."""
    return "".join(text for _, text in pieces(paragraph))


def pieces(paragraph: Any) -> list[Piece]:
    """The runs of a paragraph that hold text, in order."""
    fields: list[str] = []
    found = []
    for run in _runs(paragraph):
        paged = any(map(_PAGE.match, fields))
        _follow(run, fields)
        paged = paged or any(map(_PAGE.match, fields))
        text = "" if paged else "".join(map(_said, run))
        if text:
            found.append((run, text))
    return found


def stretch(paragraph: Any, start: int, end: int) -> list[Any]:
    """The runs that hold a stretch of a paragraph's text; those in which it begins or ends are divided."""
    _divide(paragraph, start)
    _divide(paragraph, end)
    found, at = [], 0
    for run, text in pieces(paragraph):
        # A formula cannot be divided: it counts where any of it is meant.
        whole = at >= start and at + len(text) <= end
        if whole if run.tag == RUN else at < end and start < at + len(text):
            found.append(run)
        at += len(text)
    return found


def _runs(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag in _LEFT_OUT or not isinstance(child.tag, str):
            continue
        if child.tag == f"{W}fldSimple" and _PAGE.match(child.get(f"{W}instr", "")):
            continue
        if child.tag in {RUN, MATH_RUN}:
            yield child
        yield from _runs(child)


def _follow(run: Any, fields: list[str]) -> None:
    """Keep the instructions of the fields that are open behind a run."""
    for child in run:
        if child.tag == f"{W}instrText" and fields:
            fields[-1] += child.text or ""
        elif child.tag == f"{W}fldChar":
            kind = child.get(f"{W}fldCharType")
            if kind == "begin":
                fields.append("")
            elif kind == "end" and fields:
                fields.pop()


def _said(child: Any) -> str:
    if child.tag == f"{_MATH}t":
        return child.text or ""
    return str(child) if child.tag in _SAID else ""


def _divide(paragraph: Any, offset: int) -> None:
    at = 0
    for run, text in pieces(paragraph):
        if at < offset < at + len(text) and run.tag == RUN:
            _cut(run, offset - at)
        at += len(text)


def _cut(run: Any, offset: int) -> None:
    """Divide a run: what stands behind the offset goes into a second one with the same looks."""
    rest = copy.deepcopy(run)
    at = 0
    for child, twin in zip(list(run), list(rest), strict=True):
        if child.tag == f"{W}rPr":
            continue
        said = _said(child)
        if at + len(said) <= offset:
            rest.remove(twin)
        elif at >= offset:
            run.remove(child)
        else:
            child.text, twin.text = said[: offset - at], said[offset - at :]
            for one in (child, twin):
                one.set(_SPACE, "preserve")
        at += len(said)
    run.addnext(rest)
