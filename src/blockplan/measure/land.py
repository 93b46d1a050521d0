"""Land: the balance by land use, shares of classes, land per person, water and woodland."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.errors import UsageError
from blockplan.measure.areas import boundary_m2
from blockplan.measure.columns import absent, areas_m2, ids, of_codes, shapes, total, union, unknown, values
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.parts import USUAL, ratios_by, sums_by
from blockplan.measure.supply import people_by, per_person
from blockplan.units import M2_PER_HA, M2_PER_KM2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.plan.model import Plan

#: What land may be a share of (``land_of``).
PLANNED, CONSTRUCTION = "planned", "construction"
NO_CODES = ("parameter land_codes: the land uses to measure",)


def land_balance(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Drawn area of all parcels, ha, by land-use code as the plan writes it."""
    uses, sizes = values(plan, "parcels", "land_use"), areas_m2(plan, "parcels") / M2_PER_HA
    names = ids(plan, "parcels")
    missing = absent(plan, "parcels") + unknown("parcels.geometry", names[np.isnan(sizes)], len(names))
    by_use: dict[str, list[float]] = {}
    for use, size in zip(uses, sizes, strict=True):
        if not np.isnan(size):
            by_use.setdefault(use or "not stated", []).append(float(size))
    by = tuple(Part(use, total(found)) for use, found in sorted(by_use.items()))
    value = None if missing else total(sizes)
    counted = {"parcels": tuple(names)}
    return Measurement("land_balance", value, "ha", by=by, missing=missing, counted=counted)


