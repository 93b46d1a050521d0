"""Which phrase of the plan a number of a sentence states, by several words together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blockplan.deliver.text.facts import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blockplan.deliver.text.facts import Fact
    from blockplan.deliver.text.phrases import Phrase
    from blockplan.deliver.text.scan import ScannedNumber
    from blockplan.deliver.text.sentence import ScannedSentence

_WITHIN = re.compile(r"范围|覆盖|服务半径|可达|到达|以内|之内|距|圏|\b(?:within|reach)", re.IGNORECASE)
_RESIDENTS = re.compile(
    r"居民|居住|人口|住户|覆盖率|住む|住民|\b(?:residents|people|population|live|homes)\b", re.IGNORECASE
)
_JOBS = re.compile(r"岗位|就业|雇用|従業|\bjobs\b", re.IGNORECASE)
_THOUSAND = re.compile(r"(?<![0-9])千人|\bper (?:1,?000|thousand)\b", re.IGNORECASE)
#: A reading of a distance that a rule does not judge by.
_BY_STREET = re.compile(
    r"步行网络|路网|沿路|道路距离|徒歩経路|\b(?:on foot|walking|along the streets)\b", re.IGNORECASE
)
_OF = re.compile(r"\s?(?:的|の|of\b)")
_RULES = re.compile(r"\s?[项条項](?![目款])|\s(?:rules|verdicts)\b", re.IGNORECASE)
#: So far from a count stands the outcome that it counts.
BESIDE = 8


def told(sentence: ScannedSentence, number: ScannedNumber) -> tuple[tuple[Fact, ...], int] | None:
    """The facts that a number states by the words of its sentence, and a doubt; None without such words."""
    phrases, text = sentence.lexicon.phrases, sentence.text
    before = text[sentence.start : number.start]
    words = [
        one
        for one in sentence.words
        if not one.subject and sentence.clause(number) <= one.start < number.start
    ]
    other = any(one.word not in WORDS["share"] + WORDS["people"] for one in words)
    if number.dimension == "share" and not other and _of_residents(text[sentence.start : sentence.end]):
        return _within(sentence, number, [one for one in phrases if one.distance_m])
    if mark := _THOUSAND.search(before):
        clause = sentence.clause(number) - sentence.start
        land = number.dimension == "area"
        rates = [one for one in phrases if one.rate and (one.fact.dimension == "area") == land]
        of = _nearest(before[max(clause, mark.end()) :], rates)
        if of or mark.start() >= clause:
            return tuple(one.fact for one in of), 0
    if number.unit == "条" or (not number.dimension and _RULES.match(text, number.end)):
        rules = [one for one in phrases if one.fact.dimension == "rule"]
        of = _nearest(before[-BESIDE:], rules) or _nearest(text[number.end : number.end + BESIDE], rules)
        return (tuple(one.fact for one in of), 1) if of else None
    return None


def _of_residents(text: str) -> bool:
    """Whether a sentence says whom something reaches, and speaks of residents alone."""
    return bool(_WITHIN.search(text) and _RESIDENTS.search(text) and not _JOBS.search(text))


def _within(
    sentence: ScannedSentence, number: ScannedNumber, phrases: Sequence[Phrase]
) -> tuple[tuple[Fact, ...], int] | None:
    lengths = [one for one in sentence.numbers if one.dimension == "length"]
    near = [one for one in lengths if one.end <= number.start][-1:] or lengths[:1]
    if not near:
        return None
    phrases = [one for one in phrases if one.distance_m == near[0].value]
    before, behind = sentence.text[sentence.start : number.start], sentence.text[number.end : sentence.end]
    found = _nearest(before, phrases) or (_nearest(behind, phrases) if _OF.match(behind) else [])
    places = {word for one in found for word in one.fact.subjects}
    named = [one.word for one in sentence.words if one.end <= number.start and one.word in places][-1:]
    own = [
        one.fact for one in found if (not named and not one.fact.subjects) or {*named} & {*one.fact.subjects}
    ]
    return tuple(own), int(_BY_STREET.search(sentence.text, sentence.start, sentence.end) is not None)


def _nearest(text: str, phrases: Iterable[Phrase]) -> list[Phrase]:
    """Those whose word stands last in a text, the longer where two end there."""
    places = [
        (text.rfind(word) + len(word), len(word), one)
        for one in phrases
        for word in one.words
        if word in text
    ]
    last = max(((end, size) for end, size, _ in places), default=None)
    return [one for end, size, one in places if (end, size) == last]
