"""From how much to how much a figure of the parcels of a class or a block goes: 二类居住用地容积率1.5~2.5."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from blockplan.deliver.text.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.deliver.text.facts import Fact
    from blockplan.deliver.text.scan import ScannedNumber
    from blockplan.deliver.text.sentence import ScannedSentence
    from blockplan.deliver.text.spans import LimitSpan

#: What joins the ends of a range; "and" only behind what says that it is one.
_JOINT = re.compile(r"\s?(?:至|到|～|~|〜|–|—|-|－|から|to)\s?(?:最[高大多]|约|約)?\s?", re.IGNORECASE)
_AND = re.compile(r"\s?(?:和|与|と|and)\s?", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:介于|在|\bbetween)\s?(?:about\s)?$", re.IGNORECASE)
#: The lowest and the highest, each with its word.
_LOWEST = re.compile(r"(?:最[低小])(?:值)?(?:为|仅)?\s?$")
_HIGHEST = re.compile(r"\s?[，,、]\s?最[高大](?:值)?(?:为|达)?\s?")
#: What becomes of a figure, and what is only usual, is no range of the plan.
_BECOMES = re.compile(
    r"(?:由|从|自|\b(?:from|by)\s)[^,;，；。]*(?:调|提|增|降|减|改|上|下)[^,;，；。]*$", re.IGNORECASE
)
_USUAL = re.compile(
    r"一般|通常|普遍|多[为在]|大多|为主|原则上|宜|建议|标准|规范|要求|一般に|概ね|おおむね|標準|基準"
    r"|\b(?:usual(?:ly)?|mostly|typical(?:ly)?|generally|should|standards?|recommend\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RangeEnds:
    """Two numbers that are a range, with the facts that they state."""

    numbers: tuple[ScannedNumber, ScannedNumber]
    facts: tuple[Fact, Fact]
    doubts: int


def ends_in(sentence: ScannedSentence) -> Iterator[RangeEnds]:
    """The ranges in a sentence that are of a class or of a part of the plan."""
    for first, second in pairwise(sentence.numbers):
        pair = _pair(sentence.text, sentence.start, first, second)
        span = _span(sentence, *pair) if pair else None
        if pair is None or span is None:
            continue
        facts = (span.low, span.high)
        right = [number.states(fact) for number, fact in zip(pair, facts, strict=True)]
        usual = _USUAL.search(sentence.text, sentence.start, sentence.end) is not None
        # Where neither end is the plan's, it may be the range of something else.
        inside = any(right) or _lies_in(pair, span)
        doubts = 0 if all(right) else int(span.silent or usual or (not any(right) and inside))
        yield RangeEnds(pair, facts, doubts)


def _lies_in(pair: tuple[ScannedNumber, ScannedNumber], span: LimitSpan) -> bool:
    """Whether a range lies within that of the parcels: it may be that of some of them."""
    low, high = min(span.low.amounts), max(span.high.amounts)
    return pair[0].value + pair[0].half >= low and pair[1].value - pair[1].half <= high


def is_joined(text: str, start: int, end: int) -> bool:
    """Whether what stands between two places joins the ends of a range."""
    return _JOINT.fullmatch(text, start, end) is not None


def _pair(
    text: str, start: int, first: ScannedNumber, second: ScannedNumber
) -> tuple[ScannedNumber, ScannedNumber] | None:
    before = text[start : first.start]
    joined = (
        is_joined(text, first.end, second.start)
        or (_AND.fullmatch(text, first.end, second.start) and _BETWEEN.search(before))
        or (_HIGHEST.fullmatch(text, first.end, second.start) and _LOWEST.search(before))
    )
    if not joined or _BECOMES.search(before):
        return None
    if not first.dimension and second.dimension:
        factor = second.factor
        first = replace(
            first,
            value=first.value * factor,
            half=first.half * factor,
            dimension=second.dimension,
            factor=factor,
        )
    return (first, second) if first.dimension == second.dimension else None


def _span(sentence: ScannedSentence, first: ScannedNumber, second: ScannedNumber) -> LimitSpan | None:
    spans = sentence.lexicon.spans
    subjects = [one for one in sentence.words if one.subject and not sentence.is_kind(one)]
    before = [one for one in subjects if one.end <= first.start]
    behind = [one for one in subjects if one.start >= second.end]
    words = [one for one in sentence.words if not one.subject and not second.end <= one.start]
    words = words or [one for one in sentence.words if not one.subject and one.start >= second.end][:1]
    of = before[-1] if before else behind[0] if behind else None
    setting = Setting(
        sentence.text[sentence.start : first.start],
        sentence.text[second.end : sentence.end],
        sentence.chapter,
        "",
        named=True,
    )
    if of is None or not words or setting.elsewhere or setting.unclear:
        return None
    own = [
        one
        for one in spans.get(of.word, ())
        if words[-1].word in one.low.words and one.low.dimension == first.dimension
    ]
    return own[0] if own else None
