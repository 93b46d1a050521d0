"""Which packs of rules judge an office's plan, and of which day it is, where nobody says."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from blockplan.exchange.office.codes import NATIONAL
from blockplan.exchange.office.datum import JAPAN
from blockplan.exchange.office.messages import worded
from blockplan.exchange.office.titles import plain, simplified
from blockplan.exchange.office.values import is_blank, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.exchange.office.mapping import OfficeMapping
    from blockplan.exchange.office.source import AssembledPlan, Findings, SourceLayer

#: What judges a plan in China, and one of which nobody knows where it lies and whose uses are Chinese.
CHINESE = ("gb50180",)
JAPANESE = ("jp",)
#: What holds anywhere.
ANYWHERE = ("green-access", "sdg11")
OWN = "plan"
#: Place -> signs that only its uses are written in.
_WRITTEN = (
    (worded("korea"), r"[\uac00-\ud7a3]"),
    (worded("japan"), r"[\u3041-\u30ff]|住居(?:専用)?地域|[商工]業(?:専用)?地域"),
)
#: Plane and UTM zones of JGD2000 and JGD2011: a plan in one of them is judged by the law of Japan.
JAPANESE_ZONES = frozenset({*range(2443, 2462), *range(3097, 3102), *range(6669, 6693)})
#: Reference systems of places whose rules of planning are their own, and do not come along.
OWN_RULES = (
    dict.fromkeys((2326,), worded("hong_kong"))
    | dict.fromkeys((8433,), worded("macau"))
    | dict.fromkeys(range(3824, 3829), worded("taiwan"))
    | dict.fromkeys(range(5173, 5189), worded("korea"))
)
#: Degrees (west, south, east, north) within which the laws of China and Japan may hold.
EAST_ASIA = (70.0, 15.0, 155.0, 55.0)


def judged_by(chosen: OfficeMapping, built: AssembledPlan, findings: Findings) -> None:
    """Enter the packs where the mapping does not; told are those taken where no law of the place is there."""
    if "packs" in chosen.plan:
        return
    packs, why = packs_of(str(chosen.plan.get("crs", "")), built.layers)
    if why:
        message = worded("judged_by_packs", why=why, names=", ".join(packs))
        findings.add("office-packs", "warning", message)
    chosen.plan["packs"] = packs


def packs_of(crs: str, layers: Mapping[str, Any]) -> tuple[list[str], str]:
    """
    The packs that judge a plan: the law of the place, and the bounds of the plan's own table where buildings
    are drawn to be judged by them.

    Returns
    -------
    Names of packs, and why they are not those of a law; "" where they are.
    """
    land = layers.get("parcels", layers["boundary"])
    bounds = land.filter(regex="_(?:max|min)$").notna().to_numpy().any()
    own = bool(bounds) and len(layers.get("buildings", ())) > 0
    code = crs.removeprefix("EPSG:")
    number = int(code) if code.isdigit() else 0
    corners = _corners(land, number)
    packs: tuple[str, ...] = CHINESE
    why = ""
    if number in JAPANESE_ZONES or (corners is not None and JAPAN.contains(corners)):
        packs = JAPANESE
    elif number in OWN_RULES:
        packs, why = (
            ANYWHERE,
            worded("rules_of_place_unknown", where=OWN_RULES[number]),
        )
    elif corners is not None and not _may_be_chinese(corners):
        packs, why = (
            ANYWHERE,
            worded("plan_neither_in_china_nor_japan"),
        )
    elif read := _by_words(land, placed=corners is not None):
        packs, why = read
    return [*packs, *([OWN] if own else [])], why


def _by_words(land: Any, *, placed: bool) -> tuple[tuple[str, ...], str] | None:
    """The packs of a plan near China or nobody knows where, by how it writes its uses; None if in Chinese."""
    if "land_use_given" not in land:
        return None
    given = land[["land_use_given", "land_use_given_list"]].dropna().astype(str).drop_duplicates()
    coded = [one.isascii() and name != NATIONAL for one, name in given.itertuples(index=False)]
    if given.empty or any(coded):
        return None
    uses = "".join(given["land_use_given"])
    where = next((place for place, signs in _WRITTEN if re.search(signs, uses)), "")
    if not where and simplified(uses) != uses:
        where = worded("taiwan_or_hong_kong")
    if not where and not placed and not re.search(r"[\u4e00-\u9fff]|\d{4}", uses):
        where = worded("place_of_other_lists")
    if not where:
        return None
    why = worded("no_system_tells_whose_rules", where=where)
    return (JAPANESE if where == worded("japan") else ANYWHERE), why


def _corners(land: Any, number: int) -> Any | None:
    """The rectangle about the parcels in degrees; None where nobody knows where they lie."""
    crs = land.crs or number or None
    if crs is None or (land.crs is not None and land.crs.is_engineering):
        return None
    corners = shapely.box(*land.total_bounds)
    return shapely.box(*gpd.GeoSeries([corners], crs=crs).to_crs(4326).total_bounds)


def _may_be_chinese(corners: Any) -> bool:
    return bool(shapely.box(*EAST_ASIA).contains_properly(corners))


#: The year before the first of each era of Japan.
ERAS = {"令和": 2018, "平成": 1988}
_ERA = re.compile(rf"({'|'.join(ERAS)})\s*(元|\d{{1,2}})\s*年")
_MONTH = re.compile(r"(?<!\d)(20\d{2})\s*年\s*(\d{1,2})\s*月")
_DAY_FIELD = re.compile(
    r"pfsj|pfdate|pfrq|pzsj|bzsj|datappro|批复时间|批准日期|批准时间|批复日期|编制日期|编制时间|成果日期"
)
_DAY = re.compile(
    r"(?<!\d)(20\d{2})(?:(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)|\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})(?!\d))"
)


def days_of(layer: SourceLayer) -> list[str]:
    """Days of approval or drawing that the features of a layer say, the most frequent first."""
    names = [name for name in layer.fields if _DAY_FIELD.fullmatch(plain(name))]
    said = [text_of(value) for name in names for value in layer.frame[name] if not is_blank(value)]
    return [text for text, _ in Counter(said).most_common(3)]


def day_in(text: str) -> dt.date | None:
    """
    The day that a text or a file name says; the first of a month where it says no day.

    Examples
    --------
    >>> day_in("控规成果20240628"), day_in("2024年6月28日")
    (datetime.date(2024, 6, 28), datetime.date(2024, 6, 28))
    >>> day_in("2023年7月编制"), day_in("地块2024")
    (datetime.date(2023, 7, 1), None)
    >>> day_in("令和7年3月31日"), day_in("平成31年4月1日告示")
    (datetime.date(2025, 3, 31), datetime.date(2019, 4, 1))
    """
    text = _ERA.sub(lambda era: f"{ERAS[era[1]] + int(era[2].replace('元', '1'))}年", text)
    found = _DAY.search(text)
    month = _MONTH.search(text)
    if not found and not month:
        return None
    try:
        if found:
            return dt.date(int(found[1]), int(found[2] or found[4]), int(found[3] or found[5]))
        return dt.date(int(month[1]), int(month[2]), 1) if month else None
    except ValueError:
        return None
