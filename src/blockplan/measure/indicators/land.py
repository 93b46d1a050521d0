"""
Land: the balance by land use, shares of classes, land per person, water and woodland.

Areas: the size of each, their sum, what they say of themselves, and how zones lie over them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.errors import UsageError
from blockplan.figures import known
from blockplan.measure.indicators.supply import people_by, per_person
from blockplan.measure.inputs.columns import (
    Coded,
    Gaps,
    absent,
    areas_m2,
    coded,
    ids,
    land_uses,
    of_codes,
    overlaid,
    shapes,
    sound_shapes,
    total,
    union,
    values,
)
from blockplan.measure.inputs.floors import Amounts
from blockplan.measure.inputs.parts import USUAL, amounts_by, features, quotient, sums_at
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.missing import Missing, nothing, reason, unknown
from blockplan.units import M2_PER_HA, M2_PER_KM2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan

#: What land may be a share of (``land_of``).
PLANNED, CONSTRUCTION = "planned", "construction"
NO_CODES = (reason("choose_codes"),)


def land_balance(plan: Plan, parameters: Parameters) -> Measurement:
    """Drawn area of all parcels, ha, by land-use code as the plan writes it."""
    names, sizes = ids(plan, "parcels"), areas_m2(plan, "parcels") / M2_PER_HA
    missing = absent(plan, "parcels") + unknown(
        Missing("parcels", "geometry"), names[np.isnan(sizes)], len(names)
    )
    kinds, kind = land_uses(plan)
    uses = sorted({use or "not stated" for use, _ in kinds})
    drawn = ~np.isnan(sizes)
    use = np.array([uses.index(use or "not stated") for use, _ in kinds], dtype=np.intp)[kind[drawn]]
    sums = sums_at(use, sizes[drawn], len(uses)).tolist()
    by = tuple(Part(uses[one], sums[one]) for one in np.unique(use).tolist())
    value = None if missing else total(sizes)
    counted = {"parcels": tuple(names)}
    return Measurement("land_balance", value, "ha", by=by, missing=missing, counted=counted)


def water_ha(plan: Plan, parameters: Parameters) -> Measurement:
    """Water: the layer ``water`` and water parcels, land in both counted once."""
    return _kept_free(plan, "water_ha", "water", parameters.water_codes)


def woodland_ha(plan: Plan, parameters: Parameters) -> Measurement:
    """Woodland: the layer ``woodland`` and woodland parcels, land in both counted once."""
    return _kept_free(plan, "woodland_ha", "woodland", parameters.woodland_codes)


def _kept_free(plan: Plan, name: str, layer: str, codes: tuple[str, ...]) -> Measurement:
    """
    Area of a layer and of the parcels of some codes together.

    Lines and points of the layer have no area. The layer may reach beyond the
    planned land; ``by`` tells the parts apart. Both absent is unknown; one of them is enough.
    """
    lacking = absent(plan, layer, "parcels")
    missing: tuple[Missing, ...] = lacking if len(lacking) == 2 else ()
    chosen, undetailed = of_codes(plan, codes)
    missing += undetailed
    parcels, rest = shapes(plan, "parcels")[chosen], shapes(plan, layer)
    for where, names, found in (
        ("parcels", ids(plan, "parcels")[chosen], parcels),
        (layer, ids(plan, layer), rest),
    ):
        missing += unknown(Missing(where, "geometry"), names[shapely.is_missing(found)])
    counted = {"parcels": tuple(ids(plan, "parcels")[chosen]), layer: tuple(ids(plan, layer))}
    if missing:
        return Measurement(name, None, "ha", missing=missing, counted=counted)
    drawn, planned, land = union(rest), union(parcels), union(shapes(plan, "boundary"))
    parts = (
        Part(f"layer:{layer}", drawn.area / M2_PER_HA),
        Part("parcels", planned.area / M2_PER_HA),
        Part("on_planned_land", _together_ha(overlaid(shapely.intersection, drawn, land), planned)),
    )
    return Measurement(name, _together_ha(drawn, planned), "ha", by=parts, counted=counted)


def _together_ha(one: Any, other: Any) -> float:
    return float(overlaid(shapely.union, one, other).area) / M2_PER_HA


def land_share(plan: Plan, parameters: Parameters) -> Measurement:
    """Drawn area of the parcels of ``land_codes`` over the planned or the construction land."""
    of = _checked(parameters.land_of)
    codes, non_construction = parameters.land_codes, parameters.non_construction_codes
    base = _base(plan, non_construction, of)
    said = f"{','.join(codes)} of {of}:{','.join(non_construction)}"
    chosen = plan.cached(f"codes:{said}", lambda: _of_base(plan, codes, non_construction, of))
    over = drawn_land(plan, chosen)
    under = plan.cached(
        f"land:{of}:{','.join(non_construction)}", lambda: drawn_land(plan, _base(plan, non_construction, of))
    )
    counted = {"parcels": (base if of == CONSTRUCTION else chosen).names}
    whole = under.whole if of == CONSTRUCTION else boundary_m2(plan)
    missing = over.missing + (under.missing if of == CONSTRUCTION else ())
    if not missing and not whole:
        missing = absent(plan, "boundary") or (nothing("no_land_of", of=of),)
    by = amounts_by(plan, over, under, (*USUAL, "circles"))
    if missing or not whole:
        ends = quotient(over.ends, under.ends if of == CONSTRUCTION else (whole or 0.0, whole or 0.0))
        ends = (min(ends[0], 1.0), min(ends[1], 1.0)) if of == CONSTRUCTION else ends
        missing = tuple(dict.fromkeys(missing))
        return Measurement("land_share", None, "1", by=by, missing=missing, counted=counted, ends=ends)
    land = over.whole
    definition = {"land_ha": land / M2_PER_HA, "of_ha": whole / M2_PER_HA, "of": of}
    return Measurement("land_share", land / whole, "1", definition, by=by, counted=counted, supply=land)


def land_per_resident(plan: Plan, parameters: Parameters) -> Measurement:
    """Drawn area of the parcels of ``land_codes`` for each resident."""
    return _per_person(plan, "land_per_resident", parameters.land_codes, 1)


def land_per_1000(plan: Plan, parameters: Parameters) -> Measurement:
    """Drawn area of the parcels of ``land_codes`` for every 1,000 residents."""
    return _per_person(plan, "land_per_1000", parameters.land_codes, 1000)


def construction_land(plan: Plan, parameters: Parameters) -> Measurement:
    """Drawn area of the parcels that are construction land, km2."""
    return _size(plan, "construction_land", built_up(plan, parameters.non_construction_codes))


def construction_land_per_resident(plan: Plan, parameters: Parameters) -> Measurement:
    """Construction land for each resident, m2."""
    built = built_up(plan, parameters.non_construction_codes)
    return _land_over_people(plan, "construction_land_per_resident", built, 1)


def reserve_land(plan: Plan, parameters: Parameters) -> Measurement:
    """Drawn area of the parcels that are kept in reserve, km2."""
    return _size(plan, "reserve_land", coded(plan, parameters.reserve_codes))


def built_up(plan: Plan, non_construction: tuple[str, ...]) -> Coded:
    """Parcels that are construction land: all but those of some classes."""
    return plan.cached(f"codes:not {','.join(non_construction)}", lambda: _all_but(plan, non_construction))


def _all_but(plan: Plan, codes: tuple[str, ...]) -> Coded:
    other = coded(plan, codes)
    return Coded(~other.chosen & ~other.maybe, other.maybe, other.gaps)


def _of_base(plan: Plan, codes: tuple[str, ...], non_construction: tuple[str, ...], of: str) -> Coded:
    """Parcels of some codes among those that they are a share of, and those that could be."""
    one, other = named_land(plan, codes), _base(plan, non_construction, of)
    sure = one.chosen & other.chosen
    perhaps = (one.chosen | one.maybe) & (other.chosen | other.maybe) & ~sure
    return Coded(sure, perhaps, one.gaps + other.gaps)


def construction(
    plan: Plan, non_construction: tuple[str, ...]
) -> tuple[NDArray[np.bool_], tuple[Missing, ...]]:
    """Parcels that are, or may be, construction land, and what is missing to say so."""
    built = built_up(plan, non_construction)
    return built.chosen | built.maybe, built.gaps.lines()


def drawn_land(plan: Plan, chosen: Coded) -> Amounts:
    """Drawn area of some parcels (0 for the others), m2; unknown where a parcel could be one of them."""
    names, meant = ids(plan, "parcels"), chosen.chosen | chosen.maybe
    sizes = np.zeros(len(names))
    sizes[meant] = areas_m2(plan, "parcels", meant)
    undrawn = Gaps(
        names,
        ((Missing("parcels", "geometry"), chosen.chosen & np.isnan(sizes), len(names)),),
        absent(plan, "parcels"),
    )
    gaps = chosen.gaps + undrawn
    land = np.where(chosen.maybe, np.nan, np.where(chosen.chosen, sizes, 0.0))
    most = np.nan_to_num(sizes, nan=np.inf)
    return Amounts(land, gaps.lines(), chosen.names, gaps, most)


def named_land(plan: Plan, codes: tuple[str, ...]) -> Coded:
    """Parcels of the codes that are asked for; where none is, that is what is missing."""
    nothing = np.zeros(len(ids(plan, "parcels")), dtype=bool)
    return coded(plan, codes) if codes else Coded(nothing, nothing, Gaps(ids(plan, "parcels"), (), NO_CODES))


def _base(plan: Plan, non_construction: tuple[str, ...], of: str) -> Coded:
    """The parcels that classes are a share of."""
    if of == CONSTRUCTION:
        return built_up(plan, non_construction)
    return plan.cached("codes:every one", lambda: _every_one(plan))


def _every_one(plan: Plan) -> Coded:
    names = ids(plan, "parcels")
    return Coded(np.ones(len(names), dtype=bool), np.zeros(len(names), dtype=bool), Gaps(names))


def _checked(of: str) -> str:
    if of not in {PLANNED, CONSTRUCTION}:
        raise UsageError(
            f"The parameter land_of is {of!r}, but it has to be {PLANNED!r} or {CONSTRUCTION!r}.\n"
            "Correct it in plan.toml [parameters], in the rule or in the call."
        )
    return of


def _size(plan: Plan, name: str, chosen: Coded) -> Measurement:
    land = drawn_land(plan, chosen).times(1 / M2_PER_KM2)
    counted = {"parcels": land.counted}
    by = amounts_by(plan, land)
    if land.missing:
        missing, ends = land.missing, land.ends
        return Measurement(name, None, "km2", by=by, missing=missing, counted=counted, ends=ends)
    return Measurement(name, land.whole, "km2", by=by, counted=counted)


def _per_person(plan: Plan, name: str, codes: tuple[str, ...], per: float) -> Measurement:
    return _land_over_people(plan, name, named_land(plan, codes), per)


def _land_over_people(plan: Plan, name: str, chosen: Coded, per: float) -> Measurement:
    land = drawn_land(plan, chosen)
    counted = {"parcels": land.counted}
    supply = None if land.missing else land.whole
    found = per_person(plan, name, "m2", supply, per, missing=land.missing, counted=counted, ends=land.ends)
    return replace(found, by=people_by(plan, land, per))


def area_size(plan: Plan, parameters: Parameters) -> Measurement:
    """Size of the area whose id is ``area_id``; every area's size stands beside it."""
    wanted = parameters.area_id
    names, _, sizes = features(plan, "areas")
    sizes = sizes / M2_PER_KM2
    chosen = names == wanted
    missing = absent(plan, "areas")
    if not missing and not wanted:
        missing = (reason("choose_area"),)
    elif not missing and not chosen.any():
        missing = (reason("no_area_id", id=wanted),)
    missing += unknown(Missing("areas", "geometry"), names[chosen & np.isnan(sizes)])
    by = _each(names, sizes)
    counted = {"areas": tuple(names[chosen])}
    value = None if missing else total(sizes[chosen])
    return Measurement(
        "area_size", value, "km2", {"area_id": wanted}, by=by, missing=missing, counted=counted
    )


