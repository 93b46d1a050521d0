"""
Loads: what each parcel asks of the city, from dwellings and pupils to water, power and civil-defence area.

The factors are data (``loads.toml`` beside this module, or a file of the same shape) and say where they come
from. A number that the plan itself gives counts before a factor. What cannot be told is NaN, never 0.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import CRS
from shapely import Point, Polygon, box, is_valid_reason

from blockplan.errors import UsageError
from blockplan.measure import MEASURES
from blockplan.measure.inputs.columns import areas_m2, ids, land_uses, values
from blockplan.measure.inputs.feature_points import place_of
from blockplan.measure.inputs.homes import residents
from blockplan.measure.inputs.jobs import jobs_of_parcels, no_job_ratio
from blockplan.plan.model import tomlfile
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan

    Array = NDArray[np.float64]

#: Every load with the column of the parcels that gives it in the plan itself ("" where none does).
LOADS = {
    "dwellings": "dwellings", "residents": "", "jobs": "jobs", "kindergarten_pupils": "", "school_pupils": "",
    "parking": "parking_spaces", "water_m3_d": "", "sewage_m3_d": "", "power_kw": "", "gas_m3_d": "",
    "heat_kw": "", "waste_t_d": "", "trips_pcu_h": "", "civil_defence_m2": "",
}  # fmt: skip
#: What a factor is counted on, and what one unit of the product is in the load's own unit.
UNITS = {
    "m2 floor/dwelling": ("floor", 0.0), "person/dwelling": ("dwellings", 1.0),
    "pupil/(1,000 persons)": ("residents", 0.001),
    "space/dwelling": ("dwellings", 1.0), "space/(100 m2 floor)": ("floor", 0.01),
    "L/(person d)": ("residents", 0.001), "L/(m2 floor d)": ("floor", 0.001),
    "m3/(ha d)": ("site", 1 / M2_PER_HA), "m3/(person d)": ("residents", 1.0),
    "share of water": ("water_m3_d", 1.0), "W/(m2 floor)": ("floor", 0.001), "kW/ha": ("site", 1 / M2_PER_HA),
    "kg/(person d)": ("residents", 0.001), "pcu/(h 10,000 m2 floor)": ("floor", 0.0001),
    "share of floor": ("floor", 1.0),
}  # fmt: skip
BASES = ("regulation", "office_table", "assumption")
HOMES_ONLY = frozenset({"residents", "dwellings"})
#: Degrees of latitude over which no datum of one country reaches; that of GPS does.
ONE_COUNTRY = 50


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor: `amount` in `unit` for parcels of `codes`, times `simultaneity`, from a named `source`."""

    load: str
    codes: tuple[str, ...]
    amount: float
    unit: str
    source: str
    simultaneity: float = 1.0

    @property
    def of_homes(self) -> bool:
        """Whether it counts what homes alone have."""
        return UNITS[self.unit][0] in HOMES_ONLY or self.unit.endswith("/dwelling")

    def of(self, drivers: Mapping[str, Array], rows: NDArray[np.bool_]) -> Array:
        """The load of the parcels in some rows, in the load's own unit."""
        driver, scale = UNITS[self.unit]
        counted = drivers[driver][rows]
        return counted * self.amount * self.simultaneity * scale if scale else counted / self.amount


@dataclass(frozen=True, slots=True)
class LoadFactors:
    """
    All factors by load, the sources by name (``basis`` and the words in zh, en and ja), and where they count.

    ``within`` is an area in degrees; they count anywhere where it is empty.
    """

    by_load: Mapping[str, tuple[Factor, ...]]
    sources: Mapping[str, Mapping[str, str]]
    within: Polygon = field(default_factory=Polygon)

    def count_in(self, plan: Plan) -> bool:
        """
        Whether the factors are of the place of a plan; of a plan that nobody can place they are.

        Local coordinates lie outside of the country of the reference system, which then stands for the place.
        """
        if self.within.is_empty:
            return True
        place, country = place_of(plan), _country_of(plan.crs)
        at = Point(place) if place else None
        if country and not (at and country.covers(at)):
            at = country.centroid
        return at is None or bool(self.within.contains(at))


@dataclass(frozen=True, slots=True, eq=False)
class Loads:
    """
    The loads of the parcels.

    Attributes
    ----------
    floor_m2
        Floor area of each parcel, m2: as given, else the floor area ratio times the drawn area.
    by_parcel
        Load -> an amount a parcel; NaN where it is unknown.
    estimated
        Load -> where a factor stands in for a number of the plan (also ``floor_area_m2``).
    not_counted
        Classes that no factor speaks of and that have no floor area: they load nothing.
    residents
        Residents of the plan; None where they are not known.
    floorless
        Where no floor area is stated and no factor counts on it: a road, a park.
    factored
        Whether the factors are of the place of the plan; else what the plan does not state is unknown.
    """

    floor_m2: Array
    by_parcel: Mapping[str, Array]
    estimated: Mapping[str, NDArray[np.bool_]]
    not_counted: tuple[str, ...]
    residents: float | None
    floorless: NDArray[np.bool_]
    factored: bool = True


