"""Whether what stands before a figure speaks of this plan, or of another plan, place or time."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: What there was; "现有" before a facility's name is part of no figure.
EXISTING = re.compile(
    r"现状|现有|既有|现存|现宽|现为|目前|原有|実人口|实有|户籍|現況|現状|現在|既存"
    r"|\b(?:existing|now|today|at present|currently|until)\b",
    re.IGNORECASE,
)
#: Words of what is only compared with, assumed, needed or asked.
OTHERS = re.compile(
    r"需|每[千百万]人|测算|估算|千人指标|千人学位|按千人|人均指标|参照|参考|对照|类比|对标|类似|同类|典型|一般|多在|通常|平均|周边|邻近|毗邻|附近|已批|专家|建议|假定|模拟|算例"
    r"|相邻|相比|比较|某|全市|全镇|全县|全省|全国|市域|镇域|县域|省标|上位规划|总体规划|分区规划"
    r"|類似|同種|典型|標準|一般|周辺|近隣|隣接|隣る|認可済|専門家|想定|前の案|市全体|本市|県|全国|上位計画"
    r"|\b(?:models?|typical|similar|like districts|of this kind|elsewhere|nearby|neighbou?ring|approved"
    r"|experts?|usually|in general|on average|assumed|compar(?:ed|ison)|standard|asks? for"
    r"|average|demand"
    r"|as a whole|the (?:whole )?city|region|country)\b",
    re.IGNORECASE,
)
#: Another plan, edition or place, up to a word that says that this one is spoken of again.
_ELSEWHERE = re.compile(
    r"上一?[轮版次]|上轮|原控规|原规划|原方案|初步方案|方案[一二三四AB]|(?:19|20)[0-9]{2}\s?年?版|(?:19|20)[0-9]{2}\s?年(?:的)?控规"
    r"|^\s*[\u4e00-\u9fff]{2,4}(?:镇|乡|县|街道|片区|新区|开发区)(?!地块)"
    r"|前計画|従前|旧計画|当初案"
    r"|\b(?:first|initial|original|earlier|previous|former) (?:scheme|draft|proposal|version|design|plan)\b"
    r"|\b(?:plan|scheme) of (?:19|20)[0-9]{2}\b|\bin (?:the )?(?:plan of )?(?:18|19|20)[0-9]{2}\b",
    re.IGNORECASE,
)
_HERE = re.compile(
    r"本次|本轮|本规划|本片区|本区|本计划|调整[为至到]|[扩改][建为]|本計画|本区域|本地区|見直し"
    r"|\b(?:this plan|the new plan|here|now|new|was set|is set|were set|sets?|becomes?|to)\b",
    re.IGNORECASE,
)
#: Up to such a word a sentence that begins with what there is now speaks of that.
_PLANS = re.compile(
    r"规划|本次|拟|将|拓宽|[扩新改]建|调整|确定|提高[到至]|[降增][至到为]|更新|計画|整備|とする|とし"
    r"|\b(?:plan(?:s|ned)?|will|to be|is to|are to|shall|sets?|grows?|new)\b",
    re.IGNORECASE,
)
#: What a chapter or a column is of, if not of what is planned.
_PAST = re.compile(
    r"现状|现况|既有|上版|上轮|原控规|实施评估|評価|区域背景|上位规划|比较|对比|案例|需求|預測|预测|現況|現状|従前|上位計画"
    r"|\b(?:today|existing|at present|current|now|former(?:ly)?|previous|until now|background|comparison"
    r"|demand|needed"
    r"|city|region)\b|^\s*(?:18|19|20)[0-9]{2}\s?年?(?:\s?[（(]|\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
_TO_COME = re.compile(r"规划(?!区|范围)|計画|\bplan(?:ned)?\b|目标|方案", re.IGNORECASE)
#: Facts of kinds, of which there are others elsewhere.
KINDS = ("table:facilities", "table:land_balance")
#: So near to the beginning of a sentence stands what all of it is of.
FIRST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Setting:
    """
    What a figure stands in.

    Attributes
    ----------
    said
        The sentence, or what a ; divides from it, up to the figure.
    chapter
        The headings of chapter and column, a line each.
    bound_to, named
        The fact that the figure seems to state, and whether an object is named before it.
    """

    said: str
    chapter: str
    bound_to: str
    named: bool

    @property
    def elsewhere(self) -> bool:
        """Whether it is of another plan, place or time."""
        found = list(_ELSEWHERE.finditer(self.said))
        if found and not _HERE.search(self.said, found[-1].end()):
            return True
        if self.bound_to.startswith(KINDS) and any(
            not _HERE.search(self.said, one.end()) for one in OTHERS.finditer(self.said)
        ):
            return True
        return "existing" not in self.bound_to and self._now

    @property
    def _now(self) -> bool:
        """Whether sentence or chapter is of what there is now, and no word since is of what is planned."""
        first = EXISTING.search(self.said)
        if first and first.start() <= FIRST_WORDS and not _PLANS.search(self.said, first.end()):
            return True
        past = any(_PAST.search(one) and not _TO_COME.search(one) for one in self.chapter.split("\n"))
        return past and not self.named and not _PLANS.search(self.said)