def areas_sum(plan: Plan, parameters: Parameters) -> Measurement:
    """Sum of the sizes of all areas; the planned land inside the boundary stands beside it."""
    names, _, sizes = features(plan, "areas")
    sizes = sizes / M2_PER_KM2
    missing = absent(plan, "areas") + unknown(Missing("areas", "geometry"), names[np.isnan(sizes)])
    value = None if missing else total(sizes)
    land = boundary_m2(plan)
    definition = {"areas": len(names), "boundary_km2": None if land is None else land / M2_PER_KM2}
    counted = {"areas": tuple(names)}
    by = _each(names, sizes)
    return Measurement("areas_sum", value, "km2", definition, by=by, missing=missing, counted=counted)


def areas_drawn(plan: Plan, parameters: Parameters) -> Measurement:
    """Number of areas; an area in several rows is one."""
    names = tuple(dict.fromkeys(ids(plan, "areas")))
    missing = absent(plan, "areas")
    value = None if missing else float(len(names))
    return Measurement("areas_drawn", value, "area", missing=missing, counted={"areas": names})


def areas_overlap(plan: Plan, parameters: Parameters) -> Measurement:
    """Land that lies in more than one area, ha."""
    missing = absent(plan, "areas")
    names, found = ids(plan, "areas"), sound_shapes(plan, "areas")
    missing += unknown(Missing("areas", "geometry"), names[shapely.is_missing(found)], len(names))
    counted = {"areas": tuple(names)}
    if missing:
        return Measurement("areas_overlap", None, "ha", missing=missing, counted=counted)
    one, other = shapely.STRtree(found).query(found, predicate="intersects")
    kept = (one < other) & (names[one] != names[other])
    one, other = one[kept], other[kept]
    shared = shapely.intersection(found[one], found[other])
    by = tuple(
        Part("/".join(sorted((names[a], names[b]))), float(shapely.area(shape)) / M2_PER_HA)
        for a, b, shape in zip(one, other, shared, strict=True)
    )
    value = float(shapely.area(union(np.asarray(shared, dtype=object)))) / M2_PER_HA
    return Measurement("areas_overlap", value, "ha", by=by, counted=counted)


