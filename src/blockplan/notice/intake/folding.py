"""
Words folded for search: width, case, blanks and the forms of a character make no difference.

A resident writes 綠地, a planner 绿地, a Japanese partner 緑地, and each finds the others' places. What is
shown stays as it was written; the table of forms (``variants.txt``) holds those of common words and names,
not all that there are.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib import resources

from blockplan.notice.intake.texts_in import with_few_marks


def folded(*texts: str) -> str:
    """
    Texts as search compares them, joined by a blank.

    Examples
    --------
    >>> folded("Ｃ－０１２", "North  Park"), folded("綠地"), folded("緑地（公園）")
    ('c-012 north park', '绿地', '绿地(公园)')
    """
    joined = unicodedata.normalize("NFKC", with_few_marks(" ".join(texts))).casefold()
    return " ".join(joined.translate(_variants()).split())


def letters(folded_text: str) -> str:
    """
    The letters and digits of a folded text alone.

    Examples
    --------
    >>> letters("c-012 (北区)")
    'c012北区'
    """
    return "".join(sign for sign in folded_text if sign.isalnum())


@cache
def _variants() -> dict[int, str]:
    text = resources.files("blockplan.notice.intake").joinpath("variants.txt").read_text(encoding="utf-8")
    groups = " ".join(line for line in text.splitlines() if not line.startswith("#")).split()
    return {ord(form): group[0] for group in groups for form in group[1:] if form != group[0]}
