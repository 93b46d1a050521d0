"""
How sure it is that a number states the fact that it seems to state.

What tells that it is of something else (a range, a comparison, what there was, a part, a price, another
thing) is a doubt, whether the number agrees with the fact or not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from blockplan.deliver.text.facts import WORDS
from blockplan.deliver.text.nearness import BETWEEN, Nearness
from blockplan.deliver.text.setting import EXISTING, OTHERS, Setting, becomes, revoked

if TYPE_CHECKING:
    from blockplan.deliver.text.facts import Fact
    from blockplan.deliver.text.lexicon import Token
    from blockplan.deliver.text.scan import ScannedNumber
    from blockplan.deliver.text.sentence import ScannedSentence

#: Figures of a parcel that are limits themselves.
LIMITS = ("/green_ratio", "/far", "/height_m", "/coverage_ratio", "/parking_spaces")
LENGTH = "/length_m"
#: Where so many things tell that a number is of something else, it is bound to nothing.
MOST = 2
#: What a noun that the plan does not know has as well as a parcel.
LAID_OUT = frozenset({"", "area", "share", "length"})
#: Figures whose words no other thing has than a plan.
TELLING = ("table:loads/", "table:streets/total/density", "measure:population_density")
#: Words for how many people a school or a home takes.
CAPACITY = frozenset(WORDS["capacity_people"])
#: Two values of a fact that differ by less than this share are one value, rounded twice.
ROUNDED = 0.02
_NUMBER = r"[0-9][0-9,]*(?:\.[0-9]+)?"
#: The other end of a range, behind a number or before it.
_RANGE_BEHIND = re.compile(rf"\s?(?:至|到|～|~|–|—|-|から|to|and)\s?(?:约|約)?{_NUMBER}", re.IGNORECASE)
_RANGE_BEFORE = re.compile(
    rf"{_NUMBER}\s?(?:[%％]|[a-z²]{{1,3}}|米|公顷|平方米|人|个|层|階|㎡|ha)?\s?(?:至|～|~|–|—|から)\s?(?:约|約)?$"
    rf"|\bbetween\s[^,;.]*\band\s$|{_NUMBER}\sto\s$",
    re.IGNORECASE,
)
#: Not a range but what was and what becomes of it: "由2.8至1.9", "2.8から1.9に", "from 2.8 to 1.9".
_BECOMES_BEFORE = re.compile(r"(?:由|从|自|\b(?:from|by)\s)[^,;，；。]*$", re.IGNORECASE)
_BECOMES_BEHIND = re.compile(r"\s?(?:へ|に(?!対|応|及))")
_FROM_ONE = re.compile(r"\bbetween\s(?:about\s)?$", re.IGNORECASE)
#: A lower or an upper end that a figure of the plan may keep without being it.
_AT_LEAST = re.compile(
    r"(?:不[小低少]于|≥|至少|\bat least|\bnot? (?:less|fewer|smaller) than|\bminimum of)\s?(?:约|about)?\s?$",
    re.IGNORECASE,
)
_OR_MORE = re.compile(r"\s?(?:以上|or more\b)", re.IGNORECASE)
_AT_MOST = re.compile(
    r"(?:不[大高多]于|不得?超过|≤|至多|\bat most|\bnot? more than|\bnot exceed(?:ing)?|\bup to)"
    r"\s?(?:约|about)?\s?$",
    re.IGNORECASE,
)
_OR_LESS = re.compile(r"\s?(?:以下|以内|or less\b)", re.IGNORECASE)
#: Not all that there is: "另设卫生站1处".
_MORE_OF = re.compile(
    r"另[设有建外]?|还|再|其余|其他|\b(?:another|additional|further|also|other)\b", re.IGNORECASE
)
#: Between a size and what is counted of that size: 12班幼儿园, "a kindergarten of 12 classes".
_SIZED = re.compile(r"\s?(?:制|规模)?[的の]?")
_SIZED_BEHIND = re.compile(r"\s(?:of|with)\s", re.IGNORECASE)
#: Those of a place or an owner, not all; and what tells that all of them are counted.
_SOME_OF = re.compile(r"\b(?:its|their|his|her|those|these)\s$", re.IGNORECASE)
_DIVIDES = re.compile(
    r"划分|划定|编有|分[为成]|共|总|包括|包含|设|规划(?=了|布局|安排|地块|街|\s?[0-9])|[区構]分|計|全|置"
    r"|\b(?:divid\w*|compris\w*|consists?|total|in all|altogether|includes?|there (?:are|will be)"
    r"|has|have|plans?|planned|number)\b",
    re.IGNORECASE,
)
#: Who is within reach of a facility, or is not, is none who lives on its parcel.
_REACHED = re.compile(
    r"(?<!规划)范围|覆盖|服务半径|距|超过[0-9]+米|圏域|圏内|以内|徒歩|\b(?:within|beyond|farther|further|reach|reached)\b",
    re.IGNORECASE,
)
#: What says that a figure is of all facilities of a kind.
_ALL = re.compile(
    r"共|总|合计|全部|合計|総|計(?!画)|全て|\b(?:total|together|all|altogether)\b", re.IGNORECASE
)
#: Before the figure of each of several: "每所用地2.6公顷", "各960座".
EACH = re.compile(r"(?:每[个处所座块宗条]|各|(?<![人户床日年月平])均为?)(?![类级种项])[^，,；;。0-9]*$")
_DISTRIBUTED = re.compile(r"\s?(?:(?:of|in) [a-z ]{2,20})?\s?\b(?:each|apiece)\b|ずつ", re.IGNORECASE)
#: What a figure a head is of, but the land of one class.
_OF_MORE = re.compile(r"建筑|床面積|\bfloor\b", re.IGNORECASE)
#: What is counted behind a classifier, and units that no figure of a plan has.
_PARTICLE = "的左右内中为和及与以则并或之以上下是在均，。；、はがをでとのにもやへか：:）)"
_STRANGE = re.compile(
    rf"(?![{_PARTICLE}]|控制|执行|考虑|核算|不变|配置|整備|計画|設置|新設|確保)[\u3400-\u9fff\u3040-\u30ff℃°¥€$]"
)
#: Land of a class that a figure of land is said of behind it, and what tells that it is another's than the
#: object's before it: "一所小学、0.6公顷绿地".
_LAND_BEHIND = re.compile(r"(?:的)?[\u3400-\u9fff]{0,4}(?:绿地|用地|林地|耕地|水面)(?![\u3400-\u9fff])")
_ANOTHER_LAND = re.compile(r"[、旁另内和及与]|其中")
#: What a share is of, if not of land: "不超过地上建筑面积的15%"; and what joins a list of kinds.
_OF_NO_LAND = re.compile(
    r"(?:建筑面积|建筑规模|建筑总?量|岗位|人口|投资|床位|车位|流量|床面積|人員|事業費)(?:的|の)?(?:约|約)?\s?$"
)
#: A stretch around the plan that is wider than it: "5公里内".
_AROUND = re.compile(
    r"[0-9](?:公里|千米|\s?km)(?:范围|半径|车程)?[以之]?内|\bwithin [0-9]+ ?km\b", re.IGNORECASE
)
_LISTED = re.compile(r"(?<=[\u3400-\u9fff\u3040-\u30ff])\s?(?:、|和|与|及|以及|及び|と)\s?$")
#: Words that count anything: a noun behind one is what is counted ("三个角度").
CLASSIFIERS = frozenset({"个", "個"})
_OF_IT = re.compile(r"\s?(?:of|in)\s(?:it|them|which|these|those)\b", re.IGNORECASE)
#: Before that word in its clause: what makes no other thing of it.
_LEAD = re.compile(
    r"(?:[\s（(0-9]|规划区?|预测|预计|总|全区|全域|全部|区内|本区|该区|本片区|共计|共|安排|供应|新增|提供|住房|期末|远期|近期|年|到|至|其中"
    r"|本次|本轮|本规划|控制|范围|内|将|确定|最高|平均|高峰|日|每日|可|居住|容纳|计划|合计|目标|城镇|城市|常住|对应|推荐|方案|总体|和|与|以及|以"
    r"|本計画|計画|将来|想定|総|全体|全|合計|の|は|が|を|で|では|区域|見込みの"
    r"|\b(?:the|a|an|of|and|with|its|is|are|in|for|total|planned|plan|expected|resident|overall|all|to|by|that)\b)*",
    re.IGNORECASE,
)
#: Before a number whose own unit is the word: "21,736 dwellings", "共480个泊位".
_ALONE = re.compile(
    r"(?:\s|规划|全区|区内|全域|总共|共计|合计|共|总|安排|设置|配建|提供|供应|可|容纳|居住|承载|约|達|约为|为|对应"
    r"|约合|全体で|計|合わせて"
    r"|\b(?:in|for|and|with|of|to|some|about|around|the|a|total|it|plan|planned|which|has|have|is|are|be|will|there"
    r"|by|end|all|living|house|houses|housing|hold|holds|provides?|makes?|room|offers?|includes?|up|at|laid|out"
    r"|covers?|so|that|this|here|live|population|expected|reach|its|their|takes?|in)\b|[，,、])*",
    re.IGNORECASE,
)
_SAID_OF_PLAN = re.compile(
    r"规划|计划|期末|全区|共划[定分]|总(?=人口|户|量|建筑|面积|用地|计)|計画|将来|総(?=延|人口|戸|面積)"
    r"|\b(?:plans?|planned|planning|population|foresee\w*|in all|total|altogether|will live|by the end"
    r"|expected)\b",
    re.IGNORECASE,
)
#: Another plan, or another place that has one.
_ANOTHER = re.compile(
    r"上一?[轮版次]|上轮|原规划|原版|邻[县市区]|对口|兄弟|已|前回|従前|旧計画|姉妹|隣[町市区]|他[市都]"
    r"|\b(?:last|previous|former|earlier|old|twin|other|neighbou?ring)\b",
    re.IGNORECASE,
)
#: What people do where they are counted as residents.
_LIVE = re.compile(
    r"人口|安置|入住|住|容纳|居民|[套户]|\b(?:liv(?:e|es|ing)|hous(?:e|es|ing)|homes?|population|inhabitants?|residents?|rehouses?)\b",
    re.IGNORECASE,
)
_LIVE_BEHIND = re.compile(r"\s?が?(?:居住|住[むみ])")
_TOPIC = re.compile(r"[\u3400-\u9fff\u30a0-\u30ff](?:は|が)$")
_BESIDE_IT = re.compile(r"\s?[（(,，]\s?")


@dataclass(frozen=True)
class Claim:
    """
    A number of a sentence and the fact that it seems to state.

    Attributes
    ----------
    subject, quantity
        The words by which the fact was chosen.
    """

    sentence: ScannedSentence
    number: ScannedNumber
    fact: Fact
    subject: Token | None
    quantity: Token | None

    @cached_property
    def clause(self) -> int:
        """Where the clause of the number begins."""
        return self.sentence.clause(self.number)

    @property
    def text(self) -> str:
        """The whole text."""
        return self.sentence.text

    @property
    def start(self) -> int:
        """Where the sentence begins."""
        return self.sentence.start

    @property
    def named(self) -> list[Token]:
        """The words of the sentence that name an object or a class of land."""
        return [one for one in self.sentence.words if one.subject and not self.sentence.is_kind(one)]

    @property
    def doubts(self) -> int:
        """How many things tell that it is of something else; none where it is that fact for certain."""
        setting, nearness = self._setting, self._nearness
        # What is counted may stand behind its number; before it, its clause names it.
        named = self.fact.bound_to.endswith("/count") and self.subject and self.subject.end <= self.clause
        unknown = (named or self.number.dimension in LAID_OUT) and nearness.of_another
        if (
            self._of_some_parcels
            or (unknown and not becomes(self.text, self.start, self.number))
            or self._beside
            or self._of_others
            or self._kept_anyway
            or self._of_no_land
            or self._of_a_list
            or self._on_one_parcel
            or self._counts_another
            or setting.elsewhere
        ):
            return MOST
        return sum((
            self._compared or setting.unclear, self._wordless, self._runs_on, self._of_one_of_many,
            self._caps, not (self._near(nearness) and self._said),
        ))  # fmt: skip

    def _near(self, nearness: Nearness) -> bool:
        """Whether number, word and object stand together; a count is held against what it counts instead."""
        if self.fact.bound_to.endswith("/count") or becomes(self.text, self.start, self.number):
            return True
        return nearness.near

    @property
    def _nearness(self) -> Nearness:
        """How near number, word and object stand."""
        of_land = self.number.dimension == "area" and self.fact.bound_to.startswith("table:land_balance")
        land = self.subject if of_land else None
        return Nearness(self.sentence, self.clause, self.number, self.quantity, land)

    @property
    def _kept_anyway(self) -> bool:
        """Whether a least figure, no limit of the plan, is below the plan's: 建筑面积不小于150平方米."""
        text, number = self.text, self.number
        if self.fact.bound_to.endswith(LIMITS) or number.value > max(self.fact.amounts):
            return False
        return bool(_AT_LEAST.search(text[self.start : number.start]) or _OR_MORE.match(text, number.end))

    @property
    def _caps(self) -> bool:
        """Whether a greatest figure is above what the parcels of a block without a cap come to."""
        text, number, of = self.text, self.number, self.fact
        own = f"{of.bound_to.rpartition('/')[0]}/parcel_count"
        summed = own.startswith("object:") and any(
            one.bound_to == own for one in self.sentence.facts(self.subject)
        )
        if not summed or len(of.amounts) > 1 or number.value < max(of.amounts):
            return False
        return bool(_AT_MOST.search(text[self.start : number.start]) or _OR_LESS.match(text, number.end))

    @property
    def _of_no_land(self) -> bool:
        """Whether a share is of floor area, people or money, and not of land."""
        land = self.number.dimension == "share" and self.fact.bound_to.startswith("table:land_balance")
        return land and _OF_NO_LAND.search(self.text, self.clause, self.number.start) is not None

    @property
    def _on_one_parcel(self) -> bool:
        """Whether facilities are counted on the one parcel that is named before them."""
        of = self.fact.bound_to
        if not (of.startswith("table:facilities/") and of.endswith("/count")):
            return False
        before = (one for one in self.named if one.end <= self.number.start)
        # A facility is named by its kind or name, a parcel by its own number.
        own = [
            one
            for one in before
            if any(fact.bound_to.startswith(f"object:{one.word}/") for fact in self.sentence.facts(one))
        ]
        return len(own) == 1

    @property
    def _of_a_list(self) -> bool:
        """Whether a count is of all kinds of a list of which its own is the last: 中小学、幼儿园11所."""
        if not (self.fact.bound_to.startswith("table:facilities/") and self.fact.bound_to.endswith("/count")):
            return False
        subject = self.subject
        if subject is None or subject.end > self.number.start:
            return False
        joint = _LISTED.search(self.text, self.start, subject.start)
        return joint is not None and all(one.end != joint.start() for one in self.sentence.numbers)

    @property
    def _counts_another(self) -> bool:
        """Whether a thing that the plan does not count stands behind a word that counts: 从三个角度校核."""
        if self.number.unit not in CLASSIFIERS or self.fact.bound_to.endswith("/count"):
            return False
        known = any(one.start == self.number.end for one in self.sentence.words)
        return not known and _STRANGE.match(self.text, self.number.end) is not None

    @property
    def _runs_on(self) -> bool:
        """Whether it is how long a street is, which may end beyond the plan; but in a table."""
        if not (self.fact.subjects and self.fact.asked and self.fact.bound_to.endswith(LENGTH)):
            return False
        line = self.subject is not None and self.subject.start == self.start == 0
        return not (line and self.number.end == len(self.text) and len(self.named) == 1)

    @property
    def _of_one_of_many(self) -> bool:
        """Whether it may be of some facilities of a kind, not of all: 幼稚園は12学級が2園、9学級が1園."""
        of = self.fact.bound_to
        if not of.startswith("table:facilities/") or of.endswith("/count") or "/each_" in of:
            return False
        many = any(
            one.bound_to.endswith("/count") and max(one.amounts) > 1
            for one in self.sentence.facts(self.subject)
        )
        return many and _ALL.search(self.text, self.start, self.number.start) is None

    @property
    def _setting(self) -> Setting:
        """What the number stands in."""
        of, number = self.sentence, self.number
        named = self.fact.bound_to.startswith("object:") and any(
            one.end <= number.start for one in self.named
        )
        said, behind = self.text[of.part(number) : number.start], self.text[number.end : of.end]
        return Setting(said, behind, of.chapter, self.fact.bound_to, named)

    @property
    def _beside(self) -> bool:
        """Whether it is an end of a range, or a part of what stands before it."""
        if _ranged(self.text, self.start, self.number) and not _spans(self.fact):
            return True
        whole = self.fact.bound_to.startswith("object:") and self.number.dimension == "share"
        return _OF_IT.match(self.text, self.number.end) is not None and not whole

    @property
    def _of_others(self) -> bool:
        """Whether it is of those within reach, of each facility, or of floor a head where land is meant."""
        text, of = self.text, self.fact.bound_to
        return bool(
            (self.number.dimension == "person" and self._reached)
            or (
                of.startswith("table:facilities")
                and (
                    _DISTRIBUTED.match(text, self.number.end)
                    or _AROUND.search(text, self.start, self.number.start)
                )
            )
            or (
                "/each_" not in of
                and of.startswith(("table:facilities", "layer:", "measure:"))
                and EACH.search(text[self.clause : self.number.start])
            )
            or (of.endswith("/per_person_m2") and _OF_MORE.search(text, self.start, self.number.start))
        )

    @property
    def _reached(self) -> bool:
        """Whether the sentence speaks of who is within reach; 1500人以内 is an upper end."""
        found = _REACHED.finditer(self.text, self.start, self.sentence.end)
        return any(one.start() != self.number.end for one in found)

    @property
    def _compared(self) -> bool:
        """Whether it is of what is only compared with, or of what there is now."""
        text, at = self.text, self.number.start
        last = max((one.end for one in self.named if one.end <= at), default=self.start)
        # With an object before it only what its own part of the sentence says counts.
        begin = self.start if last == self.start else max(last, self.sentence.comma(self.number))
        if any(not revoked(text[one.end() : at]) for one in OTHERS.finditer(text, begin, at)):
            return True
        numbers = re.finditer(_NUMBER, text[self.start : at])
        near = max([self.clause, *(self.start + match.end() for match in numbers)])
        return "existing" not in self.fact.bound_to and EXISTING.search(text, near, at) is not None

    @property
    def _wordless(self) -> bool:
        """Whether only its unit tells what it is, or a unit behind it that no figure of the plan has."""
        number, text = self.number, self.text
        if not number.unit and _STRANGE.match(text, number.end):
            return True
        if self.fact.bound_to.startswith("object:") and _LAND_BEHIND.match(text, number.end):
            since = self.subject.end if self.subject and self.subject.end < number.start else self.start
            if _ANOTHER_LAND.search(text, since, number.start):
                return True
        if self.fact.bound_to.startswith("table:streets/") and self._beside_its_street:
            return False
        if number.dimension == "length" and (self.quantity is None or self._of_a_topic):
            return True
        holds = self.quantity is not None and self.quantity.word in CAPACITY
        if number.dimension == "person" and self.fact.bound_to.startswith("object:") and not holds:
            own = _TOPIC.search(text, self.clause, number.start)
            return (
                _LIVE.search(text, self.clause if own else self.sentence.comma(self.number), number.end)
                is None
                and _LIVE_BEHIND.match(text, number.end) is None
            )
        return False

    @property
    def _beside_its_street(self) -> bool:
        """Whether a width in brackets, or a comma, is all that stands behind the name of a street."""
        subject = self.subject
        return bool(subject and _BESIDE_IT.fullmatch(self.text, subject.end, self.number.start))

    @property
    def _of_a_topic(self) -> bool:
        """Whether a Japanese clause has a topic of its own, which the plan does not know: 擁壁は高さ6m."""
        if self.quantity is None or self.quantity.start < self.clause:
            return False
        known = any(self.clause <= one.start < self.quantity.start for one in self.named)
        return not known and _TOPIC.search(self.text, self.clause, self.quantity.start) is not None

    @property
    def _said(self) -> bool:
        """Whether a count stands beside what it counts, and a figure of the plan is said of the plan."""
        text, number = self.text, self.number
        if self.fact.bound_to.endswith("/count"):
            named = self.subject is not None and any(one.start == self.subject.start for one in self.named)
            counted = _counts(text, self.clause, number, self.subject)
            before = text[self.clause : number.start]
            some = _MORE_OF.search(before) or _SOME_OF.search(before) or self._of_a_size
            if some or self._of_another_subject:
                return False
            if named and self.subject and self._nearness.is_of_a_kind(self.subject):
                return False
            if self.fact.bound_to.startswith("layer:") and not self._all_counted:
                return False
            return counted and (named or _said_of_plan(text, self.start, self.sentence.end))
        if self.fact.subjects or (self.quantity and self.fact.bound_to.startswith(TELLING)):
            return True
        return self.sentence.whole or (
            _of_the_plan(text, self.clause, number, self.quantity)
            and (self._begins or _said_of_plan(text, self.start, self.sentence.end))
        )

    @property
    def _of_a_size(self) -> bool:
        """Whether those of a size are counted, not all: 12班幼儿园2所, "two schools of 12 classes"."""
        subject, number = self.subject, self.number
        if subject is None or number.value >= max(self.fact.amounts):
            return False
        return any(
            _SIZED.fullmatch(self.text, one.end, subject.start)
            or _SIZED_BEHIND.fullmatch(self.text, subject.end, one.start)
            for one in self.sentence.numbers
            if one.dimension not in {"", "count"}
        )

    @property
    def _begins(self) -> bool:
        """Whether a sentence begins with the word for the figure: "Parking comes to 46,578 spaces"."""
        word = self.quantity
        return bool(word and not self.text[self.start : word.start].strip() and not self.subject)

    @property
    def _all_counted(self) -> bool:
        """Whether a word behind the figures of other kinds tells that all parcels or blocks are counted."""
        at = self.number.start
        others = (one.end for one in self.sentence.numbers if one.end <= at and one.dimension != "count")
        return _DIVIDES.search(self.text, max([self.sentence.part(self.number), *others]), at) is not None

    @property
    def _of_another_subject(self) -> bool:
        """Whether parcels or blocks are counted that something else has: 公园绿地2公顷，由3个地块组成."""
        counted = [one for one in self.sentence.numbers if one.dimension == "count"]
        before = [
            one
            for one in self.sentence.words
            if one.subject
            and self.sentence.part(self.number) <= one.start < self.number.start
            and not any(each.start < one.start <= each.end + 1 for each in counted)
        ]
        return self.fact.bound_to.startswith("layer:") and any(one != self.subject for one in before)

    @property
    def _of_some_parcels(self) -> bool:
        """Whether parcels are counted, and nothing tells that all of them are."""
        of = self.fact.bound_to
        parcels = of.startswith("layer:parcels/") and of.endswith("/count")
        return parcels and not (
            self._said or _DIVIDES.search(self.text, self.sentence.part(self.number), self.number.start)
        )