def area_townships(plan: Plan, parameters: Parameters) -> Measurement:
    """Number of townships that the areas name; those of each area beside it."""
    return _words_of_areas(plan, "area_townships", "township", "townships", split=True)


def area_functions(plan: Plan, parameters: Parameters) -> Measurement:
    """Number of areas that state a function; the words of each beside it."""
    return _words_of_areas(plan, "area_functions", "area", "function", split=False)


def _words_of_areas(plan: Plan, name: str, unit: str, column: str, *, split: bool) -> Measurement:
    """How much a text column of the areas says; where `split`, parts are divided by semicolons or commas."""
    missing = absent(plan, "areas")
    names, said = ids(plan, "areas"), values(plan, "areas", column)
    empty = np.array([not (text or "").strip() for text in said], dtype=bool)
    missing += unknown(Missing("areas", column), names[empty], len(names))
    found: dict[str, list[str]] = {}
    for area, text in zip(names, said, strict=True):
        words = re.split("[;；]" if split else "\n", text or "")
        found.setdefault(area, []).extend(word.strip() for word in words if word.strip())
    found = {area: list(dict.fromkeys(words)) for area, words in found.items()}
    by = tuple(Part(f"area:{area}", float(len(words)) if words else None) for area, words in found.items())
    everything = {word for words in found.values() for word in words}
    value = float(len(everything) if split else sum(bool(words) for words in found.values()))
    definition = {column: found}
    counted = {"areas": tuple(names)}
    return Measurement(
        name, None if missing else value, unit, definition, by=by, missing=missing, counted=counted
    )


