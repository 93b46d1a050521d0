"""
How many people live where.

``plan.toml [residents] source`` says where the number comes from:

- ``parcels``: the sum of ``parcels.residents``;
- ``dwellings``: ``parcels.dwellings`` times ``household_size``;
- ``floor_area``: ``parcels.floor_area_m2`` of housing over ``floor_area_per_person_m2``;
- ``given``: ``total``, spread over the parcels in proportion to the first of the above that
  the plan has;
- ``buildings``: what its buildings hold, with or without parcels (`blockplan.measure.inputs.occupants`).

A parcel where nobody can live (a road, a park) may leave the number empty, but
not write one that is refused. A parcel that can house people (0701, 0703, an
unknown or undetailed code, or one that has dwellings) and leaves it empty
makes the number unknown: it would otherwise count as a zero that nobody wrote.

People stand at their dwelling buildings where these are mapped with residents
or dwellings, else at the parcel's representative point.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import (
    Gaps,
    absent,
    belongs,
    ids,
    land_uses,
    points,
    refused,
    rows_of_parcels,
    slices,
    total,
    values,
)
from blockplan.measure.inputs.floors import Amounts
from blockplan.measure.inputs.occupants import KEYS, Occupants, occupants, on_planned_land, read_by
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.missing import Missing, nothing
from blockplan.plan.model.recall import is_recalling, once

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan

#: Land uses that house people.
HOUSING_CODES = ("0701", "0703")
#: Where homes stand, in their order.
LAYERS_OF_HOMES = np.array(["buildings", "parcels"], dtype=object)
DIGITS = 9
NOBODY = (nothing("nobody"),)
#: What says on which parcel each building stands.
HOSTS = (("parcels", "ids"), ("buildings", "ids"), ("buildings", "parcel_id"))


@dataclass(frozen=True, slots=True, eq=False)
class ParcelResidents:
    """
    People by parcel.

    Attributes
    ----------
    total
        All residents; None where unknown.
    by_parcel
        Residents of each parcel; NaN where unknown.
    missing
        What is missing for the total.
    missing_places
        What is missing to say where they live.
    summed
        (layer, column) -> ids of the features whose numbers make up the total; under ``land_use``
        those that are taken to house nobody and leave the number empty.
    gaps
        What is missing, parcel by parcel; None where it is not told apart.
    occupants
        People by building, where the plan counts them there.
    """

    total: float | None
    by_parcel: NDArray[np.float64]
    source: str
    missing: tuple[Missing, ...] = ()
    missing_places: tuple[Missing, ...] = ()
    summed: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    gaps: Gaps | None = None
    occupants: Occupants | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """Between which numbers the residents of the plan lie."""
        if self.total is not None:
            return self.total, self.total
        if self.occupants is not None:
            return total(self.occupants.number[self.occupants.number > 0]), np.inf
        return total(self.by_parcel[self.by_parcel > 0]), np.inf

    def amounts(self, plan: Plan) -> Amounts:
        """Residents by parcel, with what is missing of each."""
        here = self.by_parcel if len(self.by_parcel) else np.full(len(ids(plan, "parcels")), np.nan)
        return Amounts(here, self.missing_places, (), self.gaps)


@dataclass(frozen=True, slots=True, eq=False)
class HomeSpots:
    """Where homes stand, whoever lives there: the feature of each by layer and id, and its point."""

    layer: NDArray[Any]
    id: NDArray[Any]
    point: NDArray[Any]


@dataclass(frozen=True, eq=False)
class Homes:
    """
    Points that people live at, one row a point.

    Attributes
    ----------
    layer, id
        The feature: a building or a parcel.
    weight
        Residents; 1 each where residents are unknown.
    weighs
        ``residents``, ``buildings`` or ``parcels``.
    missing
        Why residents are unknown.
    counted
        Features that were read, by layer.
    not_counted
        Parcels whose jobs nobody counts, where jobs have a weight.
    """

    layer: NDArray[Any]
    id: NDArray[Any]
    point: NDArray[Any]
    weight: NDArray[np.float64]
    weighs: str
    missing: tuple[Missing, ...] = ()
    counted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_counted: int = 0

    def __len__(self) -> int:
        return len(self.id)

    @cached_property
    def spots(self) -> HomeSpots:
        """Where they stand; one object for the same places while a session judges."""
        make = partial(HomeSpots, self.layer, self.id, self.point)
        return once("spots of homes", make, self.point, self.layer, self.id)

    @property
    def layers(self) -> list[str]:
        """The layers that they are drawn in."""
        return list(self._layers)

    @cached_property
    def _layers(self) -> list[str]:
        return sorted(set(self.layer.tolist()))

    @cached_property
    def cut(self) -> NDArray[np.float64]:
        """The weights as rows that add up exactly, all of a row or some (`slices`)."""
        return np.vstack([np.empty((0, len(self))), *slices(self.weight)])

    @cached_property
    def unplaced(self) -> NDArray[np.bool_]:
        """Which of them stand nowhere that is known."""
        return np.asarray(shapely.is_missing(self.point))

    @cached_property
    def whole(self) -> float:
        """All weights added up."""
        return self.people(np.ones(len(self), dtype=bool))

    def people(self, part: NDArray[Any]) -> float:
        """The weights of some, or of a part of each (0..1), added up."""
        some = whole_ones(part)
        if some is None:
            return total(self.weight * part)
        return math.fsum((self.cut @ some.astype(float)).tolist())

    def share(self, part: NDArray[Any]) -> float | None:
        """The same as a share of all; None where there is no weight."""
        return self.people(part) / self.whole if self.whole else None

    @cached_property
    def key(self) -> str:
        """A text that is the same for the same places."""
        said = hashlib.blake2b(shapely.get_coordinates(self.point).tobytes(), digest_size=16)
        said.update(shapely.is_missing(self.point).tobytes())
        return f"{said.hexdigest()}:{hash((*self.layer.tolist(), *self.id.tolist()))}"

    def some(self, rows: NDArray[Any]) -> Homes:
        """Those in some rows."""
        return replace(
            self, layer=self.layer[rows], id=self.id[rows], point=self.point[rows], weight=self.weight[rows]
        )


def spots_of(plan: Plan, homes: Homes) -> HomeSpots:
    """Where homes stand: one object for all homes at the same places, by which a plan keeps what it finds."""
    spots = homes.spots
    return spots if is_recalling() else plan.cached(f"spots:{homes.key}", lambda: spots)


def whole_ones(part: NDArray[Any]) -> NDArray[np.bool_] | None:
    """Which rows are meant as a whole, where all others are not meant at all; None where some are in part."""
    if part.dtype == bool:
        return part
    ones = np.asarray(part == 1)
    return ones if (ones | (part == 0)).all() else None


def people(plan: Plan, parameters: Parameters) -> Measurement:
    """Residents of the plan, with the range that ``plan.toml`` states."""
    found = residents(plan)
    said = plan.manifest.residents
    definition: dict[str, Any] = {"source": found.source}
    if found.source == "dwellings":
        definition["household_size"] = said.household_size
    if found.source == "floor_area":
        definition["floor_area_per_person_m2"] = said.floor_area_per_person_m2
    factors = (("low", said.low), ("central", 1.0), ("high", said.high))
    whole = found.total
    by = tuple(Part(name, None if whole is None else in_digits(whole * factor)) for name, factor in factors)
    if found.occupants is not None:
        return _in_buildings_counted(plan, found.occupants, by, definition)
    lived_in = ids(plan, "parcels")[found.by_parcel > 0]
    counted = {"parcels": tuple(lived_in)} if found.source != "given" else {}
    return Measurement(
        "residents", found.total, "person", definition, by=by, missing=found.missing, counted=counted
    )


def _in_buildings_counted(
    plan: Plan, found: Occupants, by: tuple[Part, ...], definition: Mapping[str, Any]
) -> Measurement:
    """Residents of the buildings, with what was read of them and how many were not counted."""
    said, read = plan.manifest.residents, read_by(plan)
    how: dict[str, Any] = {**definition, "by": read}
    if said.total is not None:
        how["total"] = said.total
    elif read in KEYS:
        how[KEYS[read]] = getattr(said, KEYS[read])
    how |= {"buildings_left_empty": found.left_empty, "buildings_off_planned_land": found.off_land}
    names = tuple(ids(plan, "buildings")[found.read])
    return Measurement(
        "residents",
        found.total,
        "person",
        how,
        by=by,
        missing=found.missing,
        counted={"buildings": names},
        summed={("buildings", found.column): names},
    )


def in_digits(number: float) -> float:
    """
    A number to nine digits: what a factor of a whole number means, without the noise of its binary form.

    Examples
    --------
    >>> 50_000 * 1.1, in_digits(50_000 * 1.1)
    (55000.00000000001, 55000.0)
    """
    return float(f"{number:.{DIGITS}g}")


def residents(plan: Plan) -> ParcelResidents:
    """People by parcel, from the source that ``plan.toml`` names."""
    return plan.cached("residents", lambda: _residents(plan))


def homes(plan: Plan) -> Homes:
    """Where people live; buildings or housing parcels counted one each where residents are unknown."""
    return plan.cached("homes", lambda: _homes(plan))


def _residents(plan: Plan) -> ParcelResidents:
    said = plan.manifest.residents
    if said.source == "given":
        return _given(plan, said.total)
    if said.source == "buildings":
        return _of_buildings(plan)
    by_parcel, gaps = _by_parcel(plan, said.source)
    missing = gaps.lines()
    whole = None if missing else total(by_parcel[by_parcel > 0])
    summed = {}
    if len(by_parcel):
        column, names = _rate(plan, said.source)[0], ids(plan, "parcels")
        blank = np.isnan(values(plan, "parcels", column)) & ~can_house(plan)
        summed = {
            ("parcels", column): tuple(names[by_parcel > 0].tolist()),
            ("parcels", "land_use"): tuple(names[blank].tolist()),
        }
    return ParcelResidents(whole, by_parcel, said.source, missing, missing, summed, gaps)


def _of_buildings(plan: Plan) -> ParcelResidents:
    found = occupants(plan, can_house(plan))
    lacking, names = absent(plan, "parcels"), ids(plan, "parcels")
    by_parcel = np.empty(0) if lacking else found.in_parcels(plan)
    places = found.missing_places + lacking
    summed = {("buildings", found.column): tuple(ids(plan, "buildings")[found.read])}
    gaps = Gaps(names, (), places)
    return ParcelResidents(
        found.total, by_parcel, "buildings", found.missing, places, summed, gaps, occupants=found
    )


def _given(plan: Plan, whole: float | None) -> ParcelResidents:
    missing = () if whole is not None else (Missing("plan.toml", "residents.total"),)
    reasons: list[Missing] = []
    for source in ("parcels", "dwellings", "floor_area"):
        shares, gaps = _by_parcel(plan, source, ratios=False)
        lacking = gaps.lines()
        if not lacking and shares[shares > 0].sum() > 0:
            factor = np.nan if whole is None else whole / total(shares[shares > 0])
            return ParcelResidents(whole, shares * factor, "given", missing, missing)
        reasons += [reason for reason in lacking if reason not in reasons]
    nowhere = np.full(len(ids(plan, "parcels")), np.nan)
    return ParcelResidents(whole, nowhere, "given", missing, missing or tuple(reasons) or NOBODY)


def _by_parcel(plan: Plan, source: str, *, ratios: bool = True) -> tuple[NDArray[np.float64], Gaps]:
    """Residents of each parcel by one source, and what is missing; without `ratios`, in proportion only."""
    lacking = absent(plan, "parcels")
    if lacking:
        return np.empty(0), Gaps(np.empty(0, dtype=object), (), lacking)
    house = can_house(plan)
    column, factor, key = _rate(plan, source)
    found = values(plan, "parcels", column)
    if source == "floor_area":
        # Floor area of no stated use is no housing, where nothing else says that people live there.
        said = np.array([use is not None for use in values(plan, "parcels", "land_use")], dtype=bool)
        house = house & (said | (values(plan, "parcels", "dwellings") > 0))
        found = np.where(house, found, 0.0)
    lived_in = house if source == "floor_area" else house | refused(plan, "parcels", column)
    empty = lived_in & np.isnan(found)
    lost = (Missing("plan.toml", f"residents.{key}"),) if ratios and factor is None else ()
    gaps = Gaps(ids(plan, "parcels"), ((Missing("parcels", column), empty, int(lived_in.sum())),), lost)
    scale = 1.0 if not ratios else np.nan if factor is None else factor
    return np.where(np.isnan(found) & ~lived_in, 0.0, found) * scale, gaps


def _rate(plan: Plan, source: str) -> tuple[str, float | None, str]:
    """Column a source reads, residents for each unit of it, and the key of ``plan.toml`` that says so."""
    said = plan.manifest.residents
    if source == "dwellings":
        return "dwellings", said.household_size, "household_size"
    if source == "floor_area":
        space = said.floor_area_per_person_m2
        return "floor_area_m2", 1 / space if space else None, "floor_area_per_person_m2"
    return "residents", 1.0, ""


def can_house(plan: Plan) -> NDArray[np.bool_]:
    """Parcels whose land use houses people, or may do so for all that is known."""
    return plan.cached("can_house", lambda: _can_house(plan))


def _can_house(plan: Plan) -> NDArray[np.bool_]:
    kinds, kind = land_uses(plan)
    answers = [belongs(use, list_name, HOUSING_CODES) is not False for use, list_name in kinds]
    housing = np.array(answers, dtype=bool)[kind]
    return np.asarray(housing | (values(plan, "parcels", "dwellings") > 0))


def _homes(plan: Plan) -> Homes:
    found = residents(plan)
    if found.occupants is not None:
        lacking = found.occupants.missing_places
        nobody = not (found.occupants.number > 0).any()
        return _unweighted(plan, lacking or NOBODY) if lacking or nobody else _occupied(plan, found.occupants)
    if found.missing_places:
        return _unweighted(plan, found.missing_places)
    if not (found.by_parcel > 0).any():
        return _unweighted(plan, NOBODY)
    return _placed(plan, found.by_parcel)


def housed(plan: Plan) -> Homes:
    """Where people live, as far as it is known: parcels whose residents are unknown are left out."""
    return plan.cached("housed", lambda: _housed(plan))


def _housed(plan: Plan) -> Homes:
    found = residents(plan)
    if found.occupants is not None:
        return _occupied(plan, found.occupants)
    everywhere = homes(plan)
    if everywhere.weighs == "residents":
        return everywhere
    known = found.by_parcel if len(found.by_parcel) else np.zeros(len(ids(plan, "parcels")))
    return _placed(plan, np.nan_to_num(known))


def perhaps_housed(plan: Plan) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Points where people live of whom it is unknown how many they are, and the row of the parcel of each."""
    unsaid = np.isnan(residents(plan).by_parcel)
    if not unsaid.any():
        return np.empty(0, dtype=object), np.empty(0, dtype=np.intp)
    building, _ = _in_buildings(plan, unsaid.astype(float))
    row_of = rows_of_parcels(plan)
    hosts = np.array(
        [row_of[name] for name in values(plan, "buildings", "parcel_id")[building]], dtype=np.intp
    )
    alone = np.setdiff1d(np.flatnonzero(unsaid), hosts)
    spots = np.concatenate([points(plan, "buildings", building), points(plan, "parcels", alone)])
    return spots, np.concatenate([hosts, alone])


