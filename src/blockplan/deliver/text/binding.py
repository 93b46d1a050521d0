"""Which fact a number of a text states: by the words before it, what they are of, and its unit."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from blockplan.deliver.text.certainty import Disagreement, goes_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blockplan.deliver.text.facts import Fact
    from blockplan.deliver.text.lexicon import Lexicon, Token
    from blockplan.deliver.text.scan import ScannedNumber

#: An English sentence ends at a full stop before a capital or a number: ``No. 3`` and ``1.8`` go on.
_SENTENCE = re.compile(
    r"(?:[^。；;！？!?\n.]|\.(?!\s+[A-Z0-9])|(?<=\b[Nn]o)\.|(?<=\b[Nn]os)\.|(?<=\b[Ff]ig)\.|(?<=\b[Aa]rt)\.|(?<=\bca)\."
    r"|(?<=\b[Ss]ec)\.|(?<=\bsq)\.|(?<=\bapprox)\.)*(?:[。；;！？!?\n]|\.(?=\s))?"
)
_MEASURED = re.compile(r"\s(?:kilo|centi|milli)?met(?:re|er)s?\b|\s(?:km|m|feet|miles?)\b", re.IGNORECASE)
_STOP = re.compile(r"[，,。；;、：:）)（(]")
#: What asks for something instead of stating it.
ASKS = re.compile(
    r"不低于|不少于|不小于|不高于|不大于|不超过|不得|不应|不宜|应当|宜|≥|≤|以上|以下|标准|规范|要求"
    r"|at least|at most|not exceed|not? (?:more|less|fewer) than"
    r"|\b(?:must|shall|should|standards?|requires?|required)\b"
    r"|基準|標準|べき|超えない|下回らない|必要",
    re.IGNORECASE,
)
#: Dimensions of what is counted, which a number may state without a unit, so close behind the word.
COUNTS, CLOSE = frozenset({"person", "dwelling", "job", "parking", "bed", "place"}), 14
#: How an English sentence begins that names its subject behind its figures.
INVERTED = re.compile(
    r"\s*(?:with|on|at|having|offering|covering|measuring)\s(?!parcel|block|subblock|plot)", re.IGNORECASE
)
#: Facts whose values differ by less than this share say the same.
SAME = 1e-3
RESPECTIVELY = re.compile(r"分别|それぞれ|(?P<behind>\brespectively\b)", re.IGNORECASE)
_BESIDE = re.compile(
    r"(?:位于|属于|毗邻|邻近|临近|东至|南至|西至|北至|沿|为|在|隶属|是)(?:地块)?$"
    r"|\b(?:in|on|within|at|inside|along|beside|near|next to|adjacent to|opposite|"
    r"(?:north|south|east|west) of|is|are|for|as|belongs to|part of)\s(?:the\s)?"
    r"(?:parcel\s|block\s|subblock\s|plot\s)?$",
    re.IGNORECASE,
)
#: What Japanese says behind a place or a use that is not spoken of itself.
_PLACED = re.compile(
    r"(?:区画|街区|街坊)?(?:内?に(?:位置|設置|立地|配置|整備|ある|所在|面|隣接|計画)|内の|沿いに|として|とし|で、|であり)"
)
#: What a clause tells of somebody asked, or of another plan: not of this one.
_OTHERS = re.compile(
    r"问卷|受访|调查|访谈|抽样|原控规|原方案|原规划|原批|上版|旧版|上一版|现行规划|此前|アンケート|調査|回答|従前|旧計画|前回"
    r"|\b(?:survey(?:ed)?|questionnaires?|respondents?|interview(?:s|ed)?|poll|asked|former(?:ly)?|previous(?:ly)?"
    r"|old plan|earlier plan|until now)\b",
    re.IGNORECASE,
)
_BECOMES = re.compile(r"调整[为至到]|[改变]更?为|[降增][至为到]|提高[至到]|\bto\b|から")
_EACH = re.compile(r"人均|每人|[1１一]人当たり|[1１一]人あたり")
#: A number behind these, or before them, is by how much something changes, not what it is.
_BY = re.compile(
    r"(?:提高|增加|增长|增幅|下浮|上浮|拓宽|减少|降低|下降|下调|上调|上升|提升|减小|扩大|缩小|压缩|核减|核增|高出|多出)(?:了|约|近|达)*\s?$"
    r"|\b(?:ris(?:e|es|en|ing)|rose|grow[ns]?|grew|increased?s?|f[ae]ll(?:s|en)?|declin(?:e|ed|es)|reduced?|cut|lowered|raised|"
    r"up|down|exceeds?|higher|lower|more|less|gain(?:s|ed)?|los[te](?:s)?)\s(?:by|of)\s(?:about\s|some\s|around\s)?$",
    re.IGNORECASE,
)
#: What something was before it became what stands behind: "由2.8核减为2.1", "2.8から2.1に".
_FROM = re.compile(
    r"(?:由|从|自)(?:原|现)?(?:有|状|行)?(?:的)?\s?$|\bfrom\s(?:about\s|some\s)?$", re.IGNORECASE
)
_TO = re.compile(
    r"\s?(?:[^\s，,。；;、0-9]{0,6}?(?:至|为|到|成)\s?约?|to\s(?:about\s|some\s)?)[0-9]", re.IGNORECASE
)
_FROM_BEHIND = re.compile(r"(?:から|より)")
#: What speaks of a part of what stands before it.
_OF_WHICH = re.compile(r"其中|うち|\b(?:of which|of them|of these|including)\b", re.IGNORECASE)
#: Parts of a street, and distances along it.
_PART_OF_SITE = re.compile(
    r"地下|操场|运动场|活动场地|首层|校庭|運動場"
    r"|\b(?:playgrounds?|basements?|underground|below ground|levels? of|yards?)\b",
    re.IGNORECASE,
)
#: What a share is of: all land.
_OF_LAND = re.compile(
    r"(?:用地|面积|范围|区域|全体|全域|面積)(?:的|の)?(?:比例|比重|割合)?(?:约|为|約|は)?\s?$"
)
#: What may stand before the quantity in a clause that goes on with the object of the sentence before.
_GOES_ON = re.compile(
    r"(?:\s|其中?|该|本|此|同|地块|宗地|区画|敷地|规划|計画|计容|控制|地上|总|新建|建筑|建築物?|按|则|并|且|及|和|与|为|应|的|内|上|"
    r"の|は|で|と|また|なお|、|\.|\b(?:and|but|with|at|on|in|to|of|for|the|its|their|a|an|is|are|has|have|it|this|that|"
    r"parcel|site|plot|may|must|can|will|shall|should|be|up|most|least|maximum|minimum|total|planned|there|also|"
    r"building|buildings|homes|houses|new|not|exceed|more|than|about|some|around|limit|set|reach|reaches|"
    r"allowed|permitted|holds?|offers?|provides?|takes?|gets?|comes?|rises?|s)\b)*",
    re.IGNORECASE,
)
_CLAUSE = ",，、;；:：。\n"
_PARTS = (
    r"(?:人行道|非机动车道|机动车道|车道|绿化带|隔离带|分隔带|退界|间距|行道树|路面|建筑退让|后退|退线"
    r"|歩道|車道|車線|植樹帯|自転車道|中央分離帯|間隔|セットバック"
    r"|\b(?:lanes?|sidewalks?|footways?|pavements?|cycle (?:track|path|lane)s?|verges?|medians?|trees|every"
    r"|spaced|setbacks?|set back)\b)"
)
#: Buildings that stand already, and the thing that a length is said of: "高さ15mの工場", "4.5米净空".
_KEPT = re.compile(
    r"保留|现有|既有|现存|现状|既存|有効高|净空|净高|\b(?:existing|kept|retained|standing)\b", re.IGNORECASE
)
_THING_BEHIND = re.compile(
    r"の(?!高さ|幅|範囲|建築|建物|まま)|\s?(?:净空|净高)|\s(?:high|tall),?\s(?:is|are|stays?|remains?)\b"
)
_PART = re.compile(_PARTS, re.IGNORECASE)
_PART_BEHIND = re.compile(
    r"\s?(?:宽|wide|の)?(?:的)?\s?(?:(?!(?:with|and|plus|beside|between)\b)\w+\s)?" + _PARTS, re.IGNORECASE
)
_CHANGED = re.compile(
    r"\s?(?:上调|下调|调整|提高|提升|降低|降至|压缩)"
    r"|\s(?:more|less|higher|lower|fewer|larger|smaller)\b"
    r"|\s(?:below|above|over)\s(?:the\s)?(?:standard|average|norm|limit|today|existing|present|that|what|it)\b"
    r"|\s?(?:多い|少ない|高い|低い|増|減)"
    r"|\s?(?:分|ポイント)?(?:を|ほど|程度)?(?:引き?[上下]げ|上乗せ|増や|増加|減ら|減少|縮小|拡大|上回|下回る|広げ|拡げ|狭め|延ば)"
)
FLOOR, _LAND_UNIT = (
    "floor_area_m2",
    re.compile(r"-?(?:公顷|hm|ha|hectare|ヘクタール|平方公里|平方千米|km|㎢|sq)", re.IGNORECASE),
)
KILOMETRE = 1e3
#: What stands before the same figure in another unit.
_AGAIN = re.compile(
    r"\s?[，,、]?\s?(?:[（(]\s?(?:折合|约合|合|即|计|or|i\.e\.)?|折合|约合|折算为?|合|即|相当于|すなわち"
    r"|\bor|\bthat is)\s?(?:约|約|about)?\s?",
    re.IGNORECASE,
)
#: What joins a number to the word for what it measures.
_OF = re.compile(r"\s?of\s(?:(?:the|total|additional|new)\s)*", re.IGNORECASE)
_HYPHENED = re.compile(r"[0-9]-[a-z]+$", re.IGNORECASE)
#: What may stand between a figure without a word and the object, or the figure with a unit, before it.
_NEXT = re.compile(r"(?:号?地块|区画)?[\s，,、：:；;（(/|]*")
#: A number that goes on in words is of what they say: ``1.5 times as high``.
_WORD = re.compile(r"\s*[^\W\d_]")
#: So far back an English sentence says where something is.
_LOOK_BACK = 28


@dataclass(frozen=True, slots=True)
class Bound:
    """A number with the fact that it states; None, and why, where none is found; `named` by a word for it."""

    number: ScannedNumber
    fact: Fact | None
    why: str = ""
    named: bool = False


def bind(text: str, numbers: Sequence[ScannedNumber], lexicon: Lexicon, chapter: str = "") -> list[Bound]:
    """
    Bind each number of a paragraph, under the heading of its chapter.

    The quantity is the last word for one before the number, behind the number before it; without such a
    word the unit tells it. The subject is the last that is named before the number in the sentence, else
    behind it, else in the sentence before.
    """
    tokens = lexicon.tokens(text)
    bound: list[Bound] = []
    carried: Token | None = None
    for match in _SENTENCE.finditer(text):
        own = [one for one in numbers if match.start() <= one.start < match.end()]
        words = [one for one in tokens if match.start() <= one.start < match.end()]
        # "Square" is a class of land, and no subject in "86 square kilometres".
        words = [one for one in words if not (one.subject and _measures(text, one, own))]
        sentence = _Sentence(text, match.start(), match.end(), own, words, carried, lexicon, chapter)
        bound += sentence.bound()
        carried = sentence.topic or carried
    return bound


def _measures(text: str, word: Token, numbers: Sequence[ScannedNumber]) -> bool:
    """Whether a word is of a unit: that of a number, or of one behind it."""
    return _MEASURED.match(text, word.end) is not None or any(
        one.start < word.start < one.end for one in numbers
    )


@dataclass(frozen=True)
class _Sentence:
    text: str
    start: int
    end: int
    numbers: list[ScannedNumber]
    words: list[Token]
    carried: Token | None
    lexicon: Lexicon
    chapter: str

    @property
    def topic(self) -> Token | None:
        """The first object that the sentence speaks of; None where it speaks of none."""
        return next((one for one in self.words if one.subject and self._object(one)), None)

    def bound(self) -> list[Bound]:
        """Each number with what it states."""
        listed = self._listed()
        found = [listed.get(one.start) or self._one(at, one) for at, one in enumerate(self.numbers)]
        found = [
            one if self._is_said(one, found) else replace(one, fact=None, why="several") for one in found
        ]
        return [*found[:1], *(self._again(one, before) for before, one in pairwise(found))]

    def _is_said(self, one: Bound, found: list[Bound]) -> bool:
        """
        Whether a number is the figure that it seems to be, beside others of its sentence that seem to be it.

        Where one states the figure rightly, another is of something else; but one that a word for it names
        is it before a later one that only has its unit: "red-line width 13 m, turning radius 15 m".
        """
        same = [each for each in found if one.fact and each.fact == one.fact]
        right = [each for each in same if _is_right(each)]
        if one not in right:
            return not right or (one.named and not any(each.named or _before(each, one) for each in right))
        return one.named or not any(each.named and each not in right and _before(each, one) for each in same)

    def _again(self, here: Bound, before: Bound) -> Bound:
        """A figure that says the one before it in another unit: ``3.76公顷（56.4亩）``, ``折合56.4亩``."""
        one, other = here.number, before.number
        same = (
            before.fact is not None and one.dimension == other.dimension != "" and one.factor != other.factor
        )
        alone = self.text[one.end : one.end + 1] in {*"，,。；;、）)", ""}
        if same and alone and _AGAIN.fullmatch(self.text, other.end, one.start):
            return Bound(one, before.fact)
        return here

    def _listed(self) -> dict[int, Bound]:
        """What ``分别为`` pairs: as many numbers behind it as quantities, or subjects, before it."""
        found = RESPECTIVELY.search(self.text, self.start, self.end)
        if found is None:
            return {}
        if found["behind"]:
            numbers = [one for one in self.numbers if one.end <= found.start()]
            tries = [numbers[at:] for at in range(len(numbers) - 1)]
        else:
            tries = [[one for one in self.numbers if one.start >= found.end()]]
        return next((pairs for behind in tries if (pairs := self._paired(behind))), {})

    def _paired(self, behind: list[ScannedNumber]) -> dict[int, Bound]:
        """Numbers in a row, each with its quantity or its subject of as many in a row before them."""
        if not behind:
            return {}
        lead = max((one.end for one in self.numbers if one.end <= behind[0].start), default=self.start)
        before = [one for one in self.words if one.end <= behind[0].start]
        quantities = [one for one in before if not one.subject and one.start >= lead]
        subjects = [one for one in before if one.subject and self._object(one)]
        if len(quantities) == len(behind) > 1:
            pairs = [(subjects[-1] if subjects else self.carried, one) for one in quantities]
        elif len(subjects) == len(behind) > 1:
            pairs = [(one, quantities[-1] if quantities else None) for one in subjects]  # type: ignore[misc]
        else:
            return {}
        return {
            number.start: Bound(number, *self._choose(number, subject, quantity))
            for number, (subject, quantity) in zip(behind, pairs, strict=True)
        }

    def _changes(self, number: ScannedNumber) -> bool:
        """Whether a number is by how much something changes, or what it was before."""
        before = self.text[max(self.start, number.start - _LOOK_BACK) : number.start]
        was = _FROM.search(before) and _TO.match(self.text, number.end)
        return bool(
            was
            or _BY.search(before)
            or _CHANGED.match(self.text, number.end)
            or _FROM_BEHIND.match(self.text, number.end)
        )

    def _clause(self, number: ScannedNumber) -> int:
        """Where the clause of a number begins."""
        return max(self.start, *(self.text.rfind(sign, self.start, number.start) + 1 for sign in _CLAUSE))

    def _of_a_part(self, number: ScannedNumber) -> bool:
        """Whether a length is of a part of a street or of what stands along it, an area of one of a site."""
        before = self.text[self._clause(number) : number.start]
        if number.dimension == "area":
            return _PART_OF_SITE.search(before) is not None
        if number.dimension != "length":
            return False
        return bool(
            _PART.search(before)
            or _PART_BEHIND.match(self.text, number.end)
            or _KEPT.search(re.split("[0-9]", before)[-1])
            or self._of_a_thing(number)
        )

    def _of_which(self, number: ScannedNumber) -> bool:
        """Whether a number is of a part that no word names: ``其中已出让3.4公顷``."""
        found = _OF_WHICH.search(self.text, self._clause(number), number.start)
        return found is not None and not any(found.end() <= one.start < number.start for one in self.words)

    def _of_a_thing(self, number: ScannedNumber) -> bool:
        """Whether a length is said of the thing behind it, which is no object of the plan."""
        found = _THING_BEHIND.match(self.text, number.end)
        return found is not None and all(one.start != found.end() for one in self.words if one.subject)

    def _one(self, at: int, number: ScannedNumber) -> Bound:
        clause = self.text[self._clause(number) : number.start]
        if (
            self._changes(number)
            or self._of_a_part(number)
            or self._of_which(number)
            or _OTHERS.search(_BECOMES.split(clause)[-1])
        ):
            return Bound(number, None, "no_fact")
        # A word goes on past a number that says by how much: "height cut by 6 m to 21 m".
        lead = next((one.end for one in reversed(self.numbers[:at]) if not self._changes(one)), self.start)
        stop = _STOP.search(self.text, number.end, self.end)
        following = self.numbers[at + 1].start if at + 1 < len(self.numbers) else self.end
        tail = min(stop.start() if stop else self.end, following)
        before = [one for one in self.words if one.end <= number.start]
        # The unit may be the word: "21,736 dwellings".
        behind = [one for one in self.words if number.start < one.start < tail]
        near = [one for one in before if one.start >= lead and not self._taken(lead, one)]
        number = self._of_what(number, near)
        own = [one for one in behind if self._taken(number.end, one)]
        # Only English says behind a figure what it is of; else that is of the next one: "1.72haで計画区域の".
        late = [
            one
            for one in behind
            if one.start < number.end or one.word.isascii() or self.text[one.start - 1] in "的の"
        ]
        said = [one for one in (*own, *reversed(near), *late) if not one.subject]
        quantity = next((one for one in said if number.dimension in self.lexicon.dimensions[one.word]), None)
        subject = self._subject(number, before, behind, quantity)
        quantity = self._own_word(number, subject, said) or quantity
        fact, why = self._choose(number, subject, quantity)
        asks = ASKS.search(self.text, lead, number.start) or ASKS.search(self.text, number.end, tail)
        if fact is not None and not fact.subjects and asks:
            return Bound(number, None, "asks")
        if fact is not None and not fact.subjects and any(map(self._described, before)):
            return Bound(number, None, "no_fact")
        fits = fact is None or any(map(number.fits, fact.amounts))
        if fact is not None and not fits and not self._certain(number, fact, subject, quantity):
            return Bound(number, None, "no_fact")
        return Bound(number, fact, why, named=quantity is not None)

    def _certain(
        self, number: ScannedNumber, fact: Fact, subject: Token | None, quantity: Token | None
    ) -> bool:
        """Whether a number that does not fit its fact contradicts it."""
        if subject is not None and subject is self.carried and not self._divided:
            # A unit alone reaches no sentence back.
            if quantity is None or quantity.start > number.start:
                return False
            spans = [(one.start, one.end) for one in self.numbers]
            spans += [(one.start, one.end) for one in self.words if not one.subject]
            if not goes_on(self.text, self.start, spans, quantity.start, _GOES_ON):
                return False
        clause = self._clause(number)
        named = [one for one in self.words if one.subject and not self._general(one)]
        return Disagreement(
            self.text, self.start, clause, self.end, number, fact, subject, quantity, named,
            self.words, self.numbers, self.chapter,
        ).certain  # fmt: skip

    def _general(self, token: Token) -> bool:
        """Whether a word names a kind of thing that a plan has many of: parcels, blocks, areas."""
        facts = self.lexicon.by_subject.get(token.word, [])
        return bool(facts) and all(fact.bound_to.startswith("layer:") for fact in facts)

    @property
    def _divided(self) -> bool:
        """Whether a ; alone parts the sentence from the one before."""
        return self.text[: self.start].rstrip().endswith((";", "；"))

    def _own_word(self, number: ScannedNumber, subject: Token | None, said: list[Token]) -> Token | None:
        """The first word that names a figure of this dimension of the subject itself."""
        facts = self.lexicon.by_subject.get(subject.word, []) if subject else []
        words = {word for fact in facts if fact.dimension == number.dimension for word in fact.words}
        return next((one for one in said if one.word in words), None)

    def _taken(self, end: int, word: Token) -> bool:
        """Whether a word says what the number before it measures: ``5,200 m2 of floor area``."""
        between = self.text[end : word.start]
        if end <= self.start or between.strip():
            return end > self.start and _OF.fullmatch(between) is not None
        # "3 ha of land", "the 0.6-hectare site".
        return word.word.startswith("of ") or _HYPHENED.search(self.text, self.start, end) is not None

    def _of_what(self, number: ScannedNumber, near: list[Token]) -> ScannedNumber:
        """A number without a unit counts what stands right before it: ``a population of 50,000``."""
        if number.dimension == "area" and _EACH.search(self.text, self._clause(number), number.start):
            return replace(number, dimension="area/person")
        counted = not number.dimension or number.unit.endswith("个")
        counted = counted or (number.dimension == "count" and not number.unit)
        word = near[-1] if near and counted and number.half >= 0.5 else None
        if word is None or word.subject or number.start - word.end > CLOSE:
            return number
        kinds = self.lexicon.dimensions[word.word]
        return replace(number, dimension=min(kinds)) if kinds and kinds <= COUNTS else number

    def _signed(self) -> bool:
        """Whether the one object of a sentence stands in brackets behind all of its numbers."""
        objects = [one for one in self.words if one.subject and self._object(one)]
        return (
            len(objects) == 1
            and objects[0].start > self.numbers[-1].end
            and self.text[objects[0].start - 1] in "（(〔["
        )

    def _subject(
        self, number: ScannedNumber, before: list[Token], behind: list[Token], quantity: Token | None
    ) -> Token | None:
        """What a number is of: the last topic before it, what is counted behind it, what was spoken of."""
        first = min((one.start for one in before if one.subject and self._object(one)), default=self.end)
        # A class of land behind an object is what the object is used for: "地块A（住宅用地）面积".
        topics = [
            one
            for one in before
            if one.subject and self._says(one, number) and (one.start <= first or self._object(one))
        ]
        own = [one for one in reversed(topics) if not self._attribute(one)]
        counted = [one for one in behind if one.subject and self._says(one, number)]
        if number.dimension == "count":
            # "8 所小学" names what is counted behind the number.
            own = [*counted, *own]
        named = any(one.subject and not self._attribute(one) and self._object(one) for one in before)
        # What the sentence before spoke of counts only where a word names the quantity: a unit is too little.
        carries = self.carried is not None and quantity is not None and not named
        carries = carries and self._goes_on(number, quantity)
        carried = [self.carried] if self.carried and carries and self._says(self.carried, number) else []
        ahead: list[Token] = []
        if not topics and (INVERTED.match(self.text, self.start) or self._signed()):
            ahead = [
                one
                for one in self.words
                if one.start > number.start and one.subject and self._says(one, number)
            ]
        return next(iter([*own, *ahead, *carried, *reversed(topics), *counted]), None)

    def _described(self, token: Token) -> bool:
        """Whether a word names a parcel or a facility: figures behind it are not of the whole plan."""
        return token.subject and len(self.lexicon.by_subject.get(token.word, ())) > 1 and self._object(token)

    def _goes_on(self, number: ScannedNumber, quantity: Token | None) -> bool:
        """Whether a clause speaks on of what the one before did: it names no other thing, or a ; divides."""
        if self._divided:
            return True
        end = number.start if quantity is None else min(number.start, quantity.start)
        return _GOES_ON.fullmatch(self.text, self._clause(number), end) is not None

    def _says(self, token: Token, number: ScannedNumber) -> bool:
        facts = self.lexicon.by_subject.get(token.word, [])
        return any(fact.dimension == number.dimension for fact in facts)

    def _object(self, token: Token) -> bool:
        return any(
            fact.bound_to.startswith("object:") for fact in self.lexicon.by_subject.get(token.word, [])
        )

    def _attribute(self, token: Token) -> bool:
        """Whether a word only tells where or what something else is: ``位于 RD-01-01``, ``为科研用地``."""
        lead = self.text[max(self.start, token.start - _LOOK_BACK) : token.start]
        return _BESIDE.search(lead) is not None or _PLACED.match(self.text, token.end) is not None

    def _alone(self, number: ScannedNumber) -> bool:
        """Whether no word stands between a number and its object, or a figure: ``K-A-01：1.00公顷，1.8``."""
        ends = [one.end for one in self.words if one.subject and one.end <= number.start]
        ends += [one.end for one in self.numbers if one.dimension and one.end <= number.start]
        near = bool(ends) and _NEXT.fullmatch(self.text, max(ends), number.start) is not None
        return near and _WORD.match(self.text, number.end) is None

    def _of_land(self, number: ScannedNumber) -> bool:
        """Whether a share without a word is of land: right behind a class or its area, or of all land."""
        ends = [one.end for one in self.words if one.subject and one.end <= number.start]
        ends += [one.end for one in self.numbers if one.dimension == "area" and one.end <= number.start]
        near = bool(ends) and _NEXT.fullmatch(self.text, max(ends), number.start) is not None
        return near or _OF_LAND.search(self.text, self.start, number.start) is not None

    def _choose(
        self, number: ScannedNumber, subject: Token | None, quantity: Token | None
    ) -> tuple[Fact | None, str]:
        of = self.lexicon.by_subject.get(subject.word if subject else "", [])
        if subject is None and quantity is None:
            return None, "no_fact"
        if quantity is None and not number.dimension and not self._alone(number):
            return None, "no_fact"
        if quantity is None and number.dimension == "share" and not self._of_land(number):
            return None, "no_fact"
        found = _fitting(of, number, quantity)
        if not found and quantity is not None and subject is not None:
            found = _ending(of, number, self.lexicon.of_the_whole(quantity.word))
        if not found:
            return None, "no_fact"
        fits = [fact for fact in found if any(number.fits(value) for value in fact.amounts)]
        values = [fact.amounts[0] for fact in found]
        if not fits and max(values) - min(values) > SAME * max(map(abs, values)):
            return None, "several"
        return (fits or found)[0], ""


def _before(one: Bound, other: Bound) -> bool:
    return one.number.start < other.number.start


def _is_right(one: Bound) -> bool:
    """Whether a number says what its fact is."""
    return one.fact is not None and any(map(one.number.fits, one.fact.amounts))


def _fitting(facts: Iterable[Fact], number: ScannedNumber, quantity: Token | None) -> list[Fact]:
    fitting = [fact for fact in facts if fact.dimension == number.dimension]
    if quantity is not None:
        named = [fact for fact in fitting if quantity.word in fact.words]
        if named or number.dimension in {"", "area", "share", "length"}:
            return named
    if number.dimension == "person":
        # Whoever uses a school is not its capacity.
        fitting = [fact for fact in fitting if not fact.bound_to.endswith("/places")]
    if number.dimension == "length":
        # "350 m from the station" is no height, and no street is as wide as a kilometre.
        long = number.factor >= KILOMETRE
        unsaid = ("object:", "table:streets") if long else ("object:",)
        fitting = [fact for fact in fitting if not fact.bound_to.startswith(unsaid)]
    if number.dimension == "area" and quantity is None and _LAND_UNIT.match(number.unit.strip()):
        # Nobody writes floor area in hectares.
        fitting = [fact for fact in fitting if not fact.bound_to.endswith(FLOOR)]
    if number.dimension == "share":
        # A parcel has several shares, so only a word tells which.
        fitting = [fact for fact in fitting if not fact.bound_to.startswith("object:")]
    # A ratio without its word is told by its decimals: of a parcel, the floor area ratio.
    return [fact for fact in fitting if not fact.asked] if number.dimension or number.half < 0.5 else []


def _ending(facts: Iterable[Fact], number: ScannedNumber, word: str) -> list[Fact]:
    """Facts whose word ends a longer one: ``地块容积率`` of a parcel is its ``容积率``."""
    return [
        fact
        for fact in facts
        if fact.dimension == number.dimension and word and any(word.endswith(own) for own in fact.words)
    ]
