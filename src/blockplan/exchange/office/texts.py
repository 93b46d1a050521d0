"""
Facilities in texts: ``小学一所（24班）``, ``养老院（150床）``, ``社区服务站、菜市场``.

A text is taken apart into items; each item is a facility with what it says of number and size, and what
says nothing that is known is given back unread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from blockplan.errors import MappingError
from blockplan.exchange.office.values import is_blank, text_of
from blockplan.plan.model.faults import NAMES
from blockplan.plan.model.figures import figures
from blockplan.yamlfile import read_map

_CUT = re.compile(r"[、，,；;。\n\r|]|(?<!\d)\+|\+(?!\d)|(?<![A-Za-z\d.(])\d{1,2}[.)、](?!\d)|[①②③④⑤⑥⑦⑧⑨⑩]")
_AND = re.compile(r"以及|及|和|与")
_COUNT = re.compile(
    r"([一二两三四五六七八九十]|(?<!\d)\d{1,2})\s*(?:所|处|个(?!班)|座(?!位)|家|间|×|x)|(?:×|x|\*)\s*(\d{1,2})(?![\d.])",
    re.IGNORECASE,
)
#: Spaces of a car park and chargers in it are no facilities each.
_SPACES_OF = re.compile(r"(?:车位|泊位|充电桩|桩)\D{0,4}\d+\s*个|\d+\s*个\D{0,4}(?:车位|泊位|充电|桩)")
_CLASSES = re.compile(r"(\d+|[一二三四五六七八九十]+)\s*(?:个?班|class(?:es|rooms?)?\b)", re.IGNORECASE)
_BEDS = re.compile(
    r"(\d+|[一二三四五六七八九十百]+)\s*(?:张?(?:养老|护理|病)?床位?|beds?\b)|床位数?\s*[:：]?\s*(?:≥|>=|不少于)?\s*(\d+)\s*张?",
    re.IGNORECASE,
)
_PLACES = re.compile(
    r"(\d+)\s*(?:个)?(?:学位|座位|座|名学生|人(?!口)|places\b|pupils\b|students\b)", re.IGNORECASE
)
_AREA = re.compile(
    r"(?P<what>用地面积|占地面积|用地规模|用地|占地|建筑面积|建筑规模|建筑|面积)?\s*(?:为|约|不小于|不低于|不少于|≥|>=|>|[:：])*\s*"
    r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>万平方米|万平米|万m2|平方米|平米|m2|公顷|hm2|ha|亩)(?P<per>/(?:处|座|所|个))?",
    re.IGNORECASE,
)
_UNIT_M2 = {
    "万平方米": 1e4,
    "万平米": 1e4,
    "万m2": 1e4,
    "平方米": 1.0,
    "平米": 1.0,
    "m2": 1.0,
    "公顷": 1e4,
    "hm2": 1e4,
    "ha": 1e4,
    "亩": 2000 / 3,
}
#: Words by which a remark speaks of what is elsewhere, not there, or only allowed.
_ELSEWHERE = re.compile(
    r"兼容|兼顾|允许|可|宜|鼓励|建议|距|周边|附近|临|邻|毗|对面|不|禁|取消|撤|迁|范围|半径|预留|远期|共用|共享|服务于|原|"
    r"拆|废|停(?!车)|关[停闭]|搬|改[为作]|无(?!障碍)|未(?!成年)|"
    r"near|allowed|may |not |no |from ",
    re.IGNORECASE,
)
#: A name of its own before a facility's word (`海棠`小学).
_OWN_NAME = re.compile(r"[\w·]{2}")
#: Services whose words stand in remarks on anything (parking, greens, pipes, shops).
_MERE = frozenset({"other", "retail", "transport", "utility"})
_SITE = ("公顷", "hm2", "ha", "亩")
#: More facilities of one name than this are not named at once.
MOST_NAMED = 20
#: Words by which a size is that of each of several, or of all together.
_EACH = re.compile(r"每|各|均|/\s*(?:所|处|座|个|家|校|园)|\b(?:each|per|apiece)\b", re.IGNORECASE)
_TOGETHER = re.compile(
    r"(?<!公)共(?!\s*\d+\s*(?:所|处|个(?!班)|座|家))|合计|总|累计|\b(?:in all|total|altogether)\b",
    re.IGNORECASE,
)


#: Sizes of a facility.
SIZES = ("beds", "places", "classes", "floor_area_m2", "site_area_m2")


@dataclass(frozen=True, slots=True)
class Named:
    """
    One facility that a text names.

    `service` is None where no word of the name is known; sizes are None where the text says none. Of several
    that are named together the first says which sizes were one for all and are `shared` out, and which are
    `unclear`, so that they are unknown.
    """

    name: str
    service: str | None
    level: str | None = None
    classes: float | None = None
    beds: float | None = None
    places: float | None = None
    floor_area_m2: float | None = None
    site_area_m2: float | None = None
    shared: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()


@cache
def _words() -> dict[str, Any]:
    table = read_map(Path(__file__).with_name("profiles") / "services.yaml", MappingError)
    for key in ("services", "levels"):
        table[key] = [dict(one, words=re.compile(one["words"], re.IGNORECASE)) for one in table[key]]
    table["remarks"] = {
        key: re.compile(f"(?:{'|'.join(words)}){'*' if key == 'leads' else ''}", re.IGNORECASE)
        for key, words in table["remarks"].items()
    }
    return table


@cache
def services() -> dict[str, str]:
    """What a plan of ours calls a service, by its id or in words -> the service."""
    ids = dict.fromkeys(one["service"] for one in _words()["services"])
    return {said: one for one in ids for said in (one, *NAMES.text(f"service.{one}").values())}


def service_of(name: str) -> tuple[str, str | None] | None:
    """
    Service and level that a facility's name says, or None where no word of it is known.

    Examples
    --------
    >>> service_of("实验小学"), service_of("公厕"), service_of("甲乙丙"), service_of("第三初级中学")
    (('primary_school', None), ('utility', None), None, ('secondary_school', 'junior'))
    """
    found = _service_in(name)
    return found[:2] if found else None


def _service_in(name: str) -> tuple[str, str | None, re.Match[str]] | None:
    """Service and level that a name says, and where in it the word stands."""
    for one in _words()["services"]:
        if word := one["words"].search(name):
            return one["service"], one.get("level"), word
    return None


def level_of(text: str) -> str | None:
    """
    The level that a text says, or None.

    Examples
    --------
    >>> [level_of(one) for one in ("社区级", "居住小区级", "居住区级", "街区级", "区级", "区县级", "片区级")]
    ['community', 'community', 'street', 'street', 'district', 'district', 'zone']
    """
    return next((one["level"] for one in _words()["levels"] if one["words"].search(text)), None)


def facilities_in(text: Any) -> tuple[list[Named], list[str]]:
    """
    The facilities that a parcel's text names, and the parts of it that name none.

    Examples
    --------
    >>> found, unread = facilities_in("小学一所（24班），养老院(150床)、社区服务站、菜市场")
    >>> [(one.name, one.service, one.classes, one.beds) for one in found]  # doctest: +NORMALIZE_WHITESPACE
    [('小学', 'primary_school', 24.0, None), ('养老院', 'nursing_home', None, 150.0),
     ('社区服务站', 'community_service', None, None), ('菜市场', 'market', None, None)]
    >>> facilities_in("按规范配置")
    ([], ['按规范配置'])
    >>> [len(facilities_in(one)[0]) for one in ("幼儿园2处", "-", "12班幼儿园和菜市场")]
    [2, 0, 2]
    >>> [one.classes for one in facilities_in("小学2所（共48班）、完中2所（每所36班）")[0]]
    [24.0, 24.0, 36.0, 36.0]
    """
    found, unread = _named_in("" if is_blank(text) else text_of(text))
    return list(found), list(unread)


@lru_cache(maxsize=4096)
def _named_in(text: str) -> tuple[tuple[Named, ...], tuple[str, ...]]:
    """The same of a plain text; many parcels of a plan say the same."""
    found: list[Named] = []
    unread: list[str] = []
    for item in _items(re.sub(r"(?<=\d),(?=\d{3})", "", text)):
        kind = service_of(re.sub(r"\(.*?\)", "", item)) or service_of(item)
        if kind is None:
            unread.append(item)
            continue
        found += _several(item, _sized(item, *kind), _count(item))
    return tuple(found), tuple(unread)


def facilities_remarked(text: Any) -> list[Named]:
    """
    The facilities that stand on a parcel by its remarks: named and nothing else, not merely mentioned.

    Remarks speak of a facility also where none is (``距小学300米``, ``无小学``, ``小学操场``), so one counts
    only where its item holds no more than its word with an ending (``社区卫生`` + ``服务中心``), words that
    are known to stand before one (``新建``, ``公办``), its number and its sizes. A name of its own
    (``海棠小学``) is not known, and gives none.

    Examples
    --------
    >>> [(one.service, one.beds) for one in facilities_remarked("养老院(150床)，兼容商业；配建菜市场")]
    [('nursing_home', 150.0), ('market', None)]
    >>> facilities_remarked("距小学300米，兼容幼儿园，不得设置加油站，无小学，拆除幼儿园，医院家属院")
    []
    """
    return list(_remarked_in("" if is_blank(text) else text_of(text)))


def facilities_by_name(text: Any) -> list[Named]:
    """
    The facilities that remarks of land for their own use name, also by a name of their own.

    Examples
    --------
    >>> [one.service for one in facilities_by_name("海棠小学，24班")], facilities_by_name("海棠小学操场")
    (['primary_school'], [])
    >>> [one.name for one in facilities_by_name("小学用地")], facilities_by_name("距海棠小学300米")
    (['小学'], [])
    """
    return list(_remarked_in("" if is_blank(text) else text_of(text), own_land=True))


@lru_cache(maxsize=4096)
def _remarked_in(text: str, *, own_land: bool = False) -> tuple[Named, ...]:
    found: list[Named] = []
    for item in _items(re.sub(r"(?<=\d),(?=\d{3})", "", text)):
        kind = service_of(re.sub(r"\(.*?\)", "", item))
        if kind is None or kind[0] in _MERE or _ELSEWHERE.search(item):
            continue
        one = _sized(item, *kind)
        if own_land:
            one = replace(one, name=re.sub(r"(?:建设)?用地$", "", one.name))
        if _is_facility(one.name, named=own_land):
            found += _several(item, one, _count(item))
    return tuple(found)


def _is_facility(name: str, *, named: bool = False) -> bool:
    """Whether a name without sizes is that of one facility, and says nothing else; or is `named` its own."""
    found = _service_in(name)
    if found is None:
        return False
    word, table = found[2], _words()["remarks"]
    if not table["leads"].fullmatch(name, 0, word.start()) and not (named and _OWN_NAME.match(name)):
        return False
    whole = table["whole"].fullmatch(word[0]) is not None
    if word.end() == len(name):
        return whole
    return table["whole_ends" if whole else "ends"].fullmatch(name, word.end()) is not None


def sized(name: str, scale: str, kind: tuple[str | None, str | None]) -> Named:
    """A facility of a layer or table whose size stands in a text of its own (``24班``, ``≥1000㎡``)."""
    one = _sized(scale.replace(",", ""), *kind)
    return Named(name, *kind, one.classes, one.beds, one.places, one.floor_area_m2, one.site_area_m2)


def _items(text: str) -> list[str]:
    """
    Parts of a text at signs that part, not inside brackets; at words for and only
    between two facilities.
    """
    text = text.replace("（", "(").replace("）", ")").replace("[", "(").replace("]", ")")
    parts: list[str] = []
    start = depth = 0
    for match in re.finditer(rf"[()]|{_CUT.pattern}", text):
        if match[0] in "()":
            depth = max(0, depth + (1 if match[0] == "(" else -1))
        elif not depth:
            parts.append(text[start : match.start()])
            start = match.end()
    parts.append(text[start:])
    found: list[str] = []
    for part in parts:
        both = _AND.split(part)
        whole = len(both) > 1 and all(service_of(one) is not None for one in both) and "(" not in part
        found += both if whole else [part]
    cleaned = [
        re.sub(
            r"^(?:配建|配套|设置|设|新建|保留|规划|含|建(?!筑)|须|应|各(?!\d)|其中|结合设置|包括|需)+[:：]?",
            "",
            one.strip(" .:："),
        )
        for one in found
    ]
    return _with_sizes([one for one in cleaned if one and not is_blank(one)])


def _with_sizes(items: list[str]) -> list[str]:
    """
    Items with the sizes that stand alone behind them (``小学，24班``); two of one kind are those of
    several facilities (``24班、12班``), and stay alone.
    """
    whole: list[str] = []
    for alone, run in groupby(items, key=lambda one: _size_of(one) is not None):
        sizes = list(run)
        kinds = [_size_of(one) for one in sizes]
        if alone and whole and len(set(kinds)) == len(kinds):
            whole[-1] += f"({','.join(sizes)})"
        else:
            whole += sizes
    return whole


def _size_of(item: str) -> re.Pattern[str] | None:
    """The kind of size that an item says, where it says nothing else."""
    for pattern in (_AREA, _CLASSES, _BEDS, _PLACES):
        if pattern.search(item) and not re.sub(
            r"[≥≤<>=:：\s]|规模|约|共|每[所处个座家]?|各", "", pattern.sub("", item)
        ):
            return pattern
    return None


def _number(text: str) -> float:
    return float(text) if text.isdigit() else figures(text)[0].value


def _count(item: str) -> int:
    outside = re.sub(r"\(.*?\)", "", item)
    if _SPACES_OF.search(item):
        return 1
    found = _COUNT.search(outside) or _COUNT.search(item)
    count = int(_number(found[1] or found[2])) if found else 1
    return count if 1 <= count <= MOST_NAMED else 1


def _sized(item: str, service: str | None, level: str | None) -> Named:
    sizes: dict[str, float] = {}
    for size, value, _ in _sizes(item):
        sizes[size] = value if size.endswith("_m2") else sizes.get(size, value)
    return Named(_bare_name(item), service, level, **sizes)  # type: ignore[arg-type]


def _sizes(item: str) -> list[tuple[str, float, re.Match[str]]]:
    """The sizes that a text says, by their column, each with its place."""
    found = [("classes", _number(one[1]), one) for one in _CLASSES.finditer(item)]
    beds = [("beds", _number(one[1] or one[2]), one) for one in _BEDS.finditer(item)]
    # `1座` is a number of facilities, `80座` of seats.
    counted = {one.start() for one in _COUNT.finditer(item) if _number(one[1] or one[2]) <= MOST_NAMED}
    seats = [one for one in _PLACES.finditer(item) if one.start() not in counted]
    found += beds or [("places", float(one[1]), one) for one in seats]
    for area in _AREA.finditer(item):
        value = float(area["number"]) * _UNIT_M2[area["unit"].lower()]
        is_site = (area["what"] or "").startswith(("用地", "占地")) or (
            not area["what"] and area["unit"].lower() in _SITE
        )
        found.append(("site_area_m2" if is_site else "floor_area_m2", value, area))
    return found


def _several(item: str, one: Named, count: int) -> list[Named]:
    """
    Several facilities of one name: a size is that of each where the text says so (`24班小学2所`, `每所24班`),
    one for all (`共48班`) is shared out, and one that may be either is unknown.
    """
    if count == 1:
        return [one]
    sizes = _sizes(item)
    said = [size for size, _, _ in sizes]
    shared: dict[str, float] = {}
    unclear: list[str] = []
    for size, value, place in sizes:
        behind, around = item[place.end() :], _around(item, place)
        whole = size.endswith("_m2") or (value / count).is_integer()
        if said.count(size) > 1:
            unclear.append(size)
        elif service_of(behind.partition("(")[0]) is not None or _EACH.search(around):
            continue
        elif _TOGETHER.search(around) and whole:
            shared[size] = value / count
        else:
            unclear.append(size)
    each = replace(one, **shared, **dict.fromkeys(unclear))  # type: ignore[arg-type]
    return [replace(each, shared=tuple(shared), unclear=tuple(dict.fromkeys(unclear)))] + [each] * (count - 1)


def _around(item: str, place: re.Match[str]) -> str:
    """What stands around a size: in its brackets, or behind the number of facilities."""
    start, end = item.rfind("(", 0, place.start()) + 1, item.find(")", place.end())
    if not start or end < 0:
        numbers = [one.end() for one in _COUNT.finditer(item) if one.end() <= place.start()]
        start, end = max(numbers, default=place.start()), len(item)
    return item[start:end]


def _bare_name(item: str) -> str:
    name = re.sub(r"\(.*?\)", "", item)
    for pattern in (_AREA, _COUNT, _CLASSES, _BEDS, _PLACES):
        name = pattern.sub("", name)
    name = re.sub(
        r"[≥≤<>:：]+|(?<![A-Za-z])\s+|\s+(?![A-Za-z])|(?:不小于|不少于|合计|共|总|各|每)+$", "", name
    )
    return name or item