def loads(plan: Plan, factors: LoadFactors | None = None) -> Loads:
    """
    The loads of each parcel, in the order of the parcels.

    Parameters
    ----------
    plan
        A plan with parcels; without any, the arrays are empty.
    factors
        What to count with; the house's own by default (`read_factors`).
    """
    factors = factors or read_factors()
    return plan.cached("loads", lambda: _loads(plan, factors), given=(factors,))


def _loads(plan: Plan, factors: LoadFactors) -> Loads:
    size = len(ids(plan, "parcels"))
    codes = _national(plan)
    site = areas_m2(plan, "parcels")
    given = values(plan, "parcels", "floor_area_m2")
    floor = np.where(np.isnan(given), values(plan, "parcels", "far") * site, given)
    drivers: dict[str, Array] = {"floor": floor, "site": site}
    estimated = {"floor_area_m2": np.isnan(given) & ~np.isnan(floor)}
    people = residents(plan)
    known = people.by_parcel if len(people.by_parcel) == size else np.full(size, np.nan)
    lived_on = (values(plan, "parcels", "dwellings") > 0) | (known > 0)
    silent, factored = np.ones(size, dtype=bool), factors.count_in(plan)
    floorless = np.isnan(floor)
    for load, column in LOADS.items():
        counted, spoken = _counted(factors.by_load.get(load, ()), codes, drivers, lived_on)
        silent &= ~spoken
        if load == "power_kw":
            floorless = floorless & ~np.isnan(counted)
        if not factored and load != "jobs":
            # What a factor of another country would count is not known; what it counts as none stays none.
            counted = np.where(counted > 0, np.nan, counted)
        stated = values(plan, "parcels", column) if column else np.full(size, np.nan)
        if load == "residents":
            stated, counted = known, np.where(people.total is None, counted, np.nan)
        elif load == "jobs":
            counted = _jobs(plan)
        drivers[load] = np.where(np.isnan(stated), counted, stated)
        estimated[load] = np.isnan(stated) & (np.nan_to_num(counted) > 0)
    bare = silent & ~(np.nan_to_num(floor) > 0)
    not_counted = tuple(sorted({str(code) for code in codes[bare] if code}))
    by_parcel = {load: drivers[load] for load in LOADS}
    return Loads(floor, by_parcel, estimated, not_counted, people.total, floorless, factored)


def read_factors(path: Path | str | None = None) -> LoadFactors:
    """
    Read factors from a TOML file; without a path the house's own.

    Raises
    ------
    UsageError
        If the file cannot be read, lacks a load, or names an unknown unit, source or load.
    """
    if path is None:
        return _own_factors()
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The load factors {path} cannot be read: {error}") from error
    return _factors(text, str(path))


@cache
def _own_factors() -> LoadFactors:
    text = resources.files("blockplan.measure.indicators").joinpath("loads.toml").read_text(encoding="utf-8")
    return _factors(text, "loads.toml")


def _factors(text: str, name: str) -> LoadFactors:
    try:
        table: dict[str, Any] = tomlfile.loads(text)
        sources = {key: _source(key, given) for key, given in table["sources"].items()}
        found = {
            load: tuple(_factor(load, row, sources) for row in rows if load != "jobs")
            for load, rows in table["factors"].items()
        }
        within = _area(table, name)
    except (
        tomllib.TOMLDecodeError,
        RecursionError,
        KeyError,
        TypeError,
        AttributeError,
        ValueError,
    ) as error:
        raise UsageError(
            f"The load factors {name} cannot be used: {error}. "
            "Compare the file with src/blockplan/measure/indicators/loads.toml."
        ) from error
    if "jobs" in found:
        raise UsageError(
            f"The load factors {name} say jobs, which are counted as by the measure jobs. "
            "Take them out of the file, and set the parameter floor_area_per_job_m2 in plan.toml."
        )
    wanted = [load for load in LOADS if load != "jobs"]
    odd = sorted(found.keys() ^ set(wanted))
    if odd:
        raise UsageError(
            f"The load factors {name} lack, or do not know, {', '.join(odd)}. "
            f"The loads are: {', '.join(wanted)}."
        )
    return LoadFactors(found, sources, within)