def water_ha(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Water: the layer ``water`` and water parcels, land in both counted once."""
    return _kept_free(plan, "water_ha", "water", parameters["water_codes"])


def woodland_ha(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Woodland: the layer ``woodland`` and woodland parcels, land in both counted once."""
    return _kept_free(plan, "woodland_ha", "woodland", parameters["woodland_codes"])


def _kept_free(plan: Plan, name: str, layer: str, codes: tuple[str, ...]) -> Measurement:
    """
    Area of a layer and of the parcels of some codes together.

    Lines and points of the layer have no area. The layer may reach beyond the
    planned land; ``by`` tells the parts apart. Both absent is unknown; one of them is enough.
    """
    lacking = absent(plan, layer, "parcels")
    missing: tuple[str, ...] = lacking if len(lacking) == 2 else ()
    chosen, undetailed = of_codes(plan, codes)
    missing += undetailed
    parcels, rest = shapes(plan, "parcels")[chosen], shapes(plan, layer)
    for where, names, found in (
        ("parcels", ids(plan, "parcels")[chosen], parcels),
        (layer, ids(plan, layer), rest),
    ):
        missing += unknown(f"{where}.geometry", names[shapely.is_missing(found)])
    counted = {"parcels": tuple(ids(plan, "parcels")[chosen]), layer: tuple(ids(plan, layer))}
    if missing:
        return Measurement(name, None, "ha", missing=missing, counted=counted)
    drawn, planned, land = union(rest), union(parcels), union(shapes(plan, "boundary"))
    parts = (
        Part(f"layer:{layer}", drawn.area / M2_PER_HA),
        Part("parcels", planned.area / M2_PER_HA),
        Part("on_planned_land", shapely.union(drawn.intersection(land), planned).area / M2_PER_HA),
    )
    return Measurement(name, shapely.union(drawn, planned).area / M2_PER_HA, "ha", by=parts, counted=counted)


def land_share(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Drawn area of the parcels of ``land_codes`` over the planned or the construction land."""
    of = _checked(parameters["land_of"])
    chosen, base, missing = _chosen_and_base(plan, parameters, of)
    sizes = areas_m2(plan, "parcels")
    names = ids(plan, "parcels")
    counted = {"parcels": tuple(names[chosen | base] if of == CONSTRUCTION else names[chosen])}
    whole = total(sizes[base]) if of == CONSTRUCTION else boundary_m2(plan)
    if not missing and not whole:
        missing = absent(plan, "boundary") or (f"land: no {of} land to divide by",)
    if missing or not whole:
        return Measurement("land_share", None, "1", missing=missing, counted=counted)
    supply, under = np.where(chosen, sizes, 0.0), np.where(base, sizes, 0.0)
    by = ratios_by(plan, supply, under, (*USUAL, "circles"))
    land = total(sizes[chosen])
    definition = {"land_ha": land / M2_PER_HA, "of_ha": whole / M2_PER_HA, "of": of}
    return Measurement("land_share", land / whole, "1", definition, by=by, counted=counted, supply=land)


def land_per_resident(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Drawn area of the parcels of ``land_codes`` for each resident."""
    return _per_person(plan, "land_per_resident", parameters["land_codes"], 1)


def land_per_1000(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Drawn area of the parcels of ``land_codes`` for every 1,000 residents."""
    return _per_person(plan, "land_per_1000", parameters["land_codes"], 1000)


def construction_land(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Drawn area of the parcels that are construction land, km2."""
    built, missing = construction(plan, parameters["non_construction_codes"])
    return _size(plan, "construction_land", built, missing)


def construction_land_per_resident(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Construction land for each resident, m2."""
    built, missing = construction(plan, parameters["non_construction_codes"])
    return _land_over_people(plan, "construction_land_per_resident", built, missing, 1)


def reserve_land(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Drawn area of the parcels that are kept in reserve, km2."""
    kept, missing = of_codes(plan, parameters["reserve_codes"])
    return _size(plan, "reserve_land", kept, missing)


def construction(plan: Plan, non_construction: tuple[str, ...]) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Parcels that are construction land: all but those of some classes, and what is missing to say so."""
    other, missing = of_codes(plan, non_construction)
    return ~other, missing


def drawn_land(
    plan: Plan, chosen: NDArray[np.bool_], missing: tuple[str, ...]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Area of the chosen parcels (0 for the others), m2, and what is missing for their sum."""
    sizes, names = areas_m2(plan, "parcels"), ids(plan, "parcels")
    missing += absent(plan, "parcels")
    missing += unknown("parcels.geometry", names[chosen & np.isnan(sizes)], len(names))
    return np.where(chosen, sizes, 0.0), missing


def _chosen_and_base(
    plan: Plan, parameters: Mapping[str, Any], of: str
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], tuple[str, ...]]:
    """Parcels of the classes asked for, those they are a share of, and what is missing."""
    chosen, missing = _named(plan, parameters["land_codes"])
    base = np.ones(len(chosen), dtype=bool)
    if of == CONSTRUCTION:
        base, more = construction(plan, parameters["non_construction_codes"])
        missing += more
    chosen = chosen & base
    missing = drawn_land(plan, base if of == CONSTRUCTION else chosen, missing)[1]
    return chosen, base, tuple(dict.fromkeys(missing))


def _named(plan: Plan, codes: tuple[str, ...]) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    if not codes:
        return np.zeros(len(ids(plan, "parcels")), dtype=bool), NO_CODES
    return of_codes(plan, codes)


def _checked(of: str) -> str:
    if of not in {PLANNED, CONSTRUCTION}:
        raise UsageError(
            f"The parameter land_of is {of!r}, but it has to be {PLANNED!r} or {CONSTRUCTION!r}.\n"
            "Correct it in plan.toml [parameters], in the rule or in the call."
        )
    return of


def _size(plan: Plan, name: str, chosen: NDArray[np.bool_], missing: tuple[str, ...]) -> Measurement:
    land, missing = drawn_land(plan, chosen, missing)
    counted = {"parcels": tuple(ids(plan, "parcels")[chosen])}
    if missing:
        return Measurement(name, None, "km2", missing=missing, counted=counted)
    by = sums_by(plan, land / M2_PER_KM2)
    return Measurement(name, total(land) / M2_PER_KM2, "km2", by=by, counted=counted)


def _per_person(plan: Plan, name: str, codes: tuple[str, ...], per: float) -> Measurement:
    chosen, missing = _named(plan, codes)
    return _land_over_people(plan, name, chosen, missing, per)


def _land_over_people(
    plan: Plan, name: str, chosen: NDArray[np.bool_], missing: tuple[str, ...], per: float
) -> Measurement:
    land, missing = drawn_land(plan, chosen, missing)
    counted = {"parcels": tuple(ids(plan, "parcels")[chosen])}
    supply = None if missing else total(land)
    found = per_person(plan, name, "m2", supply, per, missing=missing, counted=counted)
    return replace(found, by=() if missing else people_by(plan, land, per))
