"""Numbers in an office's text: value, unit and precision; and those of chapters, days and standards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.deliver.text.facts import LAYERS, SERVICES
from blockplan.figures import fixed
from blockplan.plan.model.figures import figures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from blockplan.deliver.text.facts import Fact

Span = tuple[int, int]
_COUNTED = (said for words in (*SERVICES.values(), *LAYERS.values()) for said in words if said.isascii())
#: What an English text counts, without a word for one of it.
COUNTED = "|".join(rf"{re.escape(said)}s?\b" for said in sorted(_COUNTED, key=len, reverse=True))
A_DAY = r"\s?(?:[/／每]\s?[日天d]|\b(?:per|a)\sday\b)"
#: What stands behind a number -> dimension, and base units (m2, m, 1) of one. The first that fits counts.
UNITS: tuple[tuple[re.Pattern[str], str, float], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE if "\\b" in pattern else 0), dimension, factor)
    for pattern, dimension, factor in (
        (r"(?:平方米|㎡|m²|m2)\s?[/／每]\s?(?:千人)", "area/1000", 1.0),
        (r"(?:平方米|㎡|m²|m2)\s?[/／每]\s?人", "area/person", 1.0),
        (
            r"(?:m²|m2|sqm|square met(?:re|er)s?)\s(?:per|a|for each)\s(?:person|resident|inhabitant|head)\b",
            "area/person",
            1.0,
        ),
        (r"人\s?[/／每]\s?(?:公顷|hm²|ha)", "person/ha", 1.0),
        (r"床\s?[/／每]\s?千人", "bed/1000", 1.0),
        (
            r"(?:公里|千米|km|キロメートル)\s?(?:[/／每]|\bper\b)\s?"
            r"(?:平方公里|平方千米|km²|km2|㎢|square kilomet(?:re|er))",
            "density",
            1.0,
        ),
        (rf"(?:立方米|m³|m3|㎥|cubic met(?:re|er)s?)(?:{A_DAY})?", "volume/day", 1.0),
        (rf"(?:吨|t(?![a-zA-Z])|トン|tonnes?\b)(?:{A_DAY})?", "weight/day", 1.0),
        (r"千瓦(?!时)|kW(?!h)|キロワット", "power", 1.0),
        (r"兆瓦(?!时)|MW(?!h)|メガワット", "power", 1e3),
        (r"(?:标准)?(?:当量)?(?:车次|小汽车单位)|pcu(?:[/／]h)?", "trips", 1.0),
        (r"平方公里|平方千米|km²|km2|㎢|平方キロメートル|sq\.?\s?km|square kilomet(?:re|er)s?", "area", 1e6),
        (r"公顷|hm²|hm2|ha\b|ha(?![a-zA-Z])|ヘクタール|hectares?\b", "area", 1e4),
        (r"亩", "area", 10_000 / 15),
        (r"平方米|㎡|m²|m2|平方メートル|sq\.?\s?m\b|sqm\b|square met(?:re|er)s?", "area", 1.0),
        (r"[%％]|パーセント|per\s?cent\b", "share", 0.01),
        (r"割(?!り|合)", "share", 0.1),
        (r"公里|千米|km(?![a-zA-Z²2])|キロメートル|kilomet(?:re|er)s?\b", "length", 1e3),
        (r"米|m(?![a-zA-Z²2])|メートル|met(?:re|er)s?\b", "length", 1.0),
        (
            r"个?(?:机动车)?(?:停车泊位|停车位|车位|泊位)|辆|台|(?:(?:car )?parking )?spaces?\b"
            r"|cars\b(?!\s(?:per|an?)\b)",
            "parking",
            1.0,
        ),
        (r"个?(?:学位|托位)|(?:school |pupil |childcare )?places\b|pupils\b|children\b", "place", 1.0),
        (r"张?床位?|张|beds?\b", "bed", 1.0),
        (r"个?就业岗位|个?岗位|jobs?\b|workplaces\b", "job", 1.0),
        (r"人|名(?:居民)?|residents?\b|people\b|persons?\b|inhabitants?\b", "person", 1.0),
        (r"户|套|戸|世帯|dwellings?\b|homes\b|housing units\b|households\b", "dwelling", 1.0),
        (r"个?班|学級|classes\b", "class", 1.0),
        (r"[层階]|storeys?\b|floors?\b", "storey", 1.0),
        (
            r"所|处|座|个|家|宗|块|条|校|園|館|箇所|か所|ヶ所|カ所|区画|街区(?!の|まで|内|から(?!な|成)|に(?!分|区分)|で(?!構成|あ))|施設",
            "count",
            1.0,
        ),
        (rf"(?=(?:\w+ ){{0,2}}?(?:{COUNTED}))", "count", 1.0),
    )
)
SCALES = {
    "万": 1e4, "亿": 1e8, "億": 1e8, "千": 1e3, "百万": 1e6, "million": 1e6, "thousand": 1e3,
}  # fmt: skip
#: Numbers that an English text spells.
SPELT = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
}  # fmt: skip
_NUMBER = re.compile(
    r"(?P<digits>[0-9０-９]{1,3}(?:[,，][0-9]{3})+(?:[.．][0-9]+)?|[0-9０-９]+(?:[.．][0-9０-９]+)?)"
    r"(?:\s?(?P<more>万|億|亿)\s?(?P<rest>[0-9]{1,4}(?=千)|[0-9]{4}(?![0-9]))(?P<less>千)?"
    r"|\s?(?P<scale>百万|万|亿|億|million\b|thousand\b|千(?=[人户戸㎡平])))?"
    r"|(?P<words>[一二两三四五六七八九十百]+)(?=\s?(?:所|处|座|个|条|户|家|公顷|公里|平方公里|校|園|館))"
    rf"|\b(?P<spelt>{'|'.join(SPELT)})\b(?=\s(?:\w+ ){{0,2}}?(?:{COUNTED}))",
    re.IGNORECASE,
)
_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)
_UNIT = "|".join(pattern.pattern for pattern, *_ in UNITS[:-1])
#: Behind the digits of a code of land: it is a figure, "就业岗位1303个".
_FIGURE_BEHIND = re.compile(rf"[.,][0-9]|\s?(?:{_UNIT})", re.IGNORECASE)
#: What must not follow a year: a unit or what is counted, also behind a second number.
_COUNTS = rf"(?!(?:\s?(?:to|and|or|[-–—~～至])\s?[0-9][0-9,.]*)?\s?(?:{_UNIT}|{COUNTED}))"
#: Numbers that state nothing of the plan: chapters, figures, days, standards, documents, scales, lists.
CONTEXT = re.compile(
    r"第\s?[0-9０-９一二三四五六七八九十百]+(?:[.．][0-9]+)*\s?(?:[条章节款号期页轮批次卷届]|街[区坊])(?:の\s?[0-9]+)*"
    r"|(?:附[件录図图表]|別[図表紙]|(?<![代发発仪电水钟手意企版])[图図表])\s?[0-9]+(?:[-－—.．][0-9]+)*"
    rf"|附\s?[0-9]{{1,2}}(?:[-－—.．][0-9]+)*(?![0-9]){_COUNTS}"
    r"|(?:19|20)[0-9]{2}\s?年?\s?(?:[-－–—~～至]|to\b|until\b|から)\s?(?:19|20)[0-9]{2}(?:\s?年|(?![0-9])"
    rf"{_COUNTS})"
    r"|(?:19|20)[0-9]{2}\s?年(?:\s?[0-9]{1,2}\s?月)?(?:\s?[0-9]{1,2}\s?日)?"
    r"|[0-9]{1,2}\s?月(?:\s?[0-9]{1,2}\s?日)?"
    r"|(?:GB|DB|CJJ|JGJ|TD|HJ|CJ)\s?(?:/\s?T)?\s?[0-9]+(?:[.．][0-9]+)?(?:\s?[-－—]\s?[0-9]{2,4})?"
    r"|[〔\[（(](?:19|20)[0-9]{2}[〕\]）)]\s?[0-9]*\s?号?"
    r"|[（(][0-9一二三四五六七八九十]{1,3}[）)]"
    r"|(?<![0-9A-Za-z.．-])1\s?[:：]\s?[0-9]{1,3}(?:[, \u00a0]?[0-9]{3})*(?:\.[0-9]+)?"
    r"|(?:班额|每班)\s?[0-9]+\s?人"
    r"|每(?:张|个|名)?(?:床位?|班|户|生|学生|学位|车位|座|处|层|栋|幢|万人|百户|百人)[^，,。；;0-9]{0,14}[0-9]+(?:[.．][0-9]+)?"
    r"\s?(?:平方米|㎡|m²|人|个|米|张)"
    r"|(?:1|一)(?:床|人|戸|世帯|クラス|学級|台)(?:当たり|あたり)[^、。0-9]{0,14}[0-9]+(?:[.．][0-9]+)?\s?(?:㎡|m²|人|台|平方メートル)?"
    r"|[0-9]+(?:\.[0-9]+)?\s?(?:m²|m2|square met(?:re|er)s?|places|spaces)?\s(?:per|for each|to each)\s"
    r"(?:bed|pupil|dwelling|home|household|class|storey|child|space)\b"
    r"|(?:平均|户籍人口)[^，,。；;0-9]{0,8}[0-9]+(?:[.．][0-9]+)?(?:万)?\s?(?:公顷|平方米|人|ha|㎡)"
    r"|[0-9]+(?:\.[0-9]+)?(?:\s?(?:million|billion))?\s(?:euros?|dollars?|yuan|yen)\b"
    r"|[0-9]+(?:\.[0-9]+)?\s?(?:ha|m²|hectares)\son average"
    r"|[0-9]+(?:\.[0-9]+)?(?:\s?[+＋]\s?[0-9]+(?:\.[0-9]+)?)+\s?(?:m|米)?"
    r"|\b(?:per|for every|to every)\s[0-9][0-9,]*\s\w+|1?学級\s?[0-9]+\s?人"
    r"|(?:生|套|户|床|班|车)均[^，,。；;0-9]{0,14}[0-9]+(?:[.．][0-9]+)?\s?(?:平方米|㎡|m²|人|个|米)?"
    r"|(?:户均|每户|平均每户|世帯当たり|世帯あたり|一?戸当たり)\s?(?:人口|人数|约|約)?\s?[0-9]+(?:[.．][0-9]+)?\s?人"
    r"|(?:residents|people|persons)\s(?:per|a|to each)\s(?:dwelling|home|household)"
    r"|[0-9]+\s?(?:分钟|小时|天|日内|个工作日|个月|年内)"
    rf"|^\s*[0-9０-９]+(?:[.．][0-9０-９]+)*(?=[\s、.．　])(?!\s?(?:{_UNIT}))"
    r"|(?<![0-9A-Za-z.-])(?<!block )[0-9]{1,2}\s?[:：]\s?[0-9]{2}(?![0-9])"
    r"|[0-9]+\s?年一遇|[0-9]+-in-[0-9]+(?:-year)?|[0-9]+\s?度(?![a-z])"
    # English
    r"|\b(?:tables?|figures?|figs?\.|sections?|chapters?|articles?|clauses?|annex|appendix|sheets?|drawings?|"
    r"phases?|stages?|pages?|paragraphs?|no\.|nos?\.|version|part|step|meeting)\s?[0-9]+(?:[-–.][0-9]+)*"
    rf"(?:\s(?:and|to)\s[0-9]+(?:[-–.][0-9]+)*)?"
    rf"|(?:[0-9]{{1,2}}\s)?(?:{_MONTHS})\s(?:[0-9]{{1,2}},\s)?(?:19|20)[0-9]{{2}}"
    rf"|[0-9]{{1,2}}\s(?:{_MONTHS})\b"
    rf"|\b(?:in|since|by|from|until|till|to|of|for|during|and|year)\s(?:19|20)[0-9]{{2}}\b{_COUNTS}"
    r"|\b(?:one|two|three|four|five|six)\srounds\b|[0-9]+(?:st|nd|rd|th)\b|[0-9]+[-–\s]?(?:minutes?|hours?|days?|weeks?|months?|years?)\b"
    # Japanese
    r"|第\s?[0-9]+\s?項|(?:別紙|別添|資料|附件|附录)\s?[0-9]+"
    r"|[0-9]{1,2}\s?時(?:\s?[0-9]{1,2}\s?分)?|[0-9]+\s?(?:年度|ページ|頁)"
    r"|(?:令和|平成|昭和)\s?[0-9元]+\s?年(?:度)?(?:\s?[0-9]{1,2}\s?月)?(?:\s?[0-9]{1,2}\s?日)?"
    r"|[0-9]+\s?(?:[轮輪章節节次版]|ラウンド)|1\s?[/／]\s?[0-9,]+|[0-9]+\s?(?:分間?|時間|日間|か月|ヶ月|カ月|年間|回|期)",
    re.IGNORECASE,
)
_HORIZON = (
    r"(?:规划期限|规划期|规划目标年|目标年|期限至|远期|計画期間|目標年次|目標年度?|"
    r"plan(?:ning)? (?:period|horizon)|horizon|target year)"
)
#: What begins or is drawn up in a year, or is of one: in front of it, and behind.
_OTHER_YEAR = r"近期|基[期准年]|基準|現[状況]|现状|start|beg[au]n|adopt|base"
_OTHER_BEHIND = (
    r"(?!\s?年?(?:起?[开開]始|启动|起[，,。；;]|[编編]制|策定|着手|批[复准]|报批|\s?(?:is|was) the base))"
)
#: The year that a plan is for; the second one of a span.
HORIZON = re.compile(
    rf"{_HORIZON}(?:(?!{_OTHER_YEAR})[^。；;0-9]){{0,16}}?(20[0-9]{{2}}){_OTHER_BEHIND}"
    r"(?:\s?年?\s?(?:起?[-－—–~～至到から]+|to|until)\s?(20[0-9]{2}))?",
    re.IGNORECASE,
)
#: Words that make a number a round one, one from below, one from above; in front of it, and behind.
_ROUND = re.compile(
    r"(?:约|大约|约为|大致|近似|およそ|概ね|おおむね|約|\b(?:about|around|roughly|some|approximately|ca\.|circa))\s?$",
    re.IGNORECASE,
)
_ROUND_BEHIND = re.compile(r"\s?(?:左右|上下|程度|前後|ほど|or so\b)", re.IGNORECASE)
_UNDER = re.compile(
    r"(?:接?近|将近|不足|不到|ほぼ|\b(?:nearly|almost|just under|close to))\s?$", re.IGNORECASE
)
_UNDER_BEHIND = re.compile(r"\s?(?:弱)")
#: What forbids to be more, or says that something is not: the figure behind is one to its last digit.
_NO_MORE = r"(?<![不得应宜须未勿])(?<!不[可能会准许])(?<!不允许)(?<!禁止)(?<!严禁)"
_OVER = re.compile(
    rf"(?:{_NO_MORE}(?:超|逾|超过)|\b(?:over|more than|just above|upwards of))\s?$", re.IGNORECASE
)
_FORBIDDEN = re.compile(
    r"\b(?:no|not|never|cannot)(?:\s(?:to|be|ever|go|rise|allowed|permitted))*\s"
    r"(?:over|more than|just above|upwards of)\s?$",
    re.IGNORECASE,
)
_OVER_BEHIND = re.compile(r"\s?(?:余|多(?=[人户戸套个亩公平㎡万])|强|強)")
#: The shares of a number that a round one, and one from below or above, may be off.
ROUNDED, ONE_SIDED = 0.02, 0.1


@dataclass(frozen=True, slots=True)
class ScannedNumber:
    """
    A number of a text.

    ``value`` and ``half`` (half of the last digit written) are in base units: m2, m, 1. ``factor`` is base
    units in the unit written, ``unit`` that unit's sign. ``slack`` is by how much a value may be below and
    above it where words say that it is a round one.
    """

    start: int
    end: int
    said: str
    value: float
    half: float
    dimension: str
    factor: float
    unit: str
    slack: tuple[float, float] = (0.0, 0.0)

    def fits(self, measured: float) -> bool:
        """Whether a value rounds to the number as it is written."""
        low, high = (
            max(self.half, slack) * (1 + 1e-9) + 1e-9 * max(abs(measured), 1.0) for slack in self.slack
        )
        return -low <= measured - self.value <= high

    def states(self, fact: Fact) -> bool:
        """Whether it says what a fact is."""
        return any(map(self.fits, fact.amounts))

    def written(self, measured: float) -> str:
        """A value in the unit and to the digits of the number, with as many more as tell the two apart."""
        decimals = max(0, len(self.said_digits.partition(".")[2]))
        while (
            decimals < 6
            and f"{measured / self.factor:.{decimals}f}" == f"{self.value / self.factor:.{decimals}f}"
        ):
            decimals += 1
        return fixed(measured / self.factor, decimals) + self._unit_as_said

    @property
    def _unit_as_said(self) -> str:
        """The sign of the unit with the blanks that the text has before and in it."""
        behind = re.sub(r"^[0-9.,]+", "", self.said.translate(_HALF))
        return behind if "".join(behind.split()) == "".join(self.unit.split()) else self.unit

    @property
    def said_digits(self) -> str:
        """The digits alone."""
        found = re.match(r"[0-9.,]+", self.said.translate(_HALF))
        return found[0].replace(",", "") if found else ""


_HALF = str.maketrans("０１２３４５６７８９．，", "0123456789.,")


def is_figure(text: str, end: int) -> bool:
    """Whether digits that end here are a figure by what stands behind them, and no code of land."""
    return _FIGURE_BEHIND.match(text, end) is not None


def numbers(text: str, taken: Sequence[Span] = (), unit: str = "") -> Iterator[ScannedNumber]:
    """
    The numbers of a text that may state something of a plan, from left to right.

    Parameters
    ----------
    taken
        Stretches that are names already (``RD-01-02``): what lies in them is no number.
    unit
        The unit that holds where none is written: that of a table's column.

    Examples
    --------
    >>> found = numbers("规划人口约5.2万人，绿地率35%，容积率2.0")
    >>> [(one.said, round(one.value, 9), one.dimension) for one in found]
    [('5.2万人', 52000.0, 'person'), ('35%', 0.35, 'share'), ('2.0', 2.0, '')]
    >>> list(numbers("依据GB 50180-2018第4.0.2条，2021年编制"))
    []
    """
    blocked = [*taken, *(match.span() for match in CONTEXT.finditer(text))]
    last = -1
    for match in _NUMBER.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in blocked):
            continue
        at, ended = match.start(), last
        last = match.end()
        if at and re.match(r"[A-Za-z0-9_.-]", text[at - 1]) and not _ends_range(text, match, ended):
            continue
        yield _number(text, match, unit)


def _ends_range(text: str, match: re.Match[str], ended: int) -> bool:
    """Whether a number behind a hyphen is the upper end of a range: 1.5-2.5, 12-36m; no number of a thing."""
    if ended < 0 or not match["digits"]:
        return False
    lower = re.search(r"(?<![0-9A-Za-z_.-])[0-9]+(?:\.[0-9]+)?$", text[:ended])
    joined = re.fullmatch(r"\s?(?:[%％]|米|m)?\s?-", text[ended : match.start()])
    if lower is None or joined is None or re.match(r"-|[A-Za-z]*[0-9]", text[match.end() :]):
        return False
    upper = match["digits"].translate(_HALF).replace(",", "")
    if float(lower[0]) < float(upper):
        return True
    # With its ends the wrong way round it is a range still where both say as many decimals, or a share:
    # 10.00-3.00, 480-49%.
    decimals = [len(one.partition(".")[2]) for one in (lower[0], upper)]
    return decimals[0] == decimals[1] and (decimals[0] > 0 or text[match.end() : match.end() + 1] in {*"%％"})


def context_numbers(text: str) -> list[Span]:
    """Stretches whose numbers count chapters, days, standards and the like."""
    return [match.span() for match in CONTEXT.finditer(text) if re.search(r"\d", match[0])]


def _number(text: str, match: re.Match[str], unit: str) -> ScannedNumber:
    if match["digits"]:
        digits = match["digits"].translate(_HALF).replace(",", "")
        scale = SCALES.get((match["scale"] or "").lower(), 1.0)
        value, half = float(digits) * scale, 0.5 * scale * 10.0 ** -len(digits.partition(".")[2])
        if match["more"]:
            last = SCALES["千"] if match["less"] else 1.0
            value, half = value * SCALES[match["more"]] + float(match["rest"]) * last, 0.5 * last
    elif match["spelt"]:
        scale, value, half = 1.0, float(SPELT[match["spelt"].lower()]), 0.5
    else:
        scale, value, half = 1.0, figures(match["words"])[0].value, 0.5
    # "18 m", and "the 0.6-hectare site".
    at = match.end() + (text[match.end() : match.end() + 1] in {" ", "\u00a0", "\u3000", "-"})
    # "310余人".
    dimension, factor, tail = _unit(text, at + (text[at : at + 1] in {"余", "多"}))
    if not dimension and unit:
        dimension, factor, _ = _unit(unit, 0)
        scaled = SCALES.get(unit[:1], 1.0) if not dimension else 1.0
        if not dimension and scaled != 1.0:
            dimension, factor, _ = _unit(unit, 1)
            factor *= scaled
        end, sign = match.end(), ""
    else:
        end, sign = (tail, text[at:tail]) if dimension else (match.end(), "")
    said = text[match.start() : end].strip()
    written = f"{match['scale'] or ''}{sign}"
    return ScannedNumber(
        match.start(),
        match.start() + len(said),
        said,
        value * factor,
        half * factor,
        dimension,
        scale * factor,
        written,
        _slack(text, match.start(), match.end(), end, value * factor, half * factor),
    )


def _slack(text: str, start: int, digits: int, end: int, value: float, half: float) -> tuple[float, float]:
    """By how much a value may be below and above a number that words make a round one."""
    before = text[max(0, start - 48) : start]
    if _UNDER.search(before) or _UNDER_BEHIND.match(text, end):
        return ONE_SIDED * value, 0.0
    over = _OVER.search(before) and not _FORBIDDEN.search(before)
    if over or _OVER_BEHIND.match(text, digits) or _OVER_BEHIND.match(text, end):
        return 0.0, ONE_SIDED * value
    if _ROUND.search(before) or _ROUND_BEHIND.match(text, end):
        # "约50000人" says no more digits than it has before its noughts.
        said = round(value / (2 * half))
        noughts = 10.0 ** (len(str(said)) - len(str(said).rstrip("0")))
        off = min(half * noughts, ROUNDED * value)
        return off, off
    return 0.0, 0.0


def dimension_of(unit: str) -> str:
    """The dimension of a unit that stands alone (``area``); empty where it is none, or a mere multiplier."""
    return _unit(unit, 0)[0] or (_unit(unit, 1)[0] if unit[:1] in SCALES else "")


def _unit(text: str, at: int) -> tuple[str, float, int]:
    for pattern, dimension, factor in UNITS:
        found = pattern.match(text, at)
        if found:
            return dimension, factor, found.end()
    return "", 1.0, at