def _area(table: Mapping[str, Any], name: str) -> Polygon:
    """Where the factors count, as the file draws it."""
    outline, holes = table.get("within"), table.get("without")
    if outline is None and holes is None:
        return Polygon()
    if outline is None:
        wrong = "say `without`, but not `within`, of which it is left out. Add `within`, or delete `without`"
    elif not _ring(outline):
        wrong = (
            "have a `within` that is no list of three or more points [longitude, latitude] in degrees. "
            "Write it as one outline (its rectangles of four numbers are a former form)"
        )
    elif not (isinstance(holes, list | None) and all(map(_ring, holes or ()))):
        wrong = (
            "have a `without` that is no list of outlines of three or more points [longitude, latitude] "
            "in degrees. Write each outline in brackets of its own"
        )
    elif not (area := Polygon(outline, holes)).is_valid:
        wrong = (
            f"have an area that is not one piece with holes inside it ({is_valid_reason(area)}). "
            "Order the points along the edge of `within` and keep each hole of `without` inside it"
        )
    else:
        return area
    raise UsageError(f"The load factors {name} {wrong}.")


def _ring(given: Any) -> bool:
    """Whether it is an outline in degrees."""
    return (
        isinstance(given, list)
        and len(given) >= 3
        and all(
            isinstance(point, list)
            and len(point) == 2
            and all(type(one) in (int, float) for one in point)
            and abs(point[0]) <= 180
            and abs(point[1]) <= 90
            for point in given
        )
    )


def _source(key: str, given: Mapping[str, str]) -> dict[str, str]:
    if given["basis"] not in BASES:
        raise ValueError(f"the basis of source {key!r} is none of {', '.join(BASES)}")
    return {**given}


def _factor(load: str, row: Mapping[str, Any], sources: Mapping[str, Any]) -> Factor:
    factor = Factor(load, **{**row, "codes": tuple(row["codes"])})
    if factor.unit not in UNITS or factor.source not in sources:
        raise ValueError(f"{load} names the unit {factor.unit!r} and the source {factor.source!r}")
    if not (factor.amount > 0 or (factor.amount == 0 and UNITS[factor.unit][1])):
        raise ValueError(f"{load} has the amount {factor.amount!r} {factor.unit}")
    return factor


def _country_of(crs: CRS | None) -> Polygon | None:
    """Where the datum of a reference system is used, a box in degrees; None where that is no one country."""
    datum = crs.geodetic_crs.to_authority() if crs and crs.geodetic_crs else None
    area = CRS.from_authority(*datum).area_of_use if datum else None
    if area is None or area.north - area.south > ONE_COUNTRY or area.east < area.west:
        return None
    return box(*area.bounds)


def _jobs(plan: Plan) -> Array:
    """Jobs of every parcel as the measures read them; unknown where these do not count what is built."""
    ratios = job_ratios_of(plan)
    return np.where(no_job_ratio(plan, ratios), np.nan, jobs_of_parcels(plan, ratios).by_parcel)


def job_ratios_of(plan: Plan) -> Mapping[str, float]:
    """Floor area of one job for each class, m2, as the plan's parameters have it."""
    return MEASURES["jobs"].choose(plan.manifest.parameters, {}).floor_area_per_job_m2


def _national(plan: Plan) -> NDArray[Any]:
    """
    The class of cn2023 that each parcel counts as; "" where nothing is known of its use.

    A class of another list that stands for several counts as the first of them.
    """
    pairs, pair = land_uses(plan)
    return np.array([_national_of(use, name or DEFAULT_LIST) for use, name in pairs], dtype=object)[pair]


def _national_of(use: str | None, list_name: str) -> str:
    if use is None or list_name not in LISTS or not landuse(list_name).known(use):
        return ""
    return next(iter(landuse(list_name).nationals(use)), "")


def _counted(
    factors: tuple[Factor, ...],
    codes: NDArray[Any],
    drivers: Mapping[str, Array],
    lived_on: NDArray[np.bool_],
) -> tuple[Array, NDArray[np.bool_]]:
    """
    A load by its factors, and the parcels that one of them speaks of.

    A parcel of unknown use is unknown. One that no factor speaks of has none of the load; but where the plan
    says that people live on it, or it has floor area and the load is no load of homes alone, nobody said how
    much.
    """
    floor = np.nan_to_num(drivers["floor"])
    homes = all(one.of_homes for one in factors)
    found = np.where(lived_on if homes else floor > 0, np.nan, 0.0)
    found[codes == ""] = np.nan
    by_code = {code: number for number, factor in enumerate(factors) for code in factor.codes}
    parent = landuse(DEFAULT_LIST).parent
    chosen = {}
    for code in set(codes.tolist()):
        above = code
        while above and above not in by_code:
            above = parent(above)
        chosen[code] = by_code.get(above, -1)
    number_of = np.array([chosen[code] for code in codes.tolist()], dtype=np.intp)
    for number, factor in enumerate(factors):
        rows = number_of == number
        found[rows] = factor.of(drivers, rows)
    return found, number_of >= 0