def _placed(plan: Plan, by_parcel: NDArray[np.float64]) -> Homes:
    """People of the parcels at their buildings, else at the parcel."""
    lived_in = np.flatnonzero(by_parcel > 0)
    building, weight = _in_buildings(plan, by_parcel)
    parcels = ids(plan, "parcels")
    hosts = values(plan, "buildings", "parcel_id")[building]
    on_parcel = lived_in
    if len(hosts):
        names = parcels[lived_in]
        on_parcel = lived_in[~once("named by", partial(_named_by, names, hosts), names, hosts)]
    return Homes(
        LAYERS_OF_HOMES.repeat((len(building), len(on_parcel))),
        np.concatenate([ids(plan, "buildings")[building], parcels[on_parcel]]),
        np.concatenate([points(plan, "buildings", building), points(plan, "parcels", on_parcel)]),
        np.concatenate([weight, by_parcel[on_parcel]]),
        "residents",
        counted={
            "parcels": tuple(parcels[lived_in].tolist()),
            "buildings": tuple(ids(plan, "buildings")[np.union1d(building, _astray(plan))].tolist()),
        },
    )


def _occupied(plan: Plan, found: Occupants) -> Homes:
    """People at the buildings that hold them."""
    rows = np.flatnonzero(found.number > 0)
    names = ids(plan, "buildings")
    return Homes(
        np.array(["buildings"] * len(rows), dtype=object),
        names[rows],
        points(plan, "buildings", rows),
        found.number[rows],
        "residents",
        counted={"buildings": tuple(names[found.read])},
    )


