"""Comments in a Word document at the place of each disagreement."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from blockplan.deliver.text.checking import TEXTS
from blockplan.deliver.text.document import blocks
from blockplan.deliver.text.runs import RUN, pieces, stretch
from blockplan.texts import pick

if TYPE_CHECKING:
    from blockplan.deliver.text.checking import TextCheck, TextStatement
    from blockplan.deliver.text.document import TextBlock

AUTHOR, INITIALS = "Blockplan", "BP"


def write_comments(document: Any, check: TextCheck, lang: str = "zh") -> int:
    """
    Put a comment at each statement that the plan contradicts; gives their number.

    The comment says the right figure and where it comes from. The text itself is not changed; a run is
    divided where a figure begins or ends in the midst of it, and keeps its looks. A note, a text box or a
    header takes no comment itself: its comment stands where the body refers to it, and says which figure
    it speaks of.
    """
    wrong: dict[int, list[TextStatement]] = defaultdict(list)
    for one in check.statements:
        if one.state == "missed":
            wrong[one.block].append(one)
    written = 0
    for at, block in enumerate(list(blocks(document))):
        for one in sorted(wrong.get(at, ()), key=lambda one: -one.start):
            _write(document, block, one, lang)
            written += 1
    return written


def _write(document: Any, block: TextBlock, one: TextStatement, lang: str) -> None:
    why = pick(one.why, lang)
    if block.anchor is None:
        runs = [run for run in stretch(block.paragraph, one.start, one.end) if run.tag == RUN]
        runs = runs or [_a_run(block.paragraph)]
    else:
        why = TEXTS("comment.beside", lang, place=one.place, said=one.said, why=why)
        runs = [block.anchor if block.anchor.tag == RUN else _a_run(block.anchor)]
    comment = document.comments.add_comment(text=why, author=AUTHOR, initials=INITIALS)
    runs[0].insert_comment_range_start_above(comment.comment_id)
    runs[-1].insert_comment_range_end_and_reference_below(comment.comment_id)


def _a_run(paragraph: Any) -> Any:
    """The first run of a paragraph that has text, or an empty one at its end."""
    found = next((run for run, _ in pieces(paragraph) if run.tag == RUN), None)
    return paragraph.add_r() if found is None else found
