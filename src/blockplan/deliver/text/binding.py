"""Which fact a number of a text states: by the words before it, what they are of, and its unit."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from blockplan.deliver.text.apart import is_apart, is_change
from blockplan.deliver.text.certainty import EACH as OF_EACH
from blockplan.deliver.text.certainty import MOST, Claim
from blockplan.deliver.text.excluded import LAND, is_of_a_part, is_of_others, without
from blockplan.deliver.text.facts import WORDS
from blockplan.deliver.text.fitting import choose, differing, is_land
from blockplan.deliver.text.ranges import ends_in
from blockplan.deliver.text.sentence import ScannedSentence, sentences
from blockplan.deliver.text.setting import OTHERS, Setting, becomes
from blockplan.deliver.text.strangers import is_common
from blockplan.deliver.text.subjects import goes_on_with, is_aside, subject_of
from blockplan.deliver.text.sums import sum_of
from blockplan.deliver.text.telling import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.deliver.text.facts import Fact
    from blockplan.deliver.text.lexicon import Lexicon, Token
    from blockplan.deliver.text.scan import ScannedNumber

_STOP = re.compile(r"[，,。；;、：:）)（(]")
#: What asks for something instead of stating it.
ASKS = re.compile(
    r"不低于|不少于|不小于|不高于|不大于|不超过|不得|不应|不宜|应当|宜|≥|≤|以上|以下|标准|规范|要求"
    r"|at least|at most|not exceed|not? (?:more|less|fewer) than"
    r"|\b(?:must|shall|should|standards?|requires?|required)\b"
    r"|基準|標準|べき|超えない|下回らない|必要",
    re.IGNORECASE,
)
#: So near to its beginning stands what a sentence is about.
TOPIC = 12
#: Dimensions of what is counted, which a number may state without a unit, so close behind the word.
COUNTS, CLOSE = frozenset({"person", "dwelling", "job", "parking", "bed", "place"}), 14
#: So many figures of the whole plan in a sentence say that it speaks of that.
COMPANY = 2
#: More figures than these that a number could state are too many to hold it against.
SEVERAL = 3
RESPECTIVELY = re.compile(r"分别|依次|各[为是]|それぞれ|順に|(?P<behind>\brespectively\b)", re.IGNORECASE)
#: How a sentence speaks on of the figure before.
_IT = re.compile(r"\s*(?:It|This|The plan|该值|此值|これ)")
_COMMA = re.compile("[,，、]")
_EACH = re.compile(r"人均|每人|[1１一]人当たり|[1１一]人あたり")
#: What stands before the same figure in another unit.
_AGAIN = re.compile(
    r"\s?[，,、]?\s?(?:[（(]\s?(?:折合|折算?|约合|合|即|计|or|i\.e\.)?|折合|约合|折算为?|折|合|即|相当于|すなわち"
    r"|\bor|\bthat is)\s?(?:约|約|about)?\s?",
    re.IGNORECASE,
)
#: A comma alone stands before the same area in 亩, a unit in which nothing else is said beside hectares.
_MU = re.compile(r"\s?[，,、]\s?(?:约)?\s?")
#: What joins a number to the word for what it measures.
_OF = re.compile(r"\s?of\s(?:(?:the|total|additional|new)\s)*", re.IGNORECASE)
#: What joins a figure to the next one of its kind, and a subject to its figure.
_NEXT_ONE = re.compile(r"\s?(?:[，,、;；]|\band\b|和|与)\s?(?:and\s|其中)?(?:the\s)?", re.IGNORECASE)
_HAS = re.compile(r"\s?(?:为|共?有|共计?|约|则|has|have|with|takes?|at|の)?\s?", re.IGNORECASE)
#: What stands between a class or a block and how many parcels it has, also behind figures of its land.
_COUNTED = re.compile(
    r"(?:街区|街坊|片区)?(?:\s|[:：，,（(）)]|[0-9.]+\s?(?:%|％|公顷|ha|㎡|平方米|亩)?|[共含有为内中约计总]|の|は|に|には"
    r"|地块|宗地|区画|数|个数|数量|占比?|比例|面积|規模|规划|布置|划分为?|分为|划定|共有|合计|总计|計|計画"
    r"|is (?:divided|split) into|takes|covers|comprises|contains|has|with|and|or"
    r"|of the (?:planned land|total)|per cent|hectares|in|on|a total of"
    r"|[0-9]+\s?个?(?:街坊|subblocks?)(?:[、，,和及]|以及)?)*"
)
_PARCELS_OF = re.compile(r"\s?(?:parcels?|plots?|sub-?blocks?)?\s?(?:of|in|for)\s(?:the\s)?", re.IGNORECASE)
#: What may stand behind parcels that are all of their owner's, up to what divides clauses.
_ENDS_COUNT = re.compile(
    r"\s?(?:parcels?|plots?|sub-?blocks?|地块|宗地|区画|街坊)?"
    r"\s?(?:in (?:total|all)|altogether|である|です|とする|があ[りる]|あり|から[成な][りる]|[，,]?其余不计"
    r"|を?(?:計画|配置|整備|設置)し?)?"
    r"\s?(?:[，,。；;、.：:)）（(|]|$|and\b|和|以及|面[积積]|総?計"
    r"|(?:with|on|(?:of )?which)\s(?:(?:an?|the|total|area|of|population|floor)\s)*[0-9])",
    re.IGNORECASE,
)
#: A facility's name before the bracket that says where it is; so far back it is looked for.
_NAMED = re.compile(
    r"([\u3400-\u9fff]*[馆館院室站场園园校心所]|\b[A-Z][a-z]+ [A-Z][a-z]+(?: [0-9]+)?)\s?[（(]$"
)
#: Dimensions of what facilities have: its floor area ratio and its height are the parcel's.
OF_FACILITIES = frozenset({"area", "bed", "place", "class", "person"})
LOOK_BACK = 40
#: Units that count parcels by themselves.
PARCELS = ("宗", "区画")
#: What a text counts of a block, a class or a phase -> the figure that says how many there are.
NUMBERED = {"layer:parcels/count": "/parcel_count", "layer:subblocks/count": "/subblock_count"}
#: A word for a figure of the whole plan, at the head of a sentence that does not say "this parcel" or "its".
_OF_THE_PLAN = re.compile(
    r"\s*(?:the\s|本?规划|全区)?(?:规划居住人口|规划常住人口|规划人口|常住人口|总人口|計画居住人口|計画人口|総人口"
    r"|(?:planned|resident|total) population)",
    re.IGNORECASE,
)
_PER_HECTARE = re.compile(r"每公顷(?:约|为|土地)?\s?$")


@dataclass(frozen=True, slots=True)
class Bound:
    """
    A number with the facts that it may state.

    Attributes
    ----------
    facts
        The likeliest first; none where it is bound to nothing, which `why` explains.
    named
        Whether a word names the figure.
    doubts
        How many things tell that it is of something else.
    """

    number: ScannedNumber
    facts: tuple[Fact, ...]
    why: str = "no_fact"
    named: bool = False
    doubts: int = 0

    @property
    def fact(self) -> Fact | None:
        """The fact that the number agrees with, else the likeliest; None where it is bound to nothing."""
        return next(filter(self.number.states, self.facts), next(iter(self.facts), None))


def bind(
    text: str,
    numbers: Sequence[ScannedNumber],
    lexicon: Lexicon,
    chapter: str = "",
    spoken_of: str = "",
    *,
    whole: bool = False,
) -> list[Bound]:
    """
    Bind each number of a paragraph, under the heading of its chapter, behind one that spoke of an object.

    With `whole` it stands in a line of a table that sums up the whole plan.

    The quantity is the last word for one before the number, behind the number before it; without such a
    word the unit tells it. The subject is the last that is named before the number in the sentence, else
    behind it, else in the sentence before.
    """
    found = sentences(text, numbers, lexicon, chapter, spoken_of)
    return [one for sentence in found for one in _in_company(replace(sentence, whole=whole, total=whole))]


def _in_company(sentence: ScannedSentence) -> list[Bound]:
    """Each number with what it states; two of the whole plan make those beside them of it."""
    found = _bound(sentence)
    whole = [one for one in found if one.fact and not one.fact.subjects and _is_right(one)]
    if sentence.whole or len(whole) < COMPANY or len(whole) == len(found):
        return found
    return _bound(replace(sentence, whole=True))


def _bound(sentence: ScannedSentence) -> list[Bound]:
    """Each number with what it states."""
    ranged = _ranged(sentence)
    listed = _listed(sentence) | ranged
    found: list[Bound] = []
    for at, one in enumerate(sentence.numbers):
        found.append(listed.get(one.start) or _one(sentence, at, one, found[-1] if found else None))
    found = [
        one
        if one.number.start in ranged or _is_said(sentence, one, found)
        else replace(one, doubts=max(one.doubts, 1))
        for one in found
    ]
    for at in range(1, len(found)):
        found[at] = _again(sentence, found[at], found[at - 1])
    return [one if one.doubts < MOST else replace(one, facts=()) for one in found]


def _ranged(sentence: ScannedSentence) -> dict[int, Bound]:
    """The ends of ranges that are of a class of land, or of a part of the plan."""
    return {
        end.number.start: Bound(end.number, (end.fact,), named=True, doubts=end.doubts)
        for end in ends_in(sentence)
    }


def _is_said(sentence: ScannedSentence, one: Bound, found: list[Bound]) -> bool:
    """
    Whether a number is the figure that it seems to be, beside others of its sentence that seem to be it.

    Where one states the figure rightly, another is of something else; but one that a word for it names
    is it before a later one that only has its unit: "red-line width 13 m, turning radius 15 m".
    """
    same = [each for each in found if one.fact and each.fact == one.fact]
    same = [each for each in same if not _restates(sentence, each, one)]
    right = [each for each in same if _is_right(each)]
    if one not in right:
        return not right or (one.named and not any(each.named or _before(each, one) for each in right))
    return one.named or not any(each.named and each not in right and _before(each, one) for each in same)


def _restates(sentence: ScannedSentence, here: Bound, before: Bound) -> bool:
    """Whether a figure says the one before it in another unit, which both should agree on."""
    one, other = here.number, before.number
    between = _MU if sentence.text[one.start : one.end].endswith("亩") else _AGAIN
    found = [pattern.fullmatch(sentence.text, other.end, one.start) for pattern in (_AGAIN, between)]
    return one.factor != other.factor and any(found)


def _again(sentence: ScannedSentence, here: Bound, before: Bound) -> Bound:
    """A figure that says the one before it in another unit: ``3.76公顷（56.4亩）``, ``，56.4亩``."""
    one, other = here.number, before.number
    same = before.fact is not None and one.dimension == other.dimension != "" and one.factor != other.factor
    alone = sentence.text[one.end : one.end + 1] in {*"，,。；;、）)", ""}
    if same and alone and _restates(sentence, here, before):
        return replace(before, number=one)
    return here


def _listed(sentence: ScannedSentence) -> dict[int, Bound]:
    """What ``分别为`` pairs: as many numbers behind it as quantities, or subjects, before it."""
    pairs: dict[int, Bound] = {}
    marks = [*RESPECTIVELY.finditer(sentence.text, sentence.start, sentence.end)]
    for at, mark in enumerate(marks):
        if mark["behind"]:
            numbers = [one for one in sentence.numbers if one.end <= mark.start()]
            tries = [numbers[first:] for first in range(len(numbers) - 1)]
        else:
            end = marks[at + 1].start() if at + 1 < len(marks) else sentence.end
            behind = [one for one in sentence.numbers if mark.end() <= one.start < end]
            tries = [behind[:to] for to in range(len(behind), 1, -1)]
        pairs |= next((found for row in tries if (found := _paired(sentence, row))), {})
    return pairs


def _paired(sentence: ScannedSentence, behind: list[ScannedNumber]) -> dict[int, Bound]:
    """Numbers in a row, each with its quantity or its subject of as many in a row before them."""
    if not behind:
        return {}
    lead = max((one.end for one in sentence.numbers if one.end <= behind[0].start), default=sentence.start)
    before = [one for one in sentence.words if one.end <= behind[0].start]
    quantities = [one for one in before if not one.subject and one.start >= lead]
    subjects = _row([one for one in before if one.subject and sentence.is_object(one)], sentence, len(behind))
    if len(quantities) == len(behind) > 1:
        pairs = [(subjects[-1] if subjects else sentence.carried, one) for one in quantities]
    elif len(subjects) == len(behind) > 1 and not _between(sentence, behind):
        pairs = [(one, quantities[-1] if quantities else None) for one in subjects]  # type: ignore[misc]
    else:
        return {}
    return {
        number.start: _chosen(number, choose(sentence, number, subject, quantity))
        for number, (subject, quantity) in zip(behind, pairs, strict=True)
    }


def _chosen(number: ScannedNumber, facts: tuple[Fact, ...], doubts: int = 0, *, named: bool = False) -> Bound:
    """A number with what it may state; a doubt more where that is not one figure, bound to none of many."""
    several = len(differing(facts))
    if several > SEVERAL:
        return Bound(number, (), "several")
    return Bound(number, facts, named=named, doubts=doubts + (several > 1))


def _row(subjects: list[Token], sentence: ScannedSentence, count: int) -> list[Token]:
    """The last so many subjects, where they stand in a row; else all."""
    row = subjects[-count:]
    gaps = pairwise(row)
    joined = all(_NEXT_ONE.fullmatch(sentence.text, one.end, other.start) for one, other in gaps)
    return row if joined else subjects


def _between(sentence: ScannedSentence, row: list[ScannedNumber]) -> bool:
    """Whether a word stands among numbers in a row: "各为7950平方米，建筑规模15900平方米"."""
    return any(row[0].end <= one.start < row[-1].start for one in sentence.words)


def _one(sentence: ScannedSentence, at: int, number: ScannedNumber, former: Bound | None) -> Bound:
    number = _each(sentence, number)
    return (
        _elided(sentence, number, former) or _told(sentence, number) or _stated(sentence, at, number, former)
    )


def _told(sentence: ScannedSentence, number: ScannedNumber) -> Bound | None:
    """A number that several words of its sentence tell; bound to nothing in another setting."""
    phrase = told(sentence, number)
    if phrase is None:
        return None
    setting = Setting(sentence.text[sentence.start : number.start], "", sentence.chapter, "", named=True)
    if setting.elsewhere or OTHERS.search(setting.said):
        return Bound(number, ())
    return _chosen(number, *phrase, named=True)


def _stated(sentence: ScannedSentence, at: int, number: ScannedNumber, former: Bound | None) -> Bound:
    """A number with what its word, its subject and its unit say."""
    of_several = former is not None and former.fact is not None and "+" in former.fact.bound_to
    if is_apart(sentence, number) or (of_several and number.dimension == "area/person"):
        return Bound(number, ())
    # A word goes on past a number that says by how much: "height cut by 6 m to 21 m".
    lead = next(
        (one.end for one in reversed(sentence.numbers[:at]) if not is_change(sentence, one)), sentence.start
    )
    stop = _STOP.search(sentence.text, number.end, sentence.end)
    following = sentence.numbers[at + 1].start if at + 1 < len(sentence.numbers) else sentence.end
    tail = min(stop.start() if stop else sentence.end, following)
    before = [one for one in sentence.words if one.end <= number.start]
    # The unit may be the word: "21,736 dwellings".
    behind = [one for one in sentence.words if number.start < one.start < tail]
    near = [one for one in before if one.start >= lead and not _taken(sentence, lead, one)]
    number = _of_what(sentence, number, near)
    own = [one for one in behind if _taken(sentence, number.end, one)]
    # Only English says behind a figure what it is of; else that is of the next one: "1.72haで計画区域の".
    late = [
        one
        for one in behind
        if one.start < number.end or one.word.isascii() or sentence.text[one.start - 1] in "的の"
    ]
    said = [one for one in (*own, *reversed(near), *late) if not one.subject]
    quantity = next((one for one in said if number.dimension in sentence.lexicon.dimensions[one.word]), None)
    quantity = quantity or _of_the_former(sentence, at, number)
    subject = subject_of(sentence, number, before, behind, quantity)
    quantity = _own_word(sentence, number, subject, said) or quantity or _of_floor(sentence, number, subject)
    name = _name_before(sentence, subject) if subject and number.dimension in OF_FACILITIES else ""
    if name and not is_common(name):
        return Bound(number, (), "of_unknown")
    found = _of_total(sentence, number, quantity) or _number_in(sentence, number, subject)
    found = found if found is not None else sum_of(sentence, number)
    facts = (
        found
        if found is not None
        else (
            _each_of(sentence, number, subject, quantity)
            or _existing(sentence, number, subject, quantity)
            or _of_the_plan(sentence, number, subject, quantity)
            or choose(sentence, number, subject, quantity)
        )
    )
    facts = without(sentence, number, facts)
    part = facts and facts[0].bound_to == LAND and is_of_a_part(sentence, number)
    if not facts or part or _of_a_class_within(sentence, number, subject):
        return Bound(number, ())
    asks = ASKS.search(sentence.text, lead, number.start) or ASKS.search(sentence.text, number.end, tail)
    if not facts[0].subjects and asks:
        return Bound(number, (), "asks")
    if not facts[0].subjects and any(map(sentence.is_described, before)):
        return Bound(number, ())
    if not number.states(facts[0]):
        facts = _of_all(sentence, number, quantity) or facts
    doubts = _doubts(sentence, number, facts[0], subject, quantity) + bool(name)
    if is_of_others(sentence, number, facts[0]):
        doubts = 1  # all of the plan, if the sentence does not speak of a part of it
    return _chosen(number, facts, doubts, named=quantity is not None)


def _elided(sentence: ScannedSentence, number: ScannedNumber, former: Bound | None) -> Bound | None:
    """A number that only its subject parts from the one before: "A has 960 places, B 1,200 and C 1,080"."""
    if (
        former is None
        or former.fact is None
        or not former.fact.subjects
        or number.unit not in {"", former.number.unit}
    ):
        return None
    between = [one for one in sentence.words if former.number.end <= one.start < number.start]
    own = [one for one in between if one.subject]
    alone = sentence.text[number.end : number.end + 1] in {*"，,。；;、.) ", ""}
    if len(own) != 1 or between[-1] != own[0] or not alone:
        return None
    lead = max([former.number.end, *(one.end for one in between[:-1])])
    joined = _NEXT_ONE.fullmatch(sentence.text, lead, own[0].start)
    if not (joined and _HAS.fullmatch(sentence.text, own[0].end, number.start)):
        return None
    alike = former.number
    if not number.unit:
        number = replace(
            number, dimension=alike.dimension, value=number.value * alike.factor,
            half=number.half * alike.factor, factor=alike.factor,
        )  # fmt: skip
    column = former.fact.bound_to.rpartition("/")[2]
    facts = sentence.facts(own[0])
    same = [one for one in facts if one.dimension == alike.dimension and one.bound_to.endswith("/" + column)]
    return Bound(number, tuple(same), named=True, doubts=former.doubts) if len(same) == 1 else None


def _each(sentence: ScannedSentence, number: ScannedNumber) -> ScannedNumber:
    """A number of so many on each hectare: 每公顷199人."""
    if number.dimension == "person" and _PER_HECTARE.search(sentence.text, sentence.start, number.start):
        return replace(number, dimension="person/ha")
    return number


def _doubts(
    sentence: ScannedSentence,
    number: ScannedNumber,
    fact: Fact,
    subject: Token | None,
    quantity: Token | None,
) -> int:
    """How many things tell that a number is not of its fact."""
    carried = subject is not None and subject is sentence.carried and not sentence.divided
    doubts = int(carried and not goes_on_with(sentence, number, quantity))
    # "The firm interested in X needs 3 ha"; but what a sentence begins with is its topic: "On X, 3 ha".
    late = subject is not None and subject.start - sentence.start > TOPIC
    if subject and late and quantity is None and sentence.is_object(subject) and is_aside(sentence, subject):
        doubts += 1
    return doubts + Claim(sentence, number, fact, subject, quantity).doubts


def _name_before(sentence: ScannedSentence, subject: Token) -> str:
    """What the plan lacks and stands before an object in brackets: 云溪图书馆（K-A-01）; "" for nothing."""
    lead = sentence.text[max(sentence.start, subject.start - LOOK_BACK) : subject.start]
    named = _NAMED.search(lead)
    end = subject.start - len(lead) + named.end(1) if named else -1
    known = any(one.end == end and sentence.is_one(one) for one in sentence.words)
    return named[1] if named and not known else ""


def _of_a_class_within(sentence: ScannedSentence, number: ScannedNumber, subject: Token | None) -> bool:
    """Whether a figure is of a class of land in a block, which the plan does not state: 01街区住宅用地."""
    if subject is None or _owner(sentence, subject, "/parcel_count") != "object":
        return False
    begin = max(subject.end, sentence.clause(number))
    return any(
        begin <= one.start < number.start and _owner(sentence, one, "/parcel_count") == "parcels"
        for one in sentence.words
        if one.subject
    )


def _of_total(
    sentence: ScannedSentence, number: ScannedNumber, quantity: Token | None
) -> tuple[Fact, ...] | None:
    """All the planned land, whose column of a table is headed by its area alone."""
    if not sentence.total or quantity is None or quantity.word not in WORDS["area"]:
        return None
    whole = (one for one in sentence.facts(None) if one.bound_to == LAND)
    return tuple(one for one in whole if one.dimension == number.dimension) or None


def _number_in(
    sentence: ScannedSentence, number: ScannedNumber, counted: Token | None
) -> tuple[Fact, ...] | None:
    """How many parcels or subblocks a class, a block or a phase has that is named: 住宅用地共27个地块."""
    column = _numbered(sentence, number, counted)
    if number.dimension != "count" or not column:
        return None
    text = sentence.text
    # "01街区：地块35个" and "35 parcels in block 01" are of the block.
    around = [one for one in sentence.words if one.subject and _owner(sentence, one, column)]
    before = [one for one in around if one.end <= number.start]
    behind = [one for one in around if one.start >= number.end]
    owner = before[-1] if before else None
    end = number.end
    if owner is None or not _COUNTED.fullmatch(text, owner.end, number.start):
        owner = behind[0] if behind and _PARCELS_OF.fullmatch(text, number.end, behind[0].start) else None
        end = owner.end if owner else end
    if owner is None:
        # "住宅以二类城镇住宅用地为主，共27个地块" says with other words that they are of that.
        own = (fact for one in reversed(before) for fact in sentence.facts(one))
        counts = (one for one in own if one.bound_to.endswith(column) and number.states(one))
        return tuple(counts)[:1] or None
    # Of a class in a block, and of "3 parcels for housing", the plan's figures say nothing.
    owners = [*before, *(one for one in behind if one.end <= end), sentence.carried]
    owners += sentence.lexicon.tokens(sentence.chapter)
    parts = {_owner(sentence, one, column) for one in owners if one} - {""}
    if len(parts) > 1 or not _ENDS_COUNT.match(text, end):
        return ()
    facts = sentence.facts(owner)
    return tuple(one for one in facts if one.bound_to.endswith(column))[:1] or None


def _numbered(sentence: ScannedSentence, number: ScannedNumber, counted: Token | None) -> str:
    """The figure that says how many there are of what a number counts, by the nearest word; "" for none."""
    kinds = [one for one in (*sentence.words, counted) if one is not None and one.subject]
    near = [one for one in kinds if sentence.clause(number) <= one.start < number.end + CLOSE]
    for one in sorted(near, key=lambda one: (one.start < number.end, abs(one.start - number.end))):
        of = {fact.bound_to for fact in sentence.facts(one)}
        if len(of) == 1 and (column := NUMBERED.get(*of)):
            return column
    return "/parcel_count" if number.unit.endswith(PARCELS) else ""


def _owner(sentence: ScannedSentence, token: Token, column: str) -> str:
    """Of what kind that is of which so many are counted: an object, a class of land, a phase; "" for none."""
    if sentence.is_kind(token):
        return ""
    found = (one.bound_to for one in sentence.facts(token) if one.bound_to.endswith(column))
    return next((re.split("[:/]", one)[0 if one.startswith("object:") else 1] for one in found), "")


def _each_of(
    sentence: ScannedSentence, number: ScannedNumber, subject: Token | None, quantity: Token | None
) -> tuple[Fact, ...]:
    """What each facility of a kind has, where all have the same: 小学2所，每所用地2.6公顷."""
    if subject is None or not OF_EACH.search(sentence.text[sentence.clause(number) : number.start]):
        return ()
    kinds = {"place", "bed"} if number.dimension == "count" else {number.dimension}
    facts = [one for one in sentence.facts(subject) if "/each_" in one.bound_to]
    return tuple(
        one for one in facts if one.dimension in kinds and (quantity is None or quantity.word in one.words)
    )


def _existing(
    sentence: ScannedSentence, number: ScannedNumber, subject: Token | None, quantity: Token | None
) -> tuple[Fact, ...]:
    """What there is now of a class of land, where the sentence speaks of that; by a heading alone either."""
    if subject is None or (quantity and not {quantity.word} & {*WORDS["area"], *WORDS["share"]}):
        return ()
    facts = [one for one in sentence.facts(subject) if one.dimension == number.dimension]
    now = [one for one in facts if "/existing_" in one.bound_to]
    said, behind = sentence.text[sentence.part(number) : number.start], sentence.text[number.end :]
    setting = Setting(said, behind, sentence.chapter, "", named=False)
    if not now or not (setting.now or setting.past):
        return ()
    return (*now, *(one for one in facts if not setting.now and "/planned_" in one.bound_to))


def _of_all(sentence: ScannedSentence, number: ScannedNumber, quantity: Token | None) -> tuple[Fact, ...]:
    """What the whole plan, or all facilities of a kind, have of just this number, behind one that has not."""
    kinds = [one.word for one in sentence.words if one.subject] if number.dimension != "count" else []
    facts = [
        fact
        for word in ("", *kinds)
        for fact in sentence.lexicon.by_subject.get(word, [])
        if not word or fact.bound_to.startswith("table:facilities/")
    ]
    return tuple(
        fact
        for fact in facts
        if fact.dimension == number.dimension
        and not fact.asked
        and (quantity.word in fact.words if quantity else fact.subjects)
        and number.states(fact)
    )[:1]


def _of_the_plan(
    sentence: ScannedSentence, number: ScannedNumber, subject: Token | None, quantity: Token | None
) -> tuple[Fact, ...]:
    """The plan's figure where a sentence begins with a word for it, and that of the object before is said."""
    if quantity is None or subject is None or subject is not sentence.carried or sentence.divided:
        return ()
    own = (one for one in sentence.facts(subject) if one.dimension == number.dimension)
    if number.dimension not in sentence.stated or any(map(number.states, own)):
        return ()
    begins = _OF_THE_PLAN.fullmatch(sentence.text, sentence.start, quantity.end)
    return choose(sentence, number, None, quantity) if begins else ()


