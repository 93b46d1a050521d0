"""Comments in a Word document at the place of each disagreement."""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from blockplan.deliver.text.document import blocks
from blockplan.texts import pick

if TYPE_CHECKING:
    from blockplan.deliver.text.checking import TextCheck, TextStatement

AUTHOR, INITIALS = "Blockplan", "BP"


def write_comments(document: Any, check: TextCheck, lang: str = "zh") -> int:
    """
    Put a comment at each statement that the plan contradicts; gives their number.

    The comment says the right figure and where it comes from. The text itself is not changed; a run is
    divided where a figure begins or ends in the midst of it, and keeps its looks.
    """
    wrong: dict[int, list[TextStatement]] = defaultdict(list)
    for one in check.statements:
        if one.state == "missed":
            wrong[one.block].append(one)
    written = 0
    for at, block in enumerate(blocks(document)):
        for one in sorted(wrong.get(at, ()), key=lambda one: -one.start):
            runs = _runs(block.paragraph, one.start, one.end)
            if runs:
                document.add_comment(runs, text=pick(one.why, lang), author=AUTHOR, initials=INITIALS)
                written += 1
    return written


def _runs(paragraph: Any, start: int, end: int) -> list[Any]:
    """The runs that hold a stretch of a paragraph's text, divided at its ends."""
    _divide(paragraph, start)
    _divide(paragraph, end)
    found, at = [], 0
    for run in paragraph.runs:
        if at >= start and at + len(run.text) <= end and run.text:
            found.append(run)
        at += len(run.text)
    return found


def _divide(paragraph: Any, offset: int) -> None:
    at = 0
    for run in paragraph.runs:
        length = len(run.text)
        if at < offset < at + length:
            text = run.text
            rest = copy.deepcopy(run._r)  # python-docx has no way to copy a run
            run._r.addnext(rest)
            run.text = text[: offset - at]
            type(run)(rest, paragraph).text = text[offset - at :]
            return
        at += length
