"""From how much to how much a figure of parcels goes: 二类居住用地容积率1.5~2.5, 全区容积率0.8~3.5."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from blockplan.deliver.text.nearness import BETWEEN
from blockplan.deliver.text.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.deliver.text.facts import Fact
    from blockplan.deliver.text.lexicon import Token
    from blockplan.deliver.text.scan import ScannedNumber
    from blockplan.deliver.text.sentence import ScannedSentence
    from blockplan.deliver.text.spans import LimitSpan

#: What joins the ends of a range; "and" only behind what says that it is one.
_JOINT = re.compile(r"\s?(?:至|到|～|~|〜|–|—|-|－|から|to)\s?(?:最[高大多]|约|約)?\s?", re.IGNORECASE)
_AND = re.compile(r"\s?(?:和|与|と|and)\s?", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:介于|在|\bbetween)\s?(?:about\s)?$", re.IGNORECASE)
#: The lowest and the highest, each with its word.
_LOWEST = re.compile(r"(?:最[低小])(?:值)?(?:为|仅)?\s?$")
_HIGHEST = re.compile(r"\s?[，,、]\s?最[高大](?:值)?(?:为|达|不超过|不得超过|不大于)?\s?")
#: What becomes of a figure, and what is only usual, is no range of the plan.
_BECOMES = re.compile(
    r"(?:由|从|自|\b(?:from|by)\s)[^,;，；。]*(?:调|提|增|降|减|改|上|下)[^,;，；。]*$", re.IGNORECASE
)
_USUAL = re.compile(
    r"一般|通常|普遍|多[为在]|大多|为主|原则上|宜|建议|标准|规范|要求|一般に|概ね|おおむね|標準|基準"
    r"|\b(?:usual(?:ly)?|mostly|typical(?:ly)?|generally|should|standards?|recommend\w*)\b",
    re.IGNORECASE,
)
#: What may stand around a range beside what joins a word to its figure; and what tells of a part.
_AROUND = re.compile(
    r"之间|区间|范围|介于|均?不等|各|内|值|まで|の?間|範囲|において|では|である|です|とする|とし|する|定め|る"
    r"|\b(?:differs?|var(?:y|ies)|lies?|figures|values)\b",
    re.IGNORECASE,
)
_PART = re.compile(
    r"期(?![间限])|[侧側临臨沿滨浜段住]|[东西南北東]部|局部|部分|个别|少数|其中|其余|以外|うち|一部"
    r"|\b(?:phases?|stages?|parts?|some|sides?|along|of which|first|second|other|outside)\b",
    re.IGNORECASE,
)
#: All parcels of a plan, where a sentence names nothing else.
_ALL = re.compile(
    r"全区|全域|全部地块|规划(?:区|范围)内?|本区|計画区域(?:全体)?|区域全体"
    r"|\b(?:over|across|throughout|within|in) the (?:whole |entire |whole of the )?"
    r"(?:plan(?:ned|ning)? area|planned land|plan)\b"
    r"|\b(?:on|of|for|over|across) all (?:the )?(?:parcels|plots)\b",
    re.IGNORECASE,
)
_COMMA = re.compile(r"[，,、;；。（(]")
#: Kinds of things that a block and a class of land consist of, which are no part of them.
_LAND = frozenset({"layer:parcels/count", "layer:blocks/count", "layer:subblocks/count"})


@dataclass(frozen=True, slots=True)
class RangeEnd:
    """A number that is an end of a range, with the fact that it states."""

    number: ScannedNumber
    fact: Fact
    doubts: int


def ends_in(sentence: ScannedSentence) -> Iterator[RangeEnd]:
    """The ends of the ranges in a sentence that are of a class or of a part of the plan."""
    for at, (first, second) in enumerate(pairwise(sentence.numbers)):
        pair = _pair(sentence.text, sentence.start, first, second)
        span = _span(sentence, *pair) if pair else None
        if pair is None or span is None:
            continue
        doubts = int(not _is_certain(sentence, pair, span))
        yield RangeEnd(pair[0], span.low, doubts)
        yield RangeEnd(pair[1], span.high, doubts)
        third = next(iter(sentence.numbers[at + 2 :]), None)
        if third and third.dimension == second.dimension and _again(sentence.text, second, third):
            yield RangeEnd(third, span.high, doubts)


def _again(text: str, highest: ScannedNumber, number: ScannedNumber) -> bool:
    """Whether a number says again what the highest is: 12—60米，最高不超过60米."""
    return _HIGHEST.fullmatch(text, highest.end, number.start) is not None


def _is_certain(
    sentence: ScannedSentence, pair: tuple[ScannedNumber, ScannedNumber], span: LimitSpan
) -> bool:
    """
    Whether a range is that of all parcels there, or of none of them; any other may be that of some of them.

    An end that is right tells that all are meant; of the whole plan only what no parcel has is an error, as
    a text may leave schools and the like aside.
    """
    low, high = min(span.low.amounts), max(span.high.amounts)
    right = [number.states(fact) for number, fact in zip(pair, (span.low, span.high), strict=True)]
    outside = not any(low <= one.value + one.half and one.value - one.half <= high for one in pair)
    if all(right) or span.silent or _USUAL.search(sentence.text, sentence.start, sentence.end):
        return all(right)
    if not span.low.subjects:
        return any(right) and any(one.value + one.half < low or high < one.value - one.half for one in pair)
    return any(right) or outside


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
    """What the parcels that a range is of have; None where something else is named beside them."""
    subjects = [one for one in sentence.words if one.subject and not _is_land(sentence, one)]
    before = [one for one in subjects if one.end <= first.start]
    end = _COMMA.search(sentence.text, second.end, sentence.end)
    tail = end.start() if end else sentence.end
    behind = [one for one in subjects if second.end <= one.start < tail]
    of = before[-1] if before else behind[0] if behind else None
    whole = _ALL.search(sentence.text, sentence.start, sentence.end) if of is None else None
    known = [whole.span()] if whole else []
    quantity = _quantity(sentence, second.end, known, tail)
    setting = Setting(
        sentence.text[sentence.start : first.start],
        sentence.text[second.end : sentence.end],
        sentence.chapter,
        "",
        named=True,
    )
    if (of is None and whole is None) or quantity is None or setting.elsewhere or setting.unclear:
        return None
    if not _are_alike(sentence, [*before, *behind]) or not _is_whole(sentence, (of, quantity), known, tail):
        return None
    own = [
        one
        for one in sentence.lexicon.spans.get(of.word if of else "", ())
        if quantity.word in one.low.words and one.low.dimension == first.dimension
    ]
    return own[0] if own else None


def _quantity(sentence: ScannedSentence, end: int, known: list[tuple[int, int]], tail: int) -> Token | None:
    """The last word for a quantity before a range ends; behind it only where none stands before."""
    words = [
        one
        for one in sentence.words
        if not (one.subject or any(low <= one.start < high for low, high in known))
    ]
    before = [one for one in words if one.start < end]
    behind = [one for one in words if end <= one.start < tail]
    return before[-1] if before else next(iter(behind), None)


def _is_land(sentence: ScannedSentence, token: Token) -> bool:
    """Whether a word only names parcels or blocks."""
    return sentence.is_kind(token) and all(one.bound_to in _LAND for one in sentence.facts(token))


def _are_alike(sentence: ScannedSentence, subjects: list[Token]) -> bool:
    """Whether the subjects of a sentence are of one kind, each with figures of its own."""
    kinds = {sentence.is_object(one) for one in subjects}
    return len(kinds) <= 1 and all(
        any(one.end <= number.start < other.start for number in sentence.numbers)
        for one, other in pairwise(subjects)
    )


def _is_whole(
    sentence: ScannedSentence, own: tuple[Token | None, Token], known: list[tuple[int, int]], tail: int
) -> bool:
    """Whether a sentence says nothing around a range but of what it is, and other figures."""
    known += [(one.start, one.end) for one in sentence.numbers]
    known += [
        (one.start, one.end)
        for at, one in enumerate(sentence.words)
        if one.subject or one in own or _has_a_figure(sentence, at)
    ]
    pieces, at = [], sentence.start
    for start, end in sorted([*known, (tail, tail), (sentence.end, sentence.end)]):
        pieces.append((at, max(at, start)))
        at = max(at, end)
    # What stands behind a comma before another number is of that.
    later = [one for one in sentence.numbers if one.start >= tail]
    if any(_PART.search(sentence.text, *piece) for piece in pieces if piece[0] < tail or not later):
        return False
    said = (sentence.text[start : min(end, tail)] for start, end in pieces if start < tail)
    return all(
        BETWEEN.fullmatch(_COMMA.sub(" ", _AROUND.sub(" ", one)).strip(" .。")) is not None for one in said
    )


def _has_a_figure(sentence: ScannedSentence, at: int) -> bool:
    """Whether a number stands behind a word before the next word."""
    word = sentence.words[at]
    end = sentence.words[at + 1].start if at + 1 < len(sentence.words) else sentence.end
    kinds = sentence.lexicon.dimensions[word.word]
    return any(word.end <= one.start < end and one.dimension in kinds for one in sentence.numbers)
