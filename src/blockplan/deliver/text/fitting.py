"""Which fact a number states, by what it is of, the word for it, and its unit."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from blockplan.deliver.text.facts import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blockplan.deliver.text.facts import Fact
    from blockplan.deliver.text.lexicon import Token
    from blockplan.deliver.text.scan import ScannedNumber
    from blockplan.deliver.text.sentence import ScannedSentence

#: Every word that names a quantity by itself.
QUANTITY_WORDS = frozenset(chain.from_iterable(WORDS.values()))
#: Facts whose values differ by less than this share say the same.
SAME = 1e-3
#: What a share is of: all land.
_OF_LAND = re.compile(
    r"(?:用地|面积|范围|区域|全体|全域|面積)(?:的|の)?(?:比例|比重|割合)?(?:约|为|約|は)?\s?$"
)
FLOOR, _LAND_UNIT = (
    "floor_area_m2",
    re.compile(r"-?(?:公顷|hm|ha|hectare|ヘクタール|平方公里|平方千米|km|㎢|sq)", re.IGNORECASE),
)
KILOMETRE = 1e3
#: What may stand between a figure without a word and the object, or the figure with a unit, before it.
_NEXT = re.compile(r"(?:号?地块|区画)?[\s，,、：:；;（(/|]*")
#: A number that goes on in words is of what they say: ``1.5 times as high``.
_WORD = re.compile(r"\s*[^\W\d_]")


def choose(
    sentence: ScannedSentence, number: ScannedNumber, subject: Token | None, quantity: Token | None
) -> tuple[Fact, ...]:
    """The facts that a number may state, those that it agrees with first; none where it can state none."""
    of = sentence.facts(subject)
    if subject is None and quantity is None:
        return ()
    if quantity is None and not number.dimension and not _alone(sentence, number):
        return ()
    if quantity is None and number.dimension == "share" and not _of_land(sentence, number):
        return ()
    bare = subject is not None and subject.word in sentence.lexicon.bare
    if bare and quantity is None and number.dimension == "area" and not is_land(number):
        return ()
    found = _fitting(of, number, quantity)
    if not found and quantity is not None and subject is not None:
        whole = sentence.lexicon.of_the_whole(quantity.word)
        found = _fitting(sentence.facts(None), number, quantity) if whole else []
        # "地块容积率" of a parcel is its "容积率"; but a figure of the whole plan is none of an object's.
        if subject is not sentence.carried and not any(map(number.states, found)):
            found = _ending(of, number, whole)
    return tuple(sorted(found, key=lambda fact: not number.states(fact)))


def differing(facts: Sequence[Fact]) -> list[Fact]:
    """Facts of which none says the same as one before it."""
    found: list[Fact] = []
    for fact in facts:
        value = fact.amounts[0]
        if all(abs(value - one.amounts[0]) > SAME * max(abs(value), abs(one.amounts[0])) for one in found):
            found.append(fact)
    return found


def _alone(sentence: ScannedSentence, number: ScannedNumber) -> bool:
    """Whether no word stands between a number and its object, or a figure: ``K-A-01：1.00公顷，1.8``."""
    ends = [one.end for one in sentence.words if one.subject and one.end <= number.start]
    ends += [one.end for one in sentence.numbers if one.dimension and one.end <= number.start]
    near = bool(ends) and _NEXT.fullmatch(sentence.text, max(ends), number.start) is not None
    return near and _WORD.match(sentence.text, number.end) is None


def _of_land(sentence: ScannedSentence, number: ScannedNumber) -> bool:
    """Whether a share without a word is of land: right behind a class or its area, or of all land."""
    ends = [one.end for one in sentence.words if one.subject and one.end <= number.start]
    ends += [one.end for one in sentence.numbers if one.dimension == "area" and one.end <= number.start]
    near = bool(ends) and _NEXT.fullmatch(sentence.text, max(ends), number.start) is not None
    return near or _OF_LAND.search(sentence.text, sentence.start, number.start) is not None


def _fitting(facts: Iterable[Fact], number: ScannedNumber, quantity: Token | None) -> list[Fact]:
    fitting = [fact for fact in facts if fact.dimension == number.dimension]
    if quantity is not None:
        named = [fact for fact in fitting if quantity.word in fact.words]
        if named or number.dimension in {"", "area", "share", "length"}:
            return named
        # What the plan counts as a whole, parks or rules, is named where it is counted.
        fitting = [fact for fact in fitting if fact.subjects or fact.dimension != "count"]
    if number.dimension == "person":
        # Whoever uses a school is not its capacity.
        fitting = [fact for fact in fitting if not fact.bound_to.endswith("/places")]
    if number.dimension == "length":
        # "350 m from the station" is no height, and no street is as wide as a kilometre.
        long = number.factor >= KILOMETRE
        unsaid = ("object:", "table:streets") if long else ("object:",)
        fitting = [fact for fact in fitting if not fact.bound_to.startswith(unsaid)]
    if number.dimension == "area" and quantity is None and is_land(number):
        fitting = [fact for fact in fitting if not fact.bound_to.endswith(FLOOR)]
    if number.dimension == "share":
        # A parcel has several shares, so only a word tells which.
        fitting = [fact for fact in fitting if not fact.bound_to.startswith("object:")]
    # A ratio without its word is told by its decimals: of a parcel, the floor area ratio.
    return [fact for fact in fitting if not fact.asked] if number.dimension or number.half < 0.5 else []


def is_land(number: ScannedNumber) -> bool:
    """Whether an area is of land by its unit: nobody writes floor area in hectares."""
    return _LAND_UNIT.match(number.unit.strip()) is not None


def _ending(facts: Iterable[Fact], number: ScannedNumber, word: str) -> list[Fact]:
    """
    Facts whose word ends a longer one: ``地块容积率`` of a parcel is its ``容积率``.

    A word of its own is no longer one: floor area that a plan does not state is not the area of its land.
    """
    if not word or word in QUANTITY_WORDS:
        return []
    return [
        fact
        for fact in facts
        if fact.dimension == number.dimension and any(word.endswith(own) for own in fact.words)
    ]
