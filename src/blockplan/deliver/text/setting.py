"""
Whether what stands before a figure speaks of this plan, or of another plan, place, time or phase.

A word for one of them holds for all figures behind it, up to a word that says that this plan is
spoken of again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blockplan.deliver.text.scan import ScannedNumber

#: What there was; "现有" before a facility's name is part of no figure.
EXISTING = re.compile(
    r"现状|现在|如今|当前|现有|既有|现存|[已在]建|建于|原[属为系是]|曾[为是经]|前身|过去|以前|かつて|现宽|现为|目前|原有|実人口|实有|户籍|現況|現状|現在|既存"
    r"|\b(?:existing|now|today|at present|currently|until|once|formerly|previously|present(?=\s[a-z]))\b",
    re.IGNORECASE,
)
#: Words of what is only compared with, assumed, needed or asked.
OTHERS = re.compile(
    r"需|再[补添]|要再|(?:影响|辐射|缓冲)(?:区|范围)|辐射人口|腹地|外围(?:地区|片区|乡镇|村|人口|用地)|每[千百万]人|测算|估算|千人指标|千人学位|按千人|人均指标|参照|参考|对照|类比|对标|类似|同类|典型|一般|多在|通常|平均|周边|邻近|毗邻|附近|对面|已批|专家|建议|假定|模拟|算例"
    r"|相邻|相比|比较|某|全市|全镇|全县|全省|全国|市域|镇域|县域|省标|上位规划|总体规划|分区规划"
    r"|類似|同種|典型|標準|一般|周辺|近隣|隣接|隣る|認可済|専門家|想定|前の案|市全体|本市|県|全国|上位計画"
    r"|\b(?:models?|typical|similar|like districts|of this kind|elsewhere|nearby|neighbou?ring|approved"
    r"|experts?|usually|in general|on average|assumed|compar(?:ed|ison)|standard|asks? for"
    r"|average|demand"
    r"|as a whole|the (?:whole )?city|region|country)\b",
    re.IGNORECASE,
)
#: Another plan, edition or place.
_ELSEWHERE = re.compile(
    r"上一?[轮版次]|[上首前]轮|(?<![平高草中])原(?:控规|规划|方案|[定批审核设]|合同|出让)|(?<![平高草中])原(?:条件|指标|容积率|限高|高度|建筑密度|绿地率)[^，,；;。]*$|初步方案|方案[一二三四AB]|(?:19|20)[0-9]{2}\s?年?版|(?:19|20)[0-9]{2}\s?年(?:的)?控规"
    r"|总体规划|上位规划|分区规划|(?:[本该]|规划)?[片地]?区?所[在属]的?(?:组团|行政区|城区|新城|区[域县]|城市|[镇县市])"
    r"|前計画|従前|旧計画|当初案|マスタープラン|上位計画|総合計画|第[0-9一二三四]+案"
    r"|\b(?:first|initial|original|earlier|previous|former|master)"
    r" (?:scheme|draft|proposal|version|design|plan)\b"
    r"|\b(?:plan|scheme|draft|version|study|proposal|edition) (?:of|from)"
    r" (?:[A-Z][a-z]+ )?(?:19|20)[0-9]{2}\b"
    r"|\bin (?:the )?(?:plan of )?(?:18|19|20)[0-9]{2}\b|\b(?:scenario|option|variant) [A-Z0-9]\b"
    r"|\b(?:had|would have|used to)\b|(?<!is )(?<!are )(?<!be )\b(?:want|ask|allow|permitt)ed\b",
    re.IGNORECASE,
)
#: What would be, not what is.
_IF = re.compile(
    r"(?:^|[，,；;])\s*(?:若|如果|假如|倘若)(?!按本?规划|[确如]?需)|仮に|\bif (?:the|it|all|there)\b",
    re.IGNORECASE,
)
#: Another place that a sentence begins with.
_PLACE = re.compile(r"^\s*[\u4e00-\u9fff]{2,4}(?:(?<!城)镇|乡|县|街道(?!路|红线)|片区|新区|开发区)(?!地块)")
#: What somebody would like, up to what is decided all the same.
_WISH = re.compile(
    r"(?:开发商|业主|村民|申请人|投资[方商人]|产权人|群众|代表|企业|居民)[^，,。；;]{0,12}?(?:要求|希望|提出|申请|主张|诉求|建议)"
    r"|\b(?:owners?|developers?|applicants?|objectors?|petition(?:er)?s?|appellants?|investors?|critics?|villagers?"
    r"|residents?|neighbours?|councils?)\s[^,;.]{0,30}?\b(?:seeks?|sought|wants?|wish(?:es)?|demands?|prefers?|proposes?"
    r"|requests?|suggests?|asks?|(?:want|ask|demand|preferr|propos|request|suggest|wish)ed)\b",
    re.IGNORECASE,
)
_DECIDES = re.compile(
    r"仍|维持|但|不过|[たる]が、|最终|采纳|同意|本规划|规划(?:为|取|确定|容积率)|調整|維持|本計画|計画は|計画では"
    r"|\b(?:plan|keeps?|remains?|stands?|but|however|nobody|no one|is|are|will)\b",
    re.IGNORECASE,
)
#: A step on the way to the plan, which has less than all of it.
_PHASE = re.compile(
    r"近期|首期|[一二三]期|第[0-9一二三]+期|起步区|启动区|示范段"
    r"|\b(?:(?:first|second|third|early) phase|phase (?:[0-9]|one|two|three))\b",
    re.IGNORECASE,
)
_HERE = re.compile(
    r"本次|本轮|本规划|本片区|本区|本计划|调整[为至到后]|下调[为至]|上调[为至]|[扩改][建为]|提高[至到]|[降增][至为到]|本計画|本区域|本地区|見直し|踏まえ|改め"
    r"|\b(?:this plan|the (?:new )?plan keeps?|the new plan|here|now|new|was set|is set|were set|sets?"
    r"|becomes?|to)\b",
    re.IGNORECASE,
)
#: What becomes of a figure, before the new one and behind it.
_BECOMES = re.compile(
    r"(?:(?:调整|修改|改|变更|核定|下调|上调|降|提高|增)[为至到]"
    r"|\b(?:set|fixed|changed|raised|lowered|reduced|cut) (?:at|to)|\bplan (?:allows|keeps|sets))"
    r"\s?(?:约|about )?$",
    re.IGNORECASE,
)
_DECIDED = re.compile(r"\s?(?:に(?:改め|変更|見直|定め|引|拡|広|縮|増|減)|へ(?:変更|改め))")
#: Behind a figure: that it was one.
_WAS = re.compile(
    r"[^。、]{0,14}?(?:ていた|であった|だった|でした)|[^。、]{0,8}?(?:よう|との|とする|という|を)(?:に)?(?:要望|求め|希望|意見)"
)
#: Behind a figure, that it is of what stands there and is kept: "高さ45mの煙突1基を残す".
_KEPT = re.compile(r"\s?の[^。、]{1,14}?を(?:残|保存|存置|保全)")
#: Up to such a word a sentence that speaks of what there is now speaks of that.
_PLANS = re.compile(
    r"规划|本次|拟|将|拓[宽到至]|压缩|缩减|减[至到少]|[扩新改]建|改造|调整|确定|提高[到至]|[降增][至到为]|更新|保留|拆除|搬迁|移植|計画|整備|とする|とし|除却|撤去|解体|移転|建て?替|保存"
    r"|\b(?:plan(?:s|ned)?|will|to be|is to|are to|shall|sets?|grows?|new|becomes?"
    r"|replaced?|demolished|cleared)\b",
    re.IGNORECASE,
)
#: What there is now is no setting where it is only compared with, or stands beside: "较现状", "毗邻现状小学".
_ASIDE = re.compile(
    r"(?:较|比|与|同|于|高出|邻|靠近|近|距|沿|依托|利用|由|从|自|は|を|より|\bthan|\bfrom|\bthe)\s?$",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"[（(][^（）()]*[）)]")
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
    said, behind
        The sentence, or what a ; divides from it, up to the figure and behind it.
    chapter
        The headings of chapter and column, a line each.
    bound_to, named
        The fact that the figure seems to state, and whether an object is named before it.
    """

    said: str
    behind: str
    chapter: str
    bound_to: str
    named: bool

    @property
    def elsewhere(self) -> bool:
        """Whether it is said to be of another plan, place, time or phase."""
        if _DECIDED.match(self.behind):
            return False
        said = _IF.search(self.said) or _unrevoked(_ELSEWHERE, self.said)
        if said or _WAS.match(self.behind) or _KEPT.match(self.behind):
            return True
        if not self.named and _unrevoked(_PLACE, self.said):
            return True
        if any(not _DECIDES.search(self.said, one.end()) for one in _WISH.finditer(self.said)):
            return True
        if not self.bound_to.startswith(("object:", "table:phases/")) and _unrevoked(_PHASE, self.said):
            return True
        return "existing" not in self.bound_to and self.now

    @property
    def unclear(self) -> bool:
        """Whether it may be of another place or time."""
        if _DECIDED.match(self.behind):
            return False
        if self.bound_to.startswith(KINDS) and _unrevoked(OTHERS, self.said):
            return True
        return "existing" not in self.bound_to and not self.named and self.past

    @property
    def now(self) -> bool:
        """Whether the sentence is of what there is now, and no word since is of what is planned."""
        said = _BRACKET.sub(lambda found: " " * len(found[0]), self.said)
        for one in EXISTING.finditer(said):
            aside = one.start() > FIRST_WORDS and _ASIDE.search(said, 0, one.start())
            if not aside and not _PLANS.search(said, one.end()):
                return True
        return False

    @property
    def past(self) -> bool:
        """Whether chapter or column is of what there is now, and no word since of what is planned."""
        past = any(_PAST.search(one) and not _TO_COME.search(one) for one in self.chapter.split("\n"))
        return past and not _PLANS.search(self.said)


def _unrevoked(words: re.Pattern[str], said: str) -> bool:
    """Whether a text has such a word and none behind it that says that this plan is spoken of again."""
    return any(not _HERE.search(said, one.end()) for one in words.finditer(said))


def becomes(text: str, start: int, number: ScannedNumber) -> bool:
    """Whether a number is what becomes of a figure before it: 容积率2.8下调为2.1, 320％を203％に改める."""
    return bool(_BECOMES.search(text[start : number.start]) or _DECIDED.match(text, number.end))


def revoked(said: str) -> bool:
    """Whether a text says that this plan is spoken of again."""
    return _HERE.search(said) is not None
