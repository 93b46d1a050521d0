"""
By which row of GB 50180's tables of street blocks a housing parcel is judged: climate zone and storeys.

The storeys are those of the drawn buildings (floor area over footprints), else those that the parcel's
height limit admits. The climate zone is what ``climate_zone`` says; where it says nothing, the zone that
the plan's place is certainly in; else each of the three groups of zones.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.errors import UsageError
from blockplan.measure.indicators import plots
from blockplan.measure.inputs.columns import areas_m2, coded, ids
from blockplan.measure.inputs.feature_points import place_of
from blockplan.measure.inputs.homes import HOUSING_CODES, residents
from blockplan.measure.inputs.parcel_intensity import (
    Values,
    built,
    measurement,
    stated,
    unsure_of,
    with_the_middle,
)
from blockplan.measure.missing import Missing, nothing
from blockplan.measure.parameters import Parameters
from blockplan.texts import toml_table
from blockplan.units import drawn_area_accuracy_m2

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from blockplan.measure.measurement import Measurement
    from blockplan.plan.model.plan import Plan

    _Sorted = tuple[
        NDArray[np.bool_],
        tuple[NDArray[Any], ...],
        tuple[tuple[Missing, NDArray[np.bool_]], ...],
        dict[str, Any],
    ]

NO_HOMES = nothing("no_homes_of_kind")


def street_block_far(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area ratio of each housing parcel, by climate zone and storeys."""
    return _of_homes(plan, "street_block_far", plots.parcel_far, parameters)


def street_block_coverage(plan: Plan, parameters: Parameters) -> Measurement:
    """Coverage of each housing parcel, by climate zone and storeys."""
    return _of_homes(plan, "street_block_coverage", plots.parcel_coverage, parameters)


def street_block_green_ratio(plan: Plan, parameters: Parameters) -> Measurement:
    """Green ratio of each housing parcel, by climate zone and storeys."""
    return _of_homes(plan, "street_block_green_ratio", plots.parcel_green_ratio, parameters)


def street_block_height(plan: Plan, parameters: Parameters) -> Measurement:
    """Height of the tallest building of each housing parcel, m, by climate zone and storeys."""
    return _of_homes(plan, "street_block_height", plots.parcel_height, parameters)


def street_block_land_per_resident(plan: Plan, parameters: Parameters) -> Measurement:
    """Land of each housing parcel for every resident of it, m2, by climate zone and storeys."""
    spoken, classes, lacking, definition = _sorted(plan, parameters)
    people, area = residents(plan).by_parcel, areas_m2(plan, "parcels")
    found = area / np.where(people > 0, people, np.nan)
    lacking += (
        (Missing("parcels", "residents"), np.isnan(people)),
        (Missing("parcels", "geometry"), np.isnan(area)),
    )
    off = drawn_area_accuracy_m2(area) / np.where(people > 0, people, np.nan)
    measured = Values(
        found, spoken & ~(people == 0), NO_HOMES, classes=classes, off=np.nan_to_num(off),
        lacking=lacking, definition=definition,
    )  # fmt: skip
    return measurement(plan, "street_block_land_per_resident", "m2", measured)


def _of_homes(
    plan: Plan, id_: str, of: Callable[[Plan, Parameters], Measurement], parameters: Parameters
) -> Measurement:
    """A measure of every parcel, on the housing parcels alone, with the row of the table each belongs to."""
    spoken, classes, lacking, definition = _sorted(plan, parameters)
    every = Parameters(parcel_codes=HOUSING_CODES, bound_kinds=())
    found = plan.cached(f"{of.__name__} of every home", lambda: of(plan, every))
    if found.each is None:
        msg = f"{found.id} gives no value a parcel"
        raise AssertionError(msg)
    each = replace(
        found.each,
        spoken_of=spoken,
        classes=classes,
        lacking=(*found.each.lacking, *lacking),
        unsure=unsure_of(lacking, spoken),
    )
    counted = {**found.counted, "parcels": tuple(each.ids[spoken])}
    whole = replace(found, id=id_, definition=definition, missing=(), counted=counted)
    return with_the_middle(whole, each, NO_HOMES)


def _sorted(plan: Plan, parameters: Parameters) -> _Sorted:
    """`_homes_by_form`, once for all measures of the form."""
    zone, dense, named = parameters.climate_zone, parameters.dense, parameters.dense_parcels
    key = f"homes by form: {(zone, dense, named)}"
    return plan.cached(key, lambda: _homes_by_form(plan, zone, dense, named))


def _homes_by_form(plan: Plan, zone: str, dense: str, named: tuple[str, ...]) -> _Sorted:
    """Housing parcels of the form asked for, their class under every zone they may be in, what they lack."""
    homes, names = coded(plan, HOUSING_CODES), ids(plan, "parcels")
    among = np.isin(names, np.array([*named, None], dtype=object)[:-1])
    spoken = (homes.chosen | homes.maybe) & (among if dense == "yes" else ~among)
    storeys = _storeys(plan)
    zones, said = _zones(plan, zone)
    classes = tuple(
        np.array([None if one is None else f"{each}: {one}" for one in storeys], dtype=object)
        for each in zones
    )
    unsaid = np.array([one is None for one in storeys], dtype=bool)
    lacking = ((Missing("parcels", "land_use"), homes.maybe), (Missing("parcels", "height_m"), unsaid))
    return spoken, classes, lacking, {"climate_zone": said}


def _storeys(plan: Plan) -> NDArray[Any]:
    """Class of storeys of each parcel; None where neither buildings nor a height limit say it."""
    return plan.cached("storeys of parcels", lambda: _read_storeys(plan))


def _read_storeys(plan: Plan) -> NDArray[Any]:
    found, table = built(plan), _table()["storeys"]
    names = np.array([*table, None], dtype=object)
    average = found.floor_m2 / np.where(found.footprint_m2 > 0, found.footprint_m2, np.nan)
    height = stated(plan, "height_m")
    by_storeys = np.searchsorted([one["most"] for one in table.values()], np.round(average))
    by_height = np.searchsorted([one["height_m"] for one in table.values()], height)
    row = np.where(np.isnan(average), by_height, by_storeys)
    row = np.minimum(row, len(table) - 1)  # what is taller than any class is judged as the tallest
    return names[np.where(np.isnan(average) & np.isnan(height), len(table), row)]


def _zones(plan: Plan, said: str) -> tuple[tuple[str, ...], str]:
    """The groups of climate zones that a plan may be in, and what is said of them."""
    zones = _table()["zones"]
    if said:
        of = [name for name, group in zones.items() if said in group["names"]]
        if not of:
            known = ", ".join(one for group in zones.values() for one in group["names"])
            raise UsageError(f"climate_zone is {said!r}, which is no climate zone. Zones there are: {known}.")
        return (of[0],), said
    place = place_of(plan)
    within = [
        name
        for name, group in zones.items()
        for west, south, east, north in group["boxes"]
        if place is not None and west <= place[0] <= east and south <= place[1] <= north
    ]
    return (within[0],) if within else tuple(zones), f"{within[0]} (by place)" if within else "not said"


def _table() -> dict[str, Any]:
    return toml_table("blockplan.measure.indicators", "street_block.toml")