def zone_area_overlay(plan: Plan, parameters: Parameters) -> Measurement:
    """Land that lies in a functional zone and in an area, ha, by pair: the two divisions need not match."""
    missing = absent(plan, "zones", "areas")
    zones, areas = sound_shapes(plan, "zones"), sound_shapes(plan, "areas")
    zone_names, area_names = ids(plan, "zones"), ids(plan, "areas")
    counted = {"zones": tuple(zone_names), "areas": tuple(area_names)}
    missing += unknown(Missing("zones", "geometry"), zone_names[shapely.is_missing(zones)])
    missing += unknown(Missing("areas", "geometry"), area_names[shapely.is_missing(areas)])
    if missing:
        return Measurement("zone_area_overlay", None, "ha", missing=missing, counted=counted)
    zone, area = shapely.STRtree(areas).query(zones, predicate="intersects")
    shared = shapely.area(shapely.intersection(zones[zone], areas[area])) / M2_PER_HA
    cells = {(z, a): 0.0 for z in dict.fromkeys(zone_names) for a in dict.fromkeys(area_names)}
    for z, a, ha in zip(zone_names[zone], area_names[area], shared, strict=True):
        cells[z, a] += float(ha)
    by = tuple(Part(f"{z}/{a}", ha) for (z, a), ha in cells.items())
    return Measurement("zone_area_overlay", total(cells.values()), "ha", by=by, counted=counted)


def boundary_m2(plan: Plan) -> float | None:
    """Planned land: the area inside the boundary; None where there is no boundary."""
    drawn = shapes(plan, "boundary")
    return None if not len(drawn) or shapely.is_missing(drawn).any() else float(union(drawn).area)


def no_land(plan: Plan, land: float | None) -> tuple[Missing, ...]:
    """What is missing where the planned land is not known."""
    return () if land else absent(plan, "boundary") or (Missing("boundary", "geometry"),)


def _each(names: Any, sizes: Any) -> tuple[Part, ...]:
    """The size of each area."""
    return tuple(Part(f"area:{name}", known(size)) for name, size in zip(names, sizes, strict=True))