def _own_word(
    sentence: ScannedSentence, number: ScannedNumber, subject: Token | None, said: list[Token]
) -> Token | None:
    """The first word that names a figure of this dimension of the subject itself, or of the whole plan."""
    facts = sentence.facts(subject)
    words = {word for fact in facts if fact.dimension == number.dimension for word in fact.words}
    return next((one for one in said if one.word in words), None)


def _of_floor(sentence: ScannedSentence, number: ScannedNumber, subject: Token | None) -> Token | None:
    """The word for floor of which a class has a share: "Floor totals 5.94 million m². Industry has 1.09"."""
    words = [one for one in sentence.words if not one.subject and one.end <= number.start]
    words = [one for one in words if number.dimension in sentence.lexicon.dimensions[one.word]]
    word = words[-1] if words else sentence.carried_word
    land = subject is None or sentence.is_one(subject) or is_land(number)
    return word if word and number.dimension == "area" and not land and word.word in WORDS["floor"] else None


def _of_the_former(sentence: ScannedSentence, at: int, number: ScannedNumber) -> Token | None:
    """The word of the figure before, where a number is what becomes of it: 320％を203％に改める."""
    start = sentence.numbers[at - 1].end if at else sentence.start
    words = [one for one in sentence.words if not one.subject and one.start < number.start]
    if not becomes(sentence.text, start, number) or (words and words[-1].start >= start):
        return None
    last = (
        words[-1] if words else sentence.carried_word if at == 0 and _IT.match(sentence.text, start) else None
    )
    return last if last and number.dimension in sentence.lexicon.dimensions[last.word] else None


