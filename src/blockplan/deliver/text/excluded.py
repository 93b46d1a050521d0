"""What a text leaves out of a figure: 共39个地块（不含道路用地）, "39 parcels (excluding road land)"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blockplan.deliver.text.facts import Fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.deliver.text.scan import ScannedNumber
    from blockplan.deliver.text.sentence import ScannedSentence

_EXCLUDES = re.compile(
    r"(?:不含|不包[括含]|[未不]计入|扣除|剔除|除(?:去|了|开)?"
    r"|\b(?:excluding|not (?:counting|including)|without|except(?: for)?|other than|apart from)\s)"
    r"(?P<what>[^，,。；;（()）0-9]+?)\s?(?:[以之在]?外|(?=[.，,。；;）)]|$|共|\sthere\b))"
    r"|(?P<ja>[^，,、。；（(0-9]+)(?:を(?:除[くいきけ]|含ま[なず])|以外の)",
    re.IGNORECASE,
)
#: What the classes are part of: 計画区域のうち道路用地を除く.
_WHOLE = re.compile(r".*(?:うち|[はがで])")
#: A phase or a part of the plan, whose parcels are not all.
_PART = re.compile(
    r"[近中远一二三四五六0-9]期|街坊|街区|片区|组团|地区|ブロック|\b(?:phase|block|area)\b", re.IGNORECASE
)
#: All parcels but those of the classes right before their number: 道路用地を除く39区画.
_OTHERS = re.compile(r"(?:を(?:除[くいきけたば]+|含ま(?:ない|ず))|以外[の的])(?:残りの|全て?の?|计|共)?$")
_PARCELS = re.compile(r"[\d,]+\s?(?:个?地块|宗地|区画)")
#: Parcels with their number, whose area is told next.
_AREA = re.compile(
    _PARCELS.pattern + r"[的の]?(?:用地|敷地)?[总総合]?(?:面[积積]|计|計)?[合]?(?:共?[为是约は]|共)?"
)
#: Behind a figure and what it counts: a bracket, or what a comma divides.
_BEHIND = re.compile(r"[^，,。；;（(0-9]{0,24}[（(，,]\s?")
_AND = re.compile(r"、|和|与|及|以及|及び|と|,|\band\b", re.IGNORECASE)
#: What may follow the name of a class: 道路地块, "road parcels".
_KIND = re.compile(r"^(?:the|all)\s|(?:的?地块|の?区画|\s(?:parcel|plot)s?|(?<=[a-z])s)$", re.IGNORECASE)
#: Whole -> end of what a fact of one class of land is bound to, that it is the sum of; column of the rest.
LAND = "measure:land_balance"
_SUMS = {"layer:parcels/count": ("/parcel_count", "count"), LAND: ("/planned_ha", "area")}
#: What tells around an area that it is of a part of the planned land, or of what lies on it.
_PHASE = re.compile(
    r"[一二三四近中远首遠前後]期(?![间間限])|起步区|先行区|第[一二三四0-9]+段階|\b(?:phases?|stages?)\b",
    re.IGNORECASE,
)
_OF_THING = re.compile(
    r"\s?(?:of\s(?!(?:the\s|its\s)?(?:planned\s|total\s|urban\s)?(?:land|ground|territory)\b)"
    r"|(?:for|as|with|reserved|set aside|along|to be|within|[a-z]+\s(?:along|beside))\b"
    r"|的(?!规划|用地|范围|土地|区域|城)|の(?!土地|区域|範囲|計画|面積|市街|地区)|を(?!計画|対象|区域|範囲)|用于|作为|作|(?:为|為)(?!规划|计划))",
    re.IGNORECASE,
)
#: Kinds of things whose area stands within all of the land: 规划范围内公园12公顷, 計画区域内の公園.
_WITHIN = re.compile(r"(?:范围|区域|計画|规划区)(?:之?内|のうち)[^，,、。0-9]*$")


def without(sentence: ScannedSentence, number: ScannedNumber, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """
    The facts of a number less what its sentence leaves out of it.

    Of all parcels and of all land the rest is counted where classes of land are left out. A count of
    anything else is of something else then.
    """
    said = _excluded(sentence, number)
    if not (said and facts):
        return facts
    if (rest := _rest(sentence, facts[0], said)) is not None:
        return rest
    # What is left out of a figure is not what it is of: 公園緑地を除く全7区画の面積.
    of_it = [one.bound_to for name in _AND.split(said) for one in _facts_of(sentence, name.strip())]
    of_others = number.dimension == "count" or facts[0].bound_to in _SUMS
    return () if of_others or facts[0].bound_to in of_it else facts


def is_of_others(sentence: ScannedSentence, number: ScannedNumber, fact: Fact) -> bool:
    """
    Whether a number counts all parcels of the plan but those of the classes right before it.

    A sentence that names a block, a phase or anything else than these classes may count the parcels of that.
    """
    left_out = _excluded(sentence, number)
    before = (one for one in sentence.words if one.subject and one.end <= number.start)
    part = _PART.search(sentence.text, sentence.start, number.start)
    if part or any(one.word not in left_out for one in before):
        return False
    behind = _OTHERS.search(sentence.text, sentence.start, number.start)
    parcels = _PARCELS.match(sentence.text, number.start)
    return fact.bound_to.startswith("layer:parcels/-") and None not in (behind, parcels)


def is_of_a_part(sentence: ScannedSentence, number: ScannedNumber) -> bool:
    """Whether an area is of a phase, or of what stands behind it: "The plan covers 12 ha of new parks"."""
    comma = re.compile("[，,、;；。]").search(sentence.text, number.end, sentence.end)
    end = comma.start() if comma and sentence.numbers[-1].start > comma.start() else sentence.end
    return bool(
        _PHASE.search(sentence.text, sentence.clause(number), end)
        or _OF_THING.match(sentence.text, number.end)
        or _WITHIN.search(sentence.text, sentence.clause(number), number.start)
    )


def _excluded(sentence: ScannedSentence, number: ScannedNumber) -> str:
    """What is left out of a number; "" where nothing is."""
    text, behind = sentence.text, _BEHIND.match(sentence.text, number.end, sentence.end)
    found = _EXCLUDES.match(text, behind.end(), sentence.end) if behind else None
    if found is None:
        before = [one for one in sentence.numbers if one.end <= number.start]
        if before and _AREA.fullmatch(text, before[-1].start, number.start):
            before.pop()
        lead = max((one.end for one in before), default=sentence.start)
        found = _EXCLUDES.search(text, lead, number.start)
    return (found["what"] or _WHOLE.sub("", found["ja"])).strip() if found else ""


def _rest(sentence: ScannedSentence, whole: Fact, said: str) -> tuple[Fact, ...] | None:
    """The whole less the classes of land that are named; None where that cannot be counted."""
    if whole.bound_to not in _SUMS:
        return None
    end, column = _SUMS[whole.bound_to]
    left_out: dict[str, Fact] = {}
    for name in filter(None, (one.strip() for one in _AND.split(said))):
        own = (fact for fact in _facts_of(sentence, name) if fact.bound_to.endswith(end))
        if (fact := next(own, None)) is None:
            return None
        left_out[fact.bound_to.split("/")[1]] = fact
    codes = [code for code in left_out if not any(code != one and code.startswith(one) for one in left_out)]
    amount = whole.amounts[0] - sum(left_out[code].amounts[0] for code in codes)
    bound_to = f"layer:parcels/-{'-'.join(codes)}/{column}"
    return (Fact(bound_to, whole.subjects, whole.words, whole.dimension, (amount,)),)


def _facts_of(sentence: ScannedSentence, name: str) -> Iterator[Fact]:
    """What the plan knows of a class of land, by its name or that of its parcels."""
    stem = _KIND.sub("", _KIND.sub("", name))
    for word in (name, stem, f"{stem}用地", f"{stem} land"):
        yield from sentence.lexicon.facts_of(word)
