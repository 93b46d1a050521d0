"""
From a row as read to the columns of a parcel: bounds with their kinds, status,
setbacks, compatible uses.

English names of bounds, word by word: ``Maximum building height (m)``, ``FAR_MAX``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from blockplan.exchange.office.values import Amount, read_amount, text_of

if TYPE_CHECKING:
    from blockplan.exchange.office.profile import FieldNames
    from blockplan.exchange.office.rows import Row


#: Bounded column -> words that name it, the longest first.
_BASES = (
    ("far", ({"floor", "area", "ratio"}, {"plot", "ratio"}, {"far"}, {"fsr"}, {"fsi"})),
    ("floor_area_m2", ({"floor", "area"}, {"gfa"})),
    ("coverage_ratio", ({"coverage"}, {"cov"}, {"bcr"})),
    ("green_ratio", ({"green"}, {"grn"}, {"greenery"}, {"greening"}, {"landscape"}, {"landscaping"})),
    ("height_m", ({"height"}, {"hgt"}, {"ht"})),
)  # fmt: skip
_UPPER = frozenset({"max", "maximum", "upper", "mx"})
_LOWER = frozenset({"min", "minimum", "lower", "mn"})
#: Words that change nothing of what is bounded.
_NAMED_BESIDE = frozenset(
    {
        "building", "bldg", "bld", "site", "plot", "lot", "parcel", "ratio", "space", "permitted", "allowed",
        "allowable", "planned", "control", "limit", "bound", "gross", "m", "m2", "sqm", "pct", "percent",
        "of", "the", "value", "rate",
    }
)  # fmt: skip
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def bound_named(title: str) -> str:
    """
    The column of an upper or lower bound that an English name says, or "".

    Examples
    --------
    >>> bound_named("Maximum building height (m)"), bound_named("FAR_MAX"), bound_named("GrnMin")
    ('height_m_max', 'far_max', 'green_ratio_min')
    >>> bound_named("height"), bound_named("max height of fence"), bound_named("Maximum floor area ratio")
    ('', '', 'far_max')
    >>> bound_named("FAR ≤"), bound_named("Green ratio ≥ (%)")
    ('far_max', 'green_ratio_min')
    """
    title = title.replace("≤", " max ").replace("≥", " min ")
    words = {word.lower() for word in _WORD.findall(title)}
    ends = [end for end, said in (("max", _UPPER), ("min", _LOWER)) if words & said]
    if len(ends) != 1:
        return ""
    words -= _UPPER | _LOWER
    for base, options in _BASES:
        for option in options:
            if option <= words and words - option <= _NAMED_BESIDE:
                return f"{base}_{ends[0]}"
    return ""


#: Bounded column -> column of its kind.
KINDS = {
    "far": "far_kind",
    "height_m": "height_kind",
    "coverage_ratio": "coverage_kind",
    "green_ratio": "green_kind",
}
AMOUNTS = (
    "declared_area_m2", "floor_area_m2", "floor_area_m2_max", "underground_floor_area_m2", "residents",
    "dwellings", "jobs", "parking_spaces", "setback_north_m", "setback_east_m", "setback_south_m",
    "setback_west_m", "school_classes", "elevation_max_m",
)  # fmt: skip
TEXTS = (
    "block_id", "subblock_id", "compatible_split", "existing_land_use", "entrances", "closed_stretches",
    "owner", "phase", "remarks",
)  # fmt: skip
STATUS = (
    (r"保留|保持|维持|存置|remain|retain|\bkeep\b|\bkept\b", "kept"),
    (
        r"改造|改建|改扩建|扩建|更新|拆除重建|整治|建替|rebuil|redevelop|renew|convert|extend|extension",
        "rebuilt",
    ),
    (
        r"新建|规划|計画|新設|新增|拟建|待建|未建|出让|储备|\bnew\b|planned|geplant|neubau|proposed|vacant|future",
        "planned",
    ),
    (r"现状|現況|既存|已建|建成|在建|存量|exist|bestand|vorhanden|\bbuilt\b|under construction", "existing"),
)
_SIDES = {"东": "east", "南": "south", "西": "west", "北": "north"}
_SETBACK = re.compile(
    r"([东南西北]{1,4})(?:侧|面|边|向)?(?:后?退|后退|退让|退界|退线)?(?:道路|用地)?(?:红线|边界|界)?[:：≥>=不小于]*\s*(\d+(?:\.\d+)?)"
)


_BESIDE = re.compile(
    r"(?:兼容|兼有|混合)(?:功能|用途|性质)?[:：为]?\s*"
    r"(?P<uses>(?:(?:[A-Z]\d{0,2})+|\d{4,6}|[\u4e00-\u9fff]+?)(?:[、/和及与](?:(?:[A-Z]\d{0,2})+|\d{4,6}|[\u4e00-\u9fff]+?))*?)"
    r"(?:用地|功能|设施|用途|建筑)*[,，(（]?\s*(?:其?(?:建筑面积)?(?:比例|占比|比重))?\s*"
    r"(?:不(?:宜|应|得)?(?:大于|超过|高于)|控制在|[≤<]=?|小于|低于)?\s*(?P<share>\d{1,2}(?:\.\d+)?)?\s*(?P<percent>[%％])?"
    r"(?:以内|以下)?[)）]?$"
)
_STATE = re.compile(
    r"(?:现状|规划|原址)?(?:保留|新建|改建|改造|扩建|改扩建|新增)(?:用地|地块)?|现状(?:用地|地块)?"
)


def allowed_beside(remark: str) -> tuple[str, str]:
    """
    The uses that a remark allows beside the main one, and their share as an office writes it (main:beside).

    Examples
    --------
    >>> allowed_beside("保留；可兼容商业≤10%"), allowed_beside("兼容B1、B2，比例不大于20%")
    (('商业', '90:10'), ('B1、B2', '80:20'))
    >>> allowed_beside("兼容商业"), allowed_beside("不兼容商业"), allowed_beside("与周边协调")
    (('商业', ''), ('', ''), ('', ''))
    """
    whole = re.sub(r"[,，]\s*(?=其?(?:建筑面积)?(?:比例|占比|比重))", "", remark)
    for item in re.split(r"[;；。\n,，]", whole):
        found = _BESIDE.search(item.strip())
        if found and not re.search(r"[禁不非无]", item.strip()[: found.start("uses")]):
            share = float(found["share"]) if found["share"] and found["percent"] else 0.0
            return found["uses"], f"{100 - share:g}:{share:g}" if 0 < share < 100 else ""
    return "", ""


_FIGURE_BESIDE = re.compile(
    r"(?:地块|建筑|规划|控制)*(?P<name>容积率|限高|高度|密度|绿地率)(?:为|[:：])?"
    r"(?P<figure>.*\d\s*(?P<unit>[m米%％])?\s*(?:以[内下上])?)"
)
#: Name of a figure -> column, quantity, and the units of which one must stand behind it.
_FIGURES = {
    "容积率": ("far", "far", ""),
    "限高": ("height_m", "height", "m米"),
    "高度": ("height_m", "height", "m米"),
    "密度": ("coverage_ratio", "share", "%％"),
    "绿地率": ("green_ratio", "share", "%％"),
}


def figures_beside(remark: str) -> dict[str, tuple[Amount, str]]:
    """
    The figures that parts of a remark give and nothing else, each with its words.

    Examples
    --------
    >>> {base: said.value for base, (said, _) in figures_beside("保留；建筑限高100米，容积率≤2.0").items()}
    {'height_m': 100.0, 'far': 2.0}
    >>> figures_beside("原限高24米；商业部分限高24米；限高24；限高见图则2")
    {}
    """
    found: dict[str, tuple[Amount, str]] = {}
    for item in map(str.strip, re.split(r"[;；。\n,，]", remark)):
        if said := _FIGURE_BESIDE.fullmatch(item):
            base, quantity, units = _FIGURES[said["name"]]
            read = read_amount(said["figure"], quantity)
            if isinstance(read, Amount) and (not units or (said["unit"] or " ") in units):
                found.setdefault(base, (read, item))
    return found


def bounded(row: Row, base: str, fields: dict[str, FieldNames]) -> dict[str, Any]:
    """
    The columns of one bounded quantity: the number itself, its kind, lower and upper bound.

    Examples
    --------
    >>> from blockplan.exchange.office.profile import load_profile
    >>> known = load_profile().of_role("parcels")
    >>> bounded({"far": Amount(2.2)}, "far", known)
    {'far': 2.2, 'far_kind': 'upper', 'far_max': 2.2}
    >>> bounded({"green_ratio": Amount(0.35)}, "green_ratio", known)
    {'green_ratio': 0.35, 'green_kind': 'lower', 'green_ratio_min': 0.35}
    >>> bounded({"far_max": Amount(2.0), "far_min": Amount(1.0)}, "far", known)
    {'far': 2.0, 'far_kind': 'range', 'far_min': 1.0, 'far_max': 2.0}
    """
    alone, upper, lower = row.get(base), row.get(f"{base}_max"), row.get(f"{base}_min")
    high = upper.value if isinstance(upper, Amount) else None
    # A lower bound of nothing bounds nothing.
    low = lower.value if isinstance(lower, Amount) and lower.value > 0 else None
    if isinstance(alone, Amount):
        kind = alone.kind or fields[base].bare
        if kind == "range":
            low, high = (alone.low if low is None else low), (alone.high if high is None else high)
        elif kind == "upper" and high is None:
            high = alone.value
        elif kind == "lower" and low is None and alone.value > 0:
            low = alone.value
    # An upper bound of nothing beside a lower one, or on green, is a field that nobody filled in.
    if high == 0 and (low is not None or base == "green_ratio"):
        high = None
    if low is None and high is None:
        return {}
    kind = (
        "range"
        if low is not None and high is not None and low < high
        else "upper"
        if high is not None
        else "lower"
    )
    first, second = (low, high) if fields[base].bare == "lower" else (high, low)
    value = (
        alone.value
        if isinstance(alone, Amount) and alone.kind != "range"
        else first
        if first is not None
        else second
    )
    found: dict[str, Any] = {base: value, KINDS[base]: kind}
    if low is not None:
        found[f"{base}_min"] = low
    if high is not None:
        found[f"{base}_max"] = high
    return found


def status_of(text: str) -> str | None:
    """
    State of development that a text says: existing, kept, rebuilt, planned, or None.

    Examples
    --------
    >>> status_of("现状保留"), status_of("新建"), status_of("改扩建"), status_of("其他")
    ('kept', 'planned', 'rebuilt', None)
    >>> status_of("Existing to remain"), status_of("New"), status_of("redevelopment")
    ('kept', 'planned', 'rebuilt')
    """
    if text in {"existing", "kept", "rebuilt", "planned"}:
        return text
    return next((status for words, status in STATUS if re.search(words, text, re.IGNORECASE)), None)


def states(text: str) -> bool:
    """
    Whether a text says the state of development and nothing else.

    Examples
    --------
    >>> states("现状保留"), states("新建"), states("新建小学"), states("2024年")
    (True, True, False, False)
    """
    return _STATE.fullmatch(text) is not None


def setbacks_in(text: Any) -> dict[str, float]:
    """
    Setbacks on the four sides that a text says.

    Examples
    --------
    >>> setbacks_in("东10南8"), setbacks_in("按规范")
    ({'setback_east_m': 10.0, 'setback_south_m': 8.0}, {})
    >>> setbacks_in("东、西侧退线≥5米，北侧退12米")
    {'setback_east_m': 5.0, 'setback_west_m': 5.0, 'setback_north_m': 12.0}
    """
    plain = re.sub(r"(?<=[东南西北])[侧面边]?[、,，和及](?=[东南西北])", "", text_of(text))
    return {
        f"setback_{_SIDES[side]}_m": float(number)
        for sides, number in _SETBACK.findall(plain)
        for side in sides
    }
