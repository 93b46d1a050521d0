"""Figures of several classes of land together: their sum, where a text says that it is one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blockplan.deliver.text.facts import Fact

if TYPE_CHECKING:
    from blockplan.deliver.text.lexicon import Token
    from blockplan.deliver.text.scan import ScannedNumber
    from blockplan.deliver.text.sentence import ScannedSentence

_JOINED = re.compile(r"\s*(?:、|,\s(?:and\s)?|和|与|及|以及|及び|並びに|と|\band\b)\s*", re.IGNORECASE)
_TOGETHER = re.compile(
    r"[^，,。；;0-9]{0,8}(?:合计|共计?|总计|合わせ|合計|\b(?:together|in all|combined)\b)[^，,。；;0-9]*",
    re.IGNORECASE,
)
#: "Both" and "all three" of the classes that the sentence spoke of.
_BOTH = re.compile(
    r"(?:(?P<two>[两二]者|両者|\bboth\b|\bthe two\b)|三者|\bthe three\b)[^，,。；;0-9]*$", re.IGNORECASE
)
LAND, KINDS = "table:land_balance/", {"area": "planned_ha", "share": "planned_share"}


def sum_of(sentence: ScannedSentence, number: ScannedNumber) -> tuple[Fact, ...] | None:
    """
    The sum that a number states of the classes of land before it; None where it is of no such sum.

    Without a word that says so, "A and B 3 ha" may be of B alone: then no fact, unless the sum fits.
    """
    land = [one for one in sentence.words if one.end <= number.start and _facts(sentence, one, number)]
    both = _BOTH.search(sentence.text[sentence.start : number.start])
    if both:
        count = 2 if both["two"] else 3
        return _sum(sentence, land[-count:], number) if len(land) >= count else ()
    row = land[-1:]
    for one in reversed(land[:-1]):
        if _JOINED.fullmatch(sentence.text, one.end, row[0].start) is None:
            break
        row.insert(0, one)
    if len(row) < 2 or any(row[-1].end <= one.start < number.start for one in sentence.numbers):
        return None
    found = _sum(sentence, row, number)
    if number.fits(found[0].amounts[0]):
        return found
    together = _TOGETHER.fullmatch(sentence.text, row[-1].end, number.start) is not None
    # A member that the plan does not know: "A, B and playgrounds together".
    more = _JOINED.match(sentence.text, row[-1].end) or _joins(sentence.text[sentence.start : row[0].start])
    return (() if more else found) if together else None


def _joins(lead: str) -> bool:
    """Whether a text ends with what joins one more to a row."""
    return any(one.end() == len(lead) for one in _JOINED.finditer(lead))


def _facts(sentence: ScannedSentence, token: Token, number: ScannedNumber) -> list[Fact]:
    kind = KINDS.get(number.dimension, "-")
    of = sentence.facts(token) if token.subject else ()
    return [fact for fact in of if fact.bound_to.startswith(LAND) and fact.bound_to.endswith(kind)]


def _sum(sentence: ScannedSentence, row: list[Token], number: ScannedNumber) -> tuple[Fact, ...]:
    facts = [_facts(sentence, one, number)[0] for one in row]
    codes = "+".join(fact.bound_to.split("/")[1] for fact in facts)
    subjects, whole = tuple(one.word for one in row), sum(fact.amounts[0] for fact in facts)
    bound_to = f"{LAND}{codes}/{KINDS[number.dimension]}"
    return (Fact(bound_to, subjects, facts[0].words, number.dimension, (whole,)),)
