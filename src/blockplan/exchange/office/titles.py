"""Headings of fields as people write them: what is the name, what is the unit."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from blockplan.exchange.office.traditional import simplified

#: Unit as written (plain, lower case) -> unit as the door calls it.
UNITS = {
    "%": "%", "百分比": "%", "‰": "permille",
    "m": "m", "米": "m", "公尺": "m", "km": "km", "千米": "km", "公里": "km",
    "m2": "m2", "平方米": "m2", "平米": "m2", "平方公尺": "m2", "m²": "m2", "sqm": "m2",
    "万m2": "1e4 m2", "万平方米": "1e4 m2", "万平米": "1e4 m2", "万方": "1e4 m2", "万平": "1e4 m2",
    "ha": "ha", "hm2": "ha", "hm²": "ha", "公顷": "ha", "公頃": "ha", "h m2": "ha", "顷": "1e2 mu",
    "亩": "mu", "畝": "mu", "km2": "km2", "平方公里": "km2", "平方千米": "km2",
    "平方": "m2", "メートル": "m", "平方メートル": "m2", "ヘクタール": "ha",
    "人": "1", "户": "1", "个": "1", "辆": "1", "班": "1", "床": "1", "张": "1", "座": "1", "车位": "1",
    "泊位": "1",
    "处": "1", "所": "1", "个/户": "per dwelling",
    "万人": "1e4", "千人": "1e3", "百人": "1e2", "万户": "1e4", "层": "storeys",
}  # fmt: skip
_BRACKETS = re.compile(r"[(\[【〔{<]([^()\[\]【】〔〕{}<>]*)[)\]】〕}>]")
_BEHIND = re.compile(r"^(.*?)[/:_\-,]*(万平方米|万平米|万m2|平方米|公顷|hm2|m2|ha|亩|%|米|m|万人)$")
_SPACE = re.compile(r"[\s_\-·.:,;、*]+")
_MARKS = re.compile(r"[①②③④⑤⑥⑦⑧⑨⑩]|[(（\[]注\d*[)）\]]|(?<=.)注\d+$|\*+$")


def plain(text: str) -> str:
    r"""
    A name as it is compared: full width made half, without spaces and marks, lower case, simplified signs.

    Examples
    --------
    >>> plain("地 块\n编号"), plain("ＤＫＢＨ"), plain("RJL_SX")
    ('地块编号', 'dkbh', 'rjlsx')
    """
    return simplified(_SPACE.sub("", unicodedata.normalize("NFKC", text)).lower())


@lru_cache(maxsize=8192)
def name_and_unit(title: str) -> tuple[str, str]:
    r"""
    The name of a heading and the unit it says ("" where it says none); both plain.

    Examples
    --------
    >>> name_and_unit("用地面积\n（公顷）"), name_and_unit("容积率（上限）"), name_and_unit("建筑密度%")
    (('用地面积', 'ha'), ('容积率上限', ''), ('建筑密度', '%'))
    >>> name_and_unit("居住人口（人）"), name_and_unit("备注")
    (('居住人口', '1'), ('备注', ''))
    >>> name_and_unit("DKBH"), name_and_unit("建筑面积(万㎡)"), name_and_unit("限高/m")
    (('dkbh', ''), ('建筑面积', '1e4 m2'), ('限高', 'm'))
    """
    text = unicodedata.normalize("NFKC", _MARKS.sub("", title)).strip()
    unit = ""
    for inside in _BRACKETS.findall(text):
        said = UNITS.get(re.sub(r"^(?:单位)[:：]?", "", "".join(inside.split()).lower()))
        if said:
            unit = said
            text = re.sub(rf"[(\[【〔{{<]{re.escape(inside)}[)\]】〕}}>]", "", text)
    name = plain(re.sub(r"[()\[\]【】〔〕{}<>]", "", text))
    if not unit:
        behind = _BEHIND.match(unicodedata.normalize("NFKC", text).strip().lower().replace(" ", ""))
        # A Latin name may end in m or ha of its own; a Chinese one does not.
        if (
            behind
            and behind[1]
            and (not behind[2].isascii() or not behind[1][-1].isalnum() or not behind[1].isascii())
        ):
            name, unit = plain(behind[1]), UNITS.get(behind[2], "")
    return name, unit


def is_unit_text(text: str) -> bool:
    """Whether a cell holds nothing but a unit, as the row below a heading may."""
    inner = re.sub(r"[()（）\[\]]", "", unicodedata.normalize("NFKC", text))
    return "".join(inner.split()).lower() in UNITS