def _astray(plan: Plan) -> NDArray[np.intp]:
    """
    Buildings that may house people and are left out: a refused number, or no parcel of the plan to belong to.

    They count as read, so that the fault reported there puts in doubt where people live.
    """
    if not len(ids(plan, "buildings")):
        return np.empty(0, dtype=np.intp)
    bad = refused(plan, "buildings", "residents") | refused(plan, "buildings", "dwellings")
    lived = (values(plan, "buildings", "residents") > 0) | (values(plan, "buildings", "dwellings") > 0)
    known = plan.cached("buildings of parcels", lambda: _of_parcels(plan), HOSTS)
    return np.flatnonzero(bad | (lived & ~known))


def _of_parcels(plan: Plan) -> NDArray[np.bool_]:
    """Which buildings name a parcel of the plan."""
    return _named_by(values(plan, "buildings", "parcel_id"), ids(plan, "parcels"))


def _named_by(some: NDArray[Any], names: NDArray[Any]) -> NDArray[np.bool_]:
    """Which texts are among some names."""
    known = set(names.tolist())
    return np.array([one in known for one in some.tolist()], dtype=bool)


def _in_buildings(plan: Plan, by_parcel: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """
    Dwelling buildings, and the residents of their parcels spread over them.

    In proportion to residents where every dwelling building of the parcel has them, else to
    dwellings; a parcel whose buildings have neither throughout stays one point.
    """
    if not len(ids(plan, "buildings")):
        return np.empty(0, dtype=np.intp), np.empty(0)
    inside = values(plan, "buildings", "residents")
    dwellings = values(plan, "buildings", "dwellings")
    lived = (inside > 0) | (dwellings > 0)
    row = hosts_of_buildings(plan)
    lived &= row >= 0
    building = np.flatnonzero(lived)
    row = row[building]
    building, row = building[by_parcel[row] > 0], row[by_parcel[row] > 0]
    size = len(by_parcel)
    first, second = inside[building], dwellings[building]
    no_residents = np.bincount(row, np.isnan(first), size)[row] > 0
    no_dwellings = np.bincount(row, np.isnan(second), size)[row] > 0
    share = np.where(no_residents, second, first)
    known = ~(no_residents & no_dwellings)
    building, row, share = building[known], row[known], share[known]
    whole = np.bincount(row, share, size)
    kept = (share > 0) & (whole[row] > 0)
    building, row, share = building[kept], row[kept], share[kept]
    return building, by_parcel[row] * share / whole[row]


def hosts_of_buildings(plan: Plan) -> NDArray[np.intp]:
    """Row of the parcel that each building names; -1 where the plan has none of that name."""
    return plan.cached("hosts of buildings", lambda: _hosts_of_buildings(plan), HOSTS)


def _hosts_of_buildings(plan: Plan) -> NDArray[np.intp]:
    row_of = rows_of_parcels(plan)
    return np.array([row_of.get(host, -1) for host in values(plan, "buildings", "parcel_id")], dtype=np.intp)


def _unweighted(plan: Plan, missing: tuple[Missing, ...]) -> Homes:
    """Buildings on the planned land, else housing parcels, one each."""
    if len(ids(plan, "buildings")):
        layer, rows = "buildings", np.arange(len(ids(plan, "buildings")))
        rows = rows[on_planned_land(plan) & ~shapely.is_missing(points(plan, "buildings", rows))]
    else:
        layer, rows = "parcels", np.flatnonzero(can_house(plan))
    names, places = ids(plan, layer)[rows], points(plan, layer, rows)
    ones = np.ones(len(rows))
    named = np.array([layer] * len(rows), dtype=object)
    return Homes(named, names, places, ones, layer, missing, {layer: tuple(names)})
