"""Names of facilities and streets that a plan does not have: 锦绣文化室 beside 问渠文化室, Meadow Road."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_IDEOGRAPHS = "\u3400-\u9fff"
#: A name in ideographs begins with two of its own; these are none: what a kind of things is like.
_COMMON = re.compile(
    r"规划|计划|新建|新设|现状|现有|既有|保留|扩建|迁建|改建|配建|社区|城市|城镇|乡村|农村|公共|公立|私立|民办|综合|中心|地区|片区|"
    r"配套|独立|完全|其他|其它|周边|附近|小型|大型|区级|市级|镇级|街道|商业|步行|主要|次要|主干|次干|生活|交通|景观|道路|"
    r"快速|高架|沥青|水泥|硬化|碎石|砂石|口袋|慢行|骑行|人行|自行|机动|非机|消防|单行|双向|内部|环形|连接|辅助|过境|货运|临时|断头|尽端|滨[河江湖海水]|沿[河江湖海街]"
    r"|实验|寄宿|示范|普惠|公益|微型|嵌入|标准|邻里|村级|组团|居住|养老|日间|老年|儿童|青少|专科|全科|停车|体育|文化|商务|会议|展览|活动|服务|"
    r"計画|新規|既存|現況|地域|民間|[市区町村県]立|幹線|主要|生活|"
    r"[的在与及至到由从向沿为是有各其该本此等以于将对每所处个座条一二三四五六七八九十两两侧の間]"
)
#: A street by its number: 南二路, 经三路.
_NUMBERED = re.compile(r"[东南西北中经纬][一二三四五六七八九十]$")
#: Behind one of them a street is none: 铁路, 新思路.
_WORD = re.compile(r".[思线铁公道马电管岔套网干支弯环辅]$")
_LEAD = r"(?:(?<![\u3400-\u9fff])|(?<=规划)|(?<=新建)|(?<=计划)|(?<=沿)|(?<=位于)|(?<=[和与及在至]))"
_TAIL = (
    r"(?=[^\u3400-\u9fff]|$|位于|设|红线|道路|建筑|用地|占地|床位|为|规划|布置|全长|宽|长"
    r"|計画|幅員|延床|敷地|定員)"
)
#: Words in capitals that begin a sentence or tell of what kind a thing is.
_PLAIN = re.compile(
    r"(?:The|This|That|These|Those|An?|Each|Every|All|No|Any|Both|Its?|Our|In|On|At|Of|For|With|Along|Near|One|Two"
    r"|New|Old|Existing|Planned|Proposed|Public|Private|Local|Arterial|Secondary|Primary|Main|Major|Minor|Urban"
    r"|Rural|Town|Village|City|Municipal|District|Community|Neighbou?rhood|Access|Service|Ring|Side|Cross|High"
    r"|Street|Road|Planning|General|Other|Another|Some|Total|Nine|Elementary|Middle|Car|Pocket|Business|Science|Technology|Industrial|Retail|Logistics|Theme|Linear|Trunk|Express"
    r"|Elevated|Asphalt|Gravel|Paved|Toll|Feeder|Collector|Distributor|Estate|Inner|Outer|Loop|Link|Slip|Bus|Cycle"
    r"|Pedestrian|Shared|Day|Care|Senior|Junior|Infant|Nursery|Boarding|Special|Vocational|Technical|Medical|Health"
    r"|Children|Fire|Police|Culture|Cultural|Sports?|Leisure|Shopping|Commercial|Residential|Through|First|Second|Third"
    r"|Parcel|Plot|Block|Site|Table|Figure|Sheet|Schedule)$"
)
#: So many names of a plan end alike that this is a kind of them.
KIND = 2
#: So many ideographs have no place for a name beside a kind: 图书馆.
SHORT = 3


class Strangers:
    """The kinds of the names of a plan: what two of them end in, or what a kind of facilities is called."""

    def __init__(self, names: Iterable[str], kinds: Iterable[str]) -> None:
        called = {one.lower() for one in kinds}
        known = set(names)
        ends = Counter(end for name in known if (end := _end_of(name)))
        own = [end for end, count in ends.items() if count >= KIND or end.lower() in called]
        own.sort(key=lambda end: (-len(end), end))
        ideographs, words = (
            [re.escape(end) for end in own if end.isascii() is plain] for plain in (False, True)
        )
        #: A name that is a kind's as well (菜市场), with another ideograph in its middle.
        alike = (
            rf"{one[0]}(?!{one[1]})[{_IDEOGRAPHS}]{one[2]}"
            for one in sorted(known)
            if one.lower() in called and re.fullmatch(rf"[{_IDEOGRAPHS}]{{3}}", one)
        )
        self._misspelt = re.compile(rf"{_LEAD}(?:{'|'.join(alike) or '(?!)'}){_TAIL}")
        self._patterns = [
            re.compile(pattern)
            for ends_, pattern in (
                (ideographs, rf"{_LEAD}(?P<head>[{_IDEOGRAPHS}]{{2}})(?:{'|'.join(ideographs)}){_TAIL}"),
                (words, rf"\b(?P<head>[A-Z][a-z'’]+) (?:{'|'.join(words)})\b"),
            )
            if ends_
        ]

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Where something stands that is called as the plan's own things are."""
        yield from (found.span() for found in self._misspelt.finditer(text))
        for pattern in self._patterns:
            for found in pattern.finditer(text):
                plain = _PLAIN if found["head"].isascii() else _COMMON
                word = _WORD.match(found["head"]) and found[0].endswith("路")
                named = _NUMBERED.match(found["head"]) or not plain.search(found["head"])
                if named and not word:
                    yield found.span()


def is_common(name: str) -> bool:
    """
    Whether what stands as a name only says of what kind something is.

    Examples
    --------
    >>> is_common("停车场"), is_common("Car Park"), is_common("云溪图书馆")
    (True, True, False)
    """
    if name.isascii():
        return _PLAIN.match(name.partition(" ")[0]) is not None
    return len(name) <= SHORT or _COMMON.search(name[:2]) is not None


def _end_of(name: str) -> str:
    """What a name has behind its own first two ideographs, or its own first word."""
    if name[-1:] in "区坊块":
        return ""
    if re.match(rf"[{_IDEOGRAPHS}]{{3}}|[{_IDEOGRAPHS}]{{2}}[\u3040-\u30ff]", name):
        return name[2:] if not re.search(r"[0-9]", name) else ""
    head, _, end = name.partition(" ")
    return end if re.fullmatch(r"[A-Z][a-z'’]+", head) and re.fullmatch(r"[A-Z][A-Za-z -]+", end) else ""
