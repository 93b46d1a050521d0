"""
Whether a figure, the word for it and its object stand so near to one another that nothing else can be meant.

What stands between them has to be words that name no thing: "建筑面积控制为", "is limited to". A noun that
the plan does not know makes something else of the figure: "下沉绿地率40%", "the eaves height is 17 m".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.deliver.text.facts import WORDS
from blockplan.deliver.text.lexicon import COVERAGE

if TYPE_CHECKING:
    from blockplan.deliver.text.lexicon import Token
    from blockplan.deliver.text.scan import ScannedNumber
    from blockplan.deliver.text.sentence import ScannedSentence

#: Words that make no compound with the next one: that something is laid out, and what a share is of.
_JOINED = frozenset({*WORDS["count"], *WORDS["share"]})
_IDEOGRAPHS = re.compile(r"[\u3400-\u9fff々]")
#: What may end the words before the word for a figure; anything else in ideographs makes a compound of both.
_LEADS = re.compile(
    r"(?:的|可|其|该|此|本|[该此本](?:路|街|道路|街道|校|园|院|馆|站)|为|以|按|取|定|确定|设定|核定|拟定|对应|折合|折算|换算|允许|可建|最大|最高|最小|控制|规划区|全区|区内|区|规划|计划|设计|"
    r"净|毛|总|容纳|计容|建筑|出让|完成|安置|核算|复核|测算|经济|地上|项目|地块|宗地|街坊|街区|区画|敷地|用地|则|且|并|及|和|与|或|由|将|其中|有|达|共|各|均|仍|设|配建|"
    r"配置|提供|安排|预留|合计|总计|计|指标|要求|条件下|基础上|同时|后|前提下|现|原|单位|该处|上述|建设|开发|一般|"
    r"[はがをとでのにもへやら、]|計画|総|最高|最低|最大|計|合計|同|各|約|また|うち|なお|当該)$"
)
_LEADS_EN = re.compile(
    r"(?:^|[^a-z])(?:"
    r"the|an?|its|their|his|this|that|of|to|in|on|at|for|with|and|or|by|as|than|from|gross|total|"
    r"maximum|minimum|max|min|net|overall|planned|allowed|permitted|permissible|whose|has|have|is|"
    r"are|be|set|takes?|keeps?|provides?|offers?|new|plan|a|has a|both|parcel'?s?|site'?s?|"
    r"plot'?s?|land|sets|puts?|gives?|fix(?:es)?|where|while|gets?|up|may|shall|should|must|will|"
    r"would|can|cannot|not|now|together|additional|including|includes?|contains?|there|it|they|"
    r"which|also|only"
    r")$",
    re.IGNORECASE,
)
#: What may stand between the word for a figure and the figure.
BETWEEN = re.compile(
    r"(?:\s|的|这里|届时|每公顷|相应|或|约合|只|已知部分|について|关于|現況|上限|下限|最大值|最高|最低|限值|指标|规模|总量|总数|总计|为|是|约|近|最多|至多|至少|达到?|不?(?:得|应|宜|可|能)|须|应当|控制|核定|确定|"
    r"设定|定|限定|限制|按|取|在|到|至|共计?|计|合计|以内|以下|以上|不?(?:大|小|高|低|多|少|超|超过)(?:于|过)?|等于|均|仅|则|已|可|拟|"
    r"调整|调|提高|降低|降|提升|下调|上调|减少|减|增加|扩建|扩大|拓宽|核减|由|从|自|现状|原来|原先|原定|原|上版|的|变更|改|改为|修改|维持|保持|分别|"
    r"规划|布置|布局|本次|也|仍|将|后|完成|安置|入住|居住|容纳|可供|了|个|其|整体|一律|统一|各|即|暂|初步|建议|设置|安排|配置|配建|有|和|与|、|左右|大约|不足|逾|超|上述|"
    r"[はがをもでにとのへ]|基準|コード|代码|[0-9]{4,6}|引き[上下]げ|て|より|少ない|多い|換算する?|およそ|概ね|約|上限|下限|最高|最低|限度|以下|以上|合わせて|全体|計|計画|現在|現行|から|まで|見直し|して|"
    r"[:：=＝≤≥<>＜＞≦≧（(\[）)，,~～\-–—\u2000-\u200b\u3000]"
    r"|\b(?:code|numbers?|went|needs?|on|with|under|grows?|points?|fix(?:es)?|gives?|becomes?|ends?|moves?|some|keeps?|takes?|gets?|counts?|holds?|offers?|provides?|houses?|sets?|aside|rises?|receives?|plan|of|is|are|was|at|to|about|some|around|approximately|roughly|up|reach(?:es)?|comes?|be|will|totals?|totall?ing|"
    r"expected|planned|set|put|limited|fixed|kept|capped|amounts?|an?|the|may|must|shall|should|can|not|no|more|less|fewer|"
    r"than|exceed|exceeding|most|least|equals?|down|from|now|by|only|here|as|high|for|and|or|both|remains?|stays?|has|have|"
    r"had|there|it|that|this|its|rises?|falls?|goes?|changed?|raised|lowered|reduced|increased|cut|nearly|almost|over|"
    r"maximum|minimum|buildings?|contains?|comprises?|includes?|does|do|also|each|in|all|would|extends?|ranges?|between)\b)*",
    re.IGNORECASE,
)
_OPENS, _CLOSES = "（([〔", "）)]〕"


@dataclass(frozen=True, slots=True)
class Nearness:
    """
    A number and the word for it in its clause.

    Attributes
    ----------
    clause
        Where the clause of the number begins.
    land
        The class of land that the number seems to be of, which many a word means besides: "research".
    """

    sentence: ScannedSentence
    clause: int
    number: ScannedNumber
    quantity: Token | None
    land: Token | None = None

    @property
    def text(self) -> str:
        """The whole text."""
        return self.sentence.text

    @property
    def known(self) -> list[tuple[int, int]]:
        """Where the words that the plan knows and the numbers of the sentence begin and end."""
        spans = [(one.start, one.end) for one in self.sentence.words]
        return spans + [(one.start, one.end) for one in self.sentence.numbers]

    @property
    def near(self) -> bool:
        """Whether nothing that the plan does not know stands between number, word and object."""
        word, number = self.quantity, self.number
        if self._of_a_bracket:
            return False
        if word is None or word.end > number.start:
            beside = self.land is None or self._bare(min(self.land.end, number.start), number.start)
            return beside and self._bare(self._last(number.start), number.start)
        return self._bare(word.end, number.start) and (
            word.start < self.clause or word.word == COVERAGE or not self._compound(word)
        )

    @property
    def of_another(self) -> bool:
        """Whether its clause knows no word but speaks of something: "社区服务3.4公顷"."""
        said = self.text[self.clause : self.number.start]
        known = any(self.clause <= start < self.number.start for start, _ in self.known)
        return not known and bool(_IDEOGRAPHS.search(said)) and BETWEEN.fullmatch(said) is None

    @property
    def _of_a_bracket(self) -> bool:
        """Whether the number stands in brackets behind something that the plan does not know."""
        opened = max(self.text.rfind(sign, 0, self.number.start) for sign in _OPENS)
        closed = max(self.text.rfind(sign, 0, self.number.start) for sign in _CLOSES)
        if opened <= closed:
            return False
        before = self.text[:opened].rstrip()
        known = any(len(before) == end for _, end in self.known)
        word = bool(before) and (before[-1].isalpha() or _IDEOGRAPHS.match(before[-1]) is not None)
        return word and not known and not _LEADS.search(before)

    def is_of_a_kind(self, subject: Token) -> bool:
        """Whether a word before what is counted makes a kind of it: 民办小学, "private kindergartens"."""
        return subject.end <= self.number.start and self._compound(subject)

    def _last(self, at: int) -> int:
        """Where the last known word or number before a place ends, or the clause begins."""
        return max([self.clause, *(end for _, end in self.known if end <= at)])

    def _bare(self, start: int, end: int) -> bool:
        """Whether only filler stands between two places, beside words and numbers that are known."""
        at = start
        for low, high in sorted(one for one in self.known if start <= one[0] and one[1] <= end):
            if low >= at and BETWEEN.fullmatch(self.text, at, low) is None:
                return False
            at = max(at, high)
        return at >= end or BETWEEN.fullmatch(self.text, at, end) is not None

    def _compound(self, word: Token) -> bool:
        """Whether an unknown word before one makes another thing of it."""
        last = self._last(word.start)
        before = self.text[last : word.start].rstrip()
        if not before:
            beside = next((one for one in self.sentence.words if one.end == last == word.start), None)
            return beside is not None and not beside.subject and beside.word not in _JOINED
        if before[-1] in _OPENS or (len(before) < word.start - last and _IDEOGRAPHS.match(before[-1])):
            # Brackets, and cells of a table, part words.
            return False
        if before[-1].isascii() and before[-1].isalpha():
            return _LEADS_EN.search(before) is None
        return _IDEOGRAPHS.match(before[-1]) is not None and _LEADS.search(before) is None