def _said_of_plan(text: str, start: int, end: int) -> bool:
    """Whether a sentence, with what a ; parts from it, speaks of the plan, and of no other one."""
    before = text[:start].rstrip()
    while before.endswith((";", "；")):
        start = max(before.rfind(sign, 0, len(before) - 1) + 1 for sign in ";；。\n")
        before = text[:start].rstrip()
    return bool(_SAID_OF_PLAN.search(text, start, end)) and not _ANOTHER.search(text, start, end)


def _spans(fact: Fact) -> bool:
    """Whether a fact has a lower and an upper bound, and not one value in two roundings."""
    return max(fact.amounts) - min(fact.amounts) > ROUNDED * max(map(abs, fact.amounts))


def _ranged(text: str, start: int, number: ScannedNumber) -> bool:
    """Whether a number is one end of a range."""
    before, joined = text[start : number.start], _RANGE_BEHIND.match(text, number.end)
    ended = joined is not None and (" and" not in joined[0] or _FROM_ONE.search(before) is not None)
    if _BECOMES_BEFORE.search(before) or _BECOMES_BEHIND.match(text, number.end):
        return False
    return ended or _RANGE_BEFORE.search(before) is not None


def _counts(text: str, clause: int, number: ScannedNumber, subject: Token | None) -> bool:
    """Whether a number counts its subject, which stands right before or behind it."""
    if subject is None:
        return False
    if subject.end <= number.start:
        return (
            subject.start >= clause
            and BETWEEN.fullmatch(text, subject.end, number.start) is not None
            and _STRANGE.match(text, number.end) is None
        )
    between = text[number.end : subject.start]
    return between.strip() in {"", "的"} or (between.isascii() and len(between.split()) <= 2)


def _of_the_plan(text: str, clause: int, number: ScannedNumber, quantity: Token | None) -> bool:
    """Whether a number is said of the whole plan, and of nothing that only has the word in it."""
    if quantity is None or quantity.end > number.start:
        return _ALONE.fullmatch(text, clause, number.start) is not None
    return bool(
        BETWEEN.fullmatch(text, quantity.end, number.start) and _LEAD.fullmatch(text, clause, quantity.start)
    )