def _taken(sentence: ScannedSentence, end: int, word: Token) -> bool:
    """Whether a word says what the number before it measures: ``5,200 m2 of floor area``."""
    between = sentence.text[end : word.start]
    if end <= sentence.start or between.strip():
        return end > sentence.start and _OF.fullmatch(between) is not None
    return word.word.startswith("of ")


def _of_what(sentence: ScannedSentence, number: ScannedNumber, near: list[Token]) -> ScannedNumber:
    """A number without a unit counts what stands right before it: ``a population of 50,000``."""
    if number.dimension == "area" and _EACH.search(sentence.text, sentence.clause(number), number.start):
        return replace(number, dimension="area/person")
    if number.dimension == "person" and near and sentence.lexicon.dimensions.get(near[-1].word) == {"job"}:
        return replace(number, dimension="job")
    counted = not number.dimension or number.unit.endswith("个")
    counted = counted or (number.dimension == "count" and not number.unit)
    word = near[-1] if near and counted and number.half >= 0.5 else None
    if word is None or word.subject or number.start - word.end > CLOSE:
        return number
    # "3 parcels for homes, 3 for shops": a comma parts them.
    if _COMMA.search(sentence.text, word.end, number.start):
        return number
    kinds, own = sentence.lexicon.dimensions[word.word], word.word in WORDS["parcel_count"]
    return replace(number, dimension=min(kinds)) if kinds and (kinds <= COUNTS or own) else number


def _before(one: Bound, other: Bound) -> bool:
    return one.number.start < other.number.start


def _is_right(one: Bound) -> bool:
    """Whether a number says what its fact is."""
    return any(map(one.number.states, one.facts))
