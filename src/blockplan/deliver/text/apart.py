"""Numbers that are of something else: a change, what was, a part, a thing that the plan does not know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blockplan.deliver.text.scan import ScannedNumber
    from blockplan.deliver.text.sentence import ScannedSentence

#: What a clause tells of somebody asked, or of another plan: not of this one.
_OTHERS = re.compile(
    r"问卷|受访|调查|访谈|抽样|原控规|原方案|原规划|原批|上版|旧版|上一版|现行规划|此前|アンケート|調査|回答|従前|旧計画|前回"
    r"|\b(?:survey(?:ed)?|questionnaires?|respondents?|interview(?:s|ed)?|poll|asked|former(?:ly)?|previous(?:ly)?"
    r"|old plan|earlier plan|until now)\b",
    re.IGNORECASE,
)
_BECOMES = re.compile(r"调整[为至到]|[改变]更?为|[降增][至为到]|提高[至到]|\bto\b|から")
#: A number behind these, or before them, is by how much something changes, not what it is.
_BY = re.compile(
    r"(?:提高|增加|增长|增幅|下浮|上浮|拓宽|减少|降低|下降|下调|上调|上升|提升|减小|扩大|缩小|压缩|核减|核增|高出|多出|富余|结余|[尚还相]差|(?<![至不最])[多少])(?:了|约|近|达)*\s?$"
    r"|\b(?:ris(?:e|es|en|ing)|rose|grow[ns]?|grew|increased?s?|f[ae]ll(?:s|en)?|declin(?:e|ed|es)|reduced?|cut|lowered|raised|"
    r"up|down|exceeds?|higher|lower|more|less|gain(?:s|ed)?|los[te](?:s)?)\s(?:by|of)\s(?:about\s|some\s|around\s)?$",
    re.IGNORECASE,
)
#: What something was before it became what stands behind: "由2.8核减为2.1", "2.8から2.1に".
_FROM = re.compile(
    r"(?:由|从|自)(?:原|现)?(?:有|状|行|来|先|定)?(?:的)?\s?$|\bfrom\s(?:about\s|some\s)?$", re.IGNORECASE
)
_TO = re.compile(
    r"\s?(?:[^\s，,。；;、0-9]{0,6}?(?:至|为|到|成)\s?约?|to\s(?:about\s|some\s)?)[0-9]", re.IGNORECASE
)
_CHANGED = re.compile(
    r"(?:から(?!な[りる])|より)|\s?(?:上调|下调|调整|提高|提升|降低|降至|压缩|(?:继续)?(?:转|改|用)[为作于成]|改造|腾退|划[入归])"
    r"|\s(?:more|less|higher|lower|fewer|larger|smaller)\b"
    r"|\s(?:below|above|over)\s(?:the\s)?(?:standard|average|norm|limit|today|existing|present|that|what|it)\b"
    r"|\s?(?:多い|少ない|高い|低い|増|減)"
    r"|\s?(?:分|ポイント)?(?:を|ほど|程度)?(?:引き?[上下]げ|上乗せ|増や|増加|減ら|減少|縮小|拡大|上回|下回る|広げ|拡げ|狭め|延ば)"
)
#: What speaks of a part of what stands before it.
_OF_WHICH = re.compile(r"其中|うち|\b(?:of which|of them|of these|including)\b", re.IGNORECASE)
#: Parts of a street, and distances along it.
_PART_OF_SITE = re.compile(
    r"地下|操场|运动场|活动场地|首层|校庭|運動場"
    r"|\b(?:playgrounds?|basements?|underground|below ground|levels? of|yards?)\b",
    re.IGNORECASE,
)
_PARTS = (
    r"(?:人行道|非机动车道|机动车道|车道|绿化带|绿带|设施带|停车带|路肩|隔离带|分隔带|退界|间距|行道树|路面|建筑退让|后退|退线"
    r"|歩道|車道|車線|植樹帯|緑地帯|緩衝帯|停車帯|路肩|自転車道|中央分離帯|間隔|セットバック"
    r"|\b(?:lanes?|sidewalks?|footways?|pavements?|cycle (?:track|path|lane)s?|verges?|medians?|trees|every"
    r"|spaced|setbacks?|set back)\b)"
)
_PART = re.compile(_PARTS, re.IGNORECASE)
_PART_BEHIND = re.compile(
    r"\s?(?:宽|wide|の)?(?:的)?\s?(?:(?!(?:with|and|plus|beside|between)\b)\w+\s)?" + _PARTS, re.IGNORECASE
)
#: What a rate is for each of, behind a number and before it; a unit that holds one is read with the number.
_EACH_BEHIND = re.compile(
    r"\s?(?:[/／]\s?(?=[^\s\d])|per\b|an?\s(?:day|week|month|year|hour|head|person)\b|(?:当|あ)たり|ごと|につき|当り)",
    re.IGNORECASE,
)
_EACH_BEFORE = re.compile(
    r"(?:每(?:公顷|平方公里|平方米|亩|公里|[百千万]|天|日|年|月|小时)|[日月年]均)[^0-9]{0,10}$"
    r"|(?:1|一)(?:ha|㎡|日|年|時間)(?:当|あ)たり[^0-9]{0,10}$"
)
#: What is left out or lacking is not what there is, nor is what something is only more or less than.
_LACKING = re.compile(r"缺口|尚缺|短缺|短少|\b(?:short of|lacks?|lacking)\b", re.IGNORECASE)
_LACKING_BEHIND = re.compile(
    r"\s?(?:的?缺口|が?不足|足りな|的(?:目标|标准|要求)|(?:以[内上下]的|を?除|以外|之外|除外|未満|を超(?!え(?:ては|ない|ることは?[でな]))))"
    r"|\s?(?:are|is)\s(?:still\s)?(?:missing|lacking|short)\b",
    re.IGNORECASE,
)
_BUT = re.compile(
    r"(?:除|扣除|\b(?:except|without|excluding|besides))(?:\s|了|约|the|some|for)*$", re.IGNORECASE
)
_THAN = re.compile(r"(?<!不)[高低大小多少]于[^0-9，,。；;]{2,16}$|\bthan\s[^0-9,.;]{4,30}$", re.IGNORECASE)
_MONEY = re.compile(r"\s?(?:万|亿|億|million|billion)?\s?(?:元|円|€|euros?|yuan|yen|dollars?)", re.IGNORECASE)
_LOOK_BACK = 28


def is_apart(sentence: ScannedSentence, number: ScannedNumber) -> bool:
    """Whether a number states no figure of an object itself."""
    text, at = sentence.text, number.start
    return bool(
        is_change(sentence, number)
        or _of_a_part(sentence, number)
        or _of_which(sentence, number)
        or _is_rate(sentence, number)
        or _LACKING.search(text, sentence.comma(number), at)
        or any(one.match(text, number.end) for one in (_LACKING_BEHIND, _MONEY))
        or any(one.search(text[sentence.start : at]) for one in (_BUT, _THAN))
        or _OTHERS.search(_BECOMES.split(text[sentence.clause(number) : at])[-1])
    )


def _is_rate(sentence: ScannedSentence, number: ScannedNumber) -> bool:
    """Whether a number is so much for each of something: "150 jobs per hectare", 每公顷岗位150个."""
    if number.dimension == "person/ha":
        return False
    before = sentence.text[sentence.clause(number) : number.start]
    return bool(_EACH_BEHIND.match(sentence.text, number.end) or _EACH_BEFORE.search(before))


def is_change(sentence: ScannedSentence, number: ScannedNumber) -> bool:
    """Whether a number is by how much something changes, or what it was before."""
    before = sentence.text[max(sentence.start, number.start - _LOOK_BACK) : number.start]
    was = _FROM.search(before) and _TO.match(sentence.text, number.end)
    return bool(was or _BY.search(before) or _CHANGED.match(sentence.text, number.end))


def _of_a_part(sentence: ScannedSentence, number: ScannedNumber) -> bool:
    """Whether a length is of a part of a street or of what stands along it, an area of one of a site."""
    before = sentence.text[sentence.clause(number) : number.start]
    if number.dimension == "area":
        # In the name of an object it is none of it, and behind another figure it is of that.
        own = [*(one.end for one in sentence.words if one.subject), *(one.end for one in sentence.numbers)]
        last = max([sentence.clause(number), *(end for end in own if end <= number.start)])
        return _PART_OF_SITE.search(sentence.text, last, number.start) is not None
    if number.dimension != "length":
        return False
    return bool(_PART.search(before) or _PART_BEHIND.match(sentence.text, number.end))


def _of_which(sentence: ScannedSentence, number: ScannedNumber) -> bool:
    """Whether a number is of a part that no word names: ``其中已出让3.4公顷``."""
    found = _OF_WHICH.search(sentence.text, sentence.clause(number), number.start)
    return found is not None and not any(found.end() <= one.start < number.start for one in sentence.words)
